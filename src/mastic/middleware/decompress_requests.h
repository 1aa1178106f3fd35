// Decompress requests: gives handlers the content of requests as it was before it was compressed.
//
//     site.post<"/measurements">(store).use(DecompressRequests());

#pragma once

#include <cstdint>
#include <optional>

#include "mastic/app/middleware.h"
#include "mastic/base/options.h"

namespace mastic::middleware {

/// The settings of a DecompressRequests.
struct DecompressRequestsOptions {
  /// How many times larger than what was sent the content may become. Beyond it: 413. It does not
  /// hold for the first 64 KiB.
  std::uint64_t max_decompress_ratio = 100;
  /// Maximum size of the decompressed content; 0 for max_body_bytes of the server. Beyond it: 413.
  std::uint64_t max_body_bytes = 0;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Fails when a limit would refuse everything.
  [[nodiscard]] base::Result<void> check() const;
};

/// Decodes content with the coding gzip, and br and zstd where Mastic was built with their
/// libraries. What is inside of it sees a request without Content-Encoding and Content-Length, and
/// pulls decoded content. Content with another coding, or with several, is answered with 415 and an
/// Accept-Encoding that says which ones are taken (RFC 9110 §15.5.16).
///
/// Without this middleware, compressed content is passed on as it is. Json, Form and MultipartReader
/// answer it with 415; other readers get the compressed bytes. A few bytes may become very many, so
/// switch it on where it is needed.
/// Decoding may take 16 MiB of memory for a request with br, and 9 MiB with zstd, which count as
/// content that the process holds (max_inflight_bytes).
class DecompressRequests {
 public:
  /// Takes the limits.
  explicit DecompressRequests(DecompressRequestsOptions options = {}) : options_(options) {}

  /// Replaces the content of the request, or refuses it.
  std::optional<app::Response> before(app::Request& request) const;

 private:
  DecompressRequestsOptions options_;
};

}  // namespace mastic::middleware
