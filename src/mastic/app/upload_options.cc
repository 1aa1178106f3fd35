#include "mastic/app/upload_options.h"

#include "mastic/app/not_stored.h"
#include "mastic/app/request.h"
#include "mastic/base/temporary_file.h"

namespace mastic::app {

void UploadOptions::describe(base::OptionTable& table) {
  table.size("max_upload_bytes", max_upload_bytes,
             "Maximum size of a form with files, all of it together. Beyond it: 413.");
  multipart.describe(table);
  table.size("spool_above_bytes", spool_above_bytes,
             "How much of the files of a form is kept in memory at most; the rest is kept in "
             "temporary files.");
  table.count(
      "max_temporary_files", max_temporary_files,
      "Maximum number of temporary files that a form may have at a time, each of which takes "
      "a descriptor. A file that the handler is done with does not count. Beyond it: 413.");
  table.path(
      "upload_directory", upload_directory, "DIR",
      "The folder whose file system holds the temporary files. They have no names there, and are "
      "gone when the request ends, whatever happens. The folder of the files to which uploads are "
      "saved is a good choice: File::keep then copies nothing. Empty means that of the server, "
      "which is /var/tmp by default, because /tmp is memory on many systems. A server does not "
      "start with a folder in which no file can be created.");
}

base::Result<void> check_upload_directory(const std::string& directory, base::Kernel& kernel) {
  const int created = base::TemporaryFile(kernel).create(directory);
  if (created == 0) return {};
  return base::fail("cannot create a temporary file in '", directory,
                    "': ", describe_not_stored(-created));
}

namespace {

const UploadOptions& server_options(const Request& request) {
  static const UploadOptions kDefaults{.upload_directory = std::string(kDefaultUploadDirectory)};
  const UploadOptions* const options = request.exchange().upload_options();
  return options != nullptr ? *options : kDefaults;
}

}  // namespace

const UploadOptions& upload_options(const Request& request) {
  const auto* const chosen = request.find_ext<UploadOptions>();
  return chosen != nullptr ? *chosen : server_options(request);
}

const std::string& upload_directory(const Request& request) {
  const std::string& chosen = upload_options(request).upload_directory;
  return chosen.empty() ? server_options(request).upload_directory : chosen;
}

}  // namespace mastic::app
