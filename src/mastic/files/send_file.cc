#include "mastic/files/send_file.h"

#include <stdexcept>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/async/run_blocking.h"
#include "mastic/base/text.h"
#include "mastic/files/file_answer.h"
#include "mastic/files/file_cache.h"
#include "mastic/files/public_name.h"
#include "mastic/http/media_type.h"
#include "mastic/http/typed_fields.h"

namespace mastic::files {
namespace {

using app::Request;
using app::Response;
using app::Task;
using http::Status;
using Opened = base::Result<OpenedFile, Status>;

/// Whether a client may ask for `name`: a relative path whose segments are all plain and public.
bool is_name_of_file(std::string_view name) {
  if (name.empty() || name.find_first_of(std::string_view("\\\0", 2)) != name.npos) return false;
  for (bool more = true; more;) {
    more = name.find('/') != name.npos;
    const std::string_view segment = base::take_until(name, '/');
    if (segment.empty() || is_hidden(segment)) return false;  // dot segments are hidden too
  }
  return true;
}

/// SendFileOptions that own their texts.
struct Settings {
  explicit Settings(const SendFileOptions& options)
      : media_type(options.media_type),
        download_as(options.download_as),
        cache_control(options.cache_control),
        max_ranges(options.max_ranges) {}

  std::string media_type;
  std::string download_as;
  std::string cache_control;
  std::uint64_t max_ranges;
};

Response answer_with(Request& request, Opened opened, const std::string& path,
                     const Settings& options) {
  if (opened && opened->status.kind != FileStatus::Kind::File) {
    opened = std::unexpected(Status::NotFound);
  }
  if (!opened) return app::error_response(request, opened.error());
  base::Kernel& kernel = opened->descriptor.kernel();
  CachedFile file;
  file.status = opened->status;
  file.descriptor = std::make_shared<const base::Descriptor>(std::move(opened->descriptor));
  file.media_type =
      options.media_type.empty() ? std::string(http::media_type_of(path)) : options.media_type;
  file.fields = file.make_fields(options.cache_control, false);
  if (!options.download_as.empty()) {
    const http::ContentDisposition disposition{.filename = options.download_as};
    file.fields.add(http::FieldName::ContentDisposition, disposition.to_string());
  }
  Options answer_options;
  answer_options.max_ranges = options.max_ranges;
  return answer_with_file(request, std::make_shared<const CachedFile>(std::move(file)),
                          answer_options, kernel.unix_seconds());
}

Task<Response> send_from(Request& request, std::shared_ptr<const Tree> tree, std::string name,
                         Settings settings) {
  auto open = [&] { return tree->open_file("./" + name); };
  Opened opened = co_await async::run_reading(open);
  co_return answer_with(request, std::move(opened), name, settings);
}
Task<Response> send_at(Request& request, std::string path, Settings settings) {
  auto open = [&] { return open_anywhere(base::system_kernel(), path); };
  Opened opened = co_await async::run_reading(open);
  co_return answer_with(request, std::move(opened), path, settings);
}

}  // namespace

Task<Response> send_file(Request& request, std::string path, const SendFileOptions& options) {
  return send_at(request, std::move(path), Settings(options));
}

SendDirectory::SendDirectory(const std::string& path) {
  auto tree = Tree::open(base::system_kernel(), path);
  if (!tree) throw std::runtime_error(tree.error().message);
  tree_ = std::make_shared<const Tree>(*std::move(tree));
}

Task<Response> SendDirectory::send(Request& request, std::string name,
                                   const SendFileOptions& options) const {
  if (!is_name_of_file(name)) return app::error_response(request, Status::NotFound);
  return send_from(request, tree_, std::move(name), Settings(options));
}

}  // namespace mastic::files
