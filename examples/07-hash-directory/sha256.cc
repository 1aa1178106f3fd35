#include "sha256.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void check(int is_well) {
  if (is_well != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

std::string hexadecimal(const unsigned char* bytes, unsigned size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace

std::string sha256_of_file(const std::string& path,
                           const std::function<void(std::size_t)>& on_read) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ReadError(path + ": cannot be opened");
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  check(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr));
  std::vector<char> piece(256 << 10);
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto size = static_cast<std::size_t>(file.gcount());
    check(EVP_DigestUpdate(context.get(), piece.data(), size));
    if (on_read) on_read(size);
  }
  if (file.bad()) throw ReadError(path + ": cannot be read to its end");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context.get(), digest.data(), &size));
  return hexadecimal(digest.data(), size);
}
