// Uploads: other limits for forms with files, and another folder for them, in a part of a site.
//
//     site.post<"/photos">(add_photo).use(Uploads({.max_upload_bytes = 1 << 30}));

#pragma once

#include <optional>
#include <utility>

#include "mastic/app/middleware.h"
#include "mastic/app/upload_options.h"

namespace mastic::middleware {

/// Sets the settings of uploads for what is inside of it, in place of those of the server
/// (app/upload_options.h). They may be larger or smaller than those.
class Uploads {
 public:
  /// Takes the settings.
  explicit Uploads(app::UploadOptions options) : options_(std::move(options)) {}

  /// Gives the request the settings.
  std::optional<app::Response> before(app::Request& request) const {
    request.ext<app::UploadOptions>() = options_;
    return std::nullopt;
  }

 private:
  app::UploadOptions options_;
};

}  // namespace mastic::middleware
