// The settings of uploads: how large forms with files may be, and where files are kept meanwhile.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/kernel.h"
#include "mastic/base/options.h"
#include "mastic/base/result.h"
#include "mastic/wire/multipart/limits.h"

namespace mastic::app {

class Request;

/// The settings of uploads. The server has them as options; middleware::Uploads replaces them for a
/// part of a site.
struct UploadOptions {
  /// Limits for the fields and files of a form.
  wire::multipart::Limits multipart = {};
  /// Maximum size of a form with files, all of it together. Beyond it: 413.
  std::uint64_t max_upload_bytes = 64 << 20;
  /// How much of the files of a form is kept in memory at most; the rest is kept in temporary
  /// files.
  std::uint64_t spool_above_bytes = 256 << 10;
  /// Maximum number of temporary files that a form may have at a time, each of which takes a
  /// descriptor. A file that the handler is done with does not count. Beyond it: 413.
  std::uint64_t max_temporary_files = 20;
  /// The folder whose file system holds the temporary files. They have no names there, and are gone
  /// when the request ends, whatever happens. The folder of the files to which uploads are saved is
  /// a good choice: File::keep then copies nothing. Empty means that of the server, which is
  /// /var/tmp by default, because /tmp is memory on many systems. A server does not start with a
  /// folder in which no file can be created.
  std::string upload_directory;

  /// Adds every member to `table` under its name. The table refers to this object.
  void describe(base::OptionTable& table);
};

/// Checks that temporary files can be created in `directory`, by creating one without a name. Fails
/// with the reason and the remedy. May wait for the disk.
[[nodiscard]] base::Result<void> check_upload_directory(
    const std::string& directory, base::Kernel& kernel = base::system_kernel());

/// The folder of the temporary files for uploads where the server's options name none.
inline constexpr std::string_view kDefaultUploadDirectory = "/var/tmp";

/// The settings for the uploads of `request`: those of the innermost middleware::Uploads around its
/// handler, or else the server's. Valid as long as the request.
[[nodiscard]] const UploadOptions& upload_options(const Request& request);
/// The folder of the temporary files for uploads of `request`: that of `upload_options`, or else
/// the server's.
[[nodiscard]] const std::string& upload_directory(const Request& request);

}  // namespace mastic::app
