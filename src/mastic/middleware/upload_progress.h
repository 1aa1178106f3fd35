// Upload progress: tells a page how far the upload of a form is.
//
//     site.use(UploadProgress());
//
// The page chooses a token of 16 to 64 letters, digits, `-` and `_`, which others cannot guess
// (`crypto.randomUUID()` in a browser, or new_upload_token() where a server makes the page). It
// sends the form to `/photos?upload=TOKEN`, and asks `/upload-progress?upload=TOKEN` meanwhile:
//
//     {"state":"running","received":3145728,"size":8388608,"status":0}

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mastic/app/middleware.h"
#include "mastic/base/options.h"
#include "mastic/base/units.h"

namespace mastic::middleware {

/// The settings of an UploadProgress.
struct UploadProgressOptions {
  /// The path that tells how far an upload is.
  std::string path = "/upload-progress";
  /// The parameter of the query that holds the token.
  std::string parameter = "upload";
  /// Maximum number of uploads that are remembered. Beyond it: the one that ended first is
  /// forgotten; while all are running, further ones are not watched.
  std::uint64_t max_uploads = 1000;
  /// How long an upload is remembered after its end.
  base::Duration keep = std::chrono::minutes(5);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Fails when the path is not one, or nothing would be remembered.
  [[nodiscard]] base::Result<void> check() const;
};

/// What is known of an upload, as JSON: an object with these members.
struct UploadState {
  /// "running"; "done" after an answer that is no error; "failed" after an error or an abort; or
  /// "unknown" if no upload has this token, perhaps not yet.
  std::string state = "unknown";
  std::uint64_t received = 0;         ///< how many bytes the application has read
  std::optional<std::uint64_t> size;  ///< how many bytes there are, if the client has said it
  int status = 0;                     ///< the status of the answer, after the end
};

/// Watches uploads, and tells how far they are. Content is counted when the application reads it,
/// at a cost of a few nanoseconds for each piece.
///
/// The token is all that is needed to ask, so it has to be a secret of the page: a token of any
/// other form is ignored. A token that is in use is not taken again, so that another client cannot
/// replace what it tells. Copies share what they know.
class UploadProgress {
 public:
  /// Takes the settings. Throws std::invalid_argument if they cannot work.
  explicit UploadProgress(UploadProgressOptions options = {});

  /// Answers a question, or begins to watch the upload of `request`.
  std::optional<app::Response> before(app::Request& request) const;

 private:
  class Uploads;
  UploadProgressOptions options_;
  std::shared_ptr<Uploads> uploads_;
};

/// Makes a token that cannot be guessed.
[[nodiscard]] std::string new_upload_token();

}  // namespace mastic::middleware
