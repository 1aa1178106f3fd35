// Body limit: refuses requests whose content is too large.
//
//     site.use(BodyLimit({.max_body_bytes = 64 << 10}));

#pragma once

#include <cstdint>
#include <optional>

#include "mastic/app/middleware.h"
#include "mastic/base/options.h"

namespace mastic::middleware {

/// The settings of a BodyLimit.
struct BodyLimitOptions {
  /// Maximum size of the content of a request. Beyond it: 413. The server has a limit of its own,
  /// which this can only lower (--max-body-bytes).
  std::uint64_t max_body_bytes = 1 << 20;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
};

/// Refuses content beyond a limit with 413, also content that an application reads piece by piece.
///
/// If the client says how long the content is (Content-Length), nothing of it is read, and the
/// application is not called. Otherwise the limit shows while the application reads: reading then
/// throws ContentError 413. The limit can only lower that of the server (--max-body-bytes), which
/// still holds for content that is read whole.
class BodyLimit {
 public:
  /// Takes the limit. 0 refuses all content.
  explicit BodyLimit(BodyLimitOptions options) : options_(options) {}

  /// Refuses the request, or lets it pass with content that ends at the limit.
  std::optional<app::Response> before(app::Request& request) const;

 private:
  BodyLimitOptions options_;
};

}  // namespace mastic::middleware
