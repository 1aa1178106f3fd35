// A file as the answer of a handler: with ranges, conditional requests, and a name to save it under.
//
//     site.get<"/report">([](Request& request) {
//       return send_file(request, "/srv/report.pdf", {.download_as = "Report 2026.pdf"});
//     });
//     site.get<"/invoices/{name}">([invoices = SendDirectory("/srv/invoices")](
//                                      Request& request, std::string name) {
//       return invoices.send(request, name);
//     });
//
// A whole tree is served by static_files.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/files/tree.h"

namespace mastic::files {

/// How a file is sent. The texts are copied during the call.
struct SendFileOptions {
  /// The media type; empty to choose it by the name of the file.
  std::string_view media_type = {};
  /// The name under which a browser saves the file (Content-Disposition); empty to have the browser
  /// show the file.
  std::string_view download_as = {};
  /// The value of Cache-Control; empty for no field.
  std::string_view cache_control = {};
  /// The maximum number of ranges of one request. Beyond it: the whole file is sent.
  std::uint64_t max_ranges = 16;
};

/// Answers with the file at `path`: all of it, the ranges that the client asks for, 304 when the
/// client has it already, or 412 (RFC 9110 §13 and §14). The client gets 404 when there is no regular
/// file at `path`, 403 when this user may not read it, and 503 when the process is short of
/// descriptors.
///
/// `path` is the application's own: links are followed wherever they lead. Never build it from what a
/// client has sent, such as a path value: `..` or a link would lead anywhere. A SendDirectory takes such
/// names.
[[nodiscard]] app::Task<app::Response> send_file(app::Request& request, std::string path,
                                                 const SendFileOptions& options = {});

/// A directory from which files are sent by names that clients may choose. It may be copied and used
/// by any thread.
class SendDirectory {
 public:
  /// Opens the directory, which stays the same one even if another takes its place at `path`. Throws
  /// std::runtime_error, with the remedy, when it cannot be opened.
  explicit SendDirectory(const std::string& path);

  /// Answers with the file `name` as send_file does. `name` is a decoded name or relative path, such
  /// as the value of `{name}` or `{path...}` in a route. Nothing outside of the directory is ever
  /// sent, whatever the name or the links in the directory contain: such names, and hidden ones
  /// (Options::hidden_files), are answered 404.
  [[nodiscard]] app::Task<app::Response> send(app::Request& request, std::string name,
                                              const SendFileOptions& options = {}) const;

 private:
  std::shared_ptr<const Tree> tree_;
};

}  // namespace mastic::files
