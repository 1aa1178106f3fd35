// Content codings and which of them a client accepts (RFC 9110 §12.5.3).

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mastic::http {

enum class ContentCoding : std::uint8_t { Identity, Brotli, Zstd, Gzip };

/// "br"; "identity" for Identity.
[[nodiscard]] std::string_view to_string(ContentCoding coding);

/// An Accept-Encoding field, read once.
class AcceptedCodings {
 public:
  /// `field` is all its lines joined; an absent field accepts identity only, which is what every
  /// client can read. Quality values that cannot be read count as 0.
  [[nodiscard]] static AcceptedCodings parse(std::string_view field);

  /// Whether the client said how much it likes identity, rather than leaving it to the server.
  [[nodiscard]] bool names_identity() const { return names_identity_; }
  /// 0 (never) to 1000 (gladly).
  [[nodiscard]] int quality(ContentCoding coding) const {
    return qualities_[static_cast<std::size_t>(coding)];
  }

 private:
  std::array<int, 4> qualities_{1000, 0, 0, 0};
  bool names_identity_ = false;
};

}  // namespace mastic::http
