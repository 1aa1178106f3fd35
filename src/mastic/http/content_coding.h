// Content codings and which of them a client accepts (RFC 9110 §12.5.3).

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mastic::http {

/// The content codings that Mastic knows.
enum class ContentCoding : std::uint8_t { Identity, Brotli, Zstd, Gzip };

/// The name of a coding as Content-Encoding has it: "br".
[[nodiscard]] std::string_view to_string(ContentCoding coding);

/// What an Accept-Encoding field accepts.
class AcceptedCodings {
 public:
  /// Reads all lines of the field, joined. An absent field accepts only identity, which every
  /// client can read. A quality value that cannot be read counts as 0.
  [[nodiscard]] static AcceptedCodings parse(std::string_view field);

  /// Whether the field gives a quality to identity, rather than leaving that choice to the server.
  [[nodiscard]] bool names_identity() const { return names_identity_; }
  /// The quality of a coding, from 0 (not accepted) to 1000.
  [[nodiscard]] int quality(ContentCoding coding) const {
    return qualities_[static_cast<std::size_t>(coding)];
  }

 private:
  std::array<int, 4> qualities_{1000, 0, 0, 0};
  bool names_identity_ = false;
};

}  // namespace mastic::http
