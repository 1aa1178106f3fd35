// What a GET or HEAD of one file is answered with: whole, a part, several parts, or not at all.

#pragma once

#include <memory>
#include <string_view>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/files/file_cache.h"
#include "mastic/http/content_coding.h"

namespace mastic::files {

/// A file and how it is named in the answer.
struct FileToSend {
  std::shared_ptr<const CachedFile> file;
  std::string_view media_type;
  http::ContentCoding coding = http::ContentCoding::Identity;
  bool varies = false;  ///< other clients get another coding
};

/// Evaluates preconditions and ranges (RFC 9110 §13 and §14) and fills in the fields of the file.
[[nodiscard]] app::Response answer_with_file(app::Request& request, const FileToSend& sent,
                                             const Options& options, std::int64_t unix_now);

}  // namespace mastic::files
