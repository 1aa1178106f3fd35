#include "mastic/files/static_files.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mastic/app/blocking.h"
#include "mastic/app/error_response.h"
#include "mastic/app/handler.h"
#include "mastic/app/http_error.h"
#include "mastic/app/page_style.h"
#include "mastic/app/route_list.h"
#include "mastic/async/run_blocking.h"
#include "mastic/base/attributes.h"
#include "mastic/base/encoding.h"
#include "mastic/base/small_vector.h"
#include "mastic/base/text.h"
#include "mastic/files/file_answer.h"
#include "mastic/files/file_cache.h"
#include "mastic/files/listing.h"
#include "mastic/files/public_name.h"
#include "mastic/files/root.h"
#include "mastic/files/tree.h"

namespace mastic::files {
namespace {

using app::Request;
using app::Response;
using http::ContentCoding;
using http::FieldName;
using http::Method;
using http::Status;
using Kind = FileStatus::Kind;

bool is_any_name(std::string_view) { return true; }
bool is_public_name(std::string_view name) { return !is_hidden(name); }

/// The path of a request as a path in the tree: "." is the root, "./a/b" is below it.
class TreePath {
 public:
  void append(std::string_view segment) {
    text_.append(std::string_view("/"));
    text_.append(segment);
  }
  [[nodiscard]] std::string_view view() const MASTIC_LIFETIMEBOUND {
    return {text_.data(), text_.size()};
  }
  bool ends_in_slash = true;

 private:
  base::SmallVector<char, 256> text_ = [] {
    base::SmallVector<char, 256> root;
    root.push_back('.');
    return root;
  }();
};

/// Converts the path of a request; each segment is decoded once. Returns std::nullopt if it cannot
/// name a file: a segment is hidden, or is a dot segment, or contains an escaped slash, a backslash
/// or a NUL.
std::optional<TreePath> to_tree_path(std::string_view path, const Options& options) {
  TreePath result;
  result.ends_in_slash = path.ends_with('/');
  std::string decoded;
  while (!path.empty()) {
    std::string_view segment = base::take_until(path, '/');
    if (segment.empty()) continue;
    if (segment.contains('%')) segment = decoded = base::percent_decode(segment);
    if (segment.find_first_of(std::string_view("/\\\0", 3)) != segment.npos) return std::nullopt;
    if (segment == "." || segment == "..") return std::nullopt;
    if (!options.hidden_files && is_hidden(segment)) return std::nullopt;
    result.append(segment);
  }
  return result;
}

/// Marks the request as answered on a thread that may block, as long as this object exists.
class Away {
 public:
  explicit Away(app::ExchangeContext& exchange) : exchange_(exchange) {
    exchange_.runs_elsewhere(true);
  }
  ~Away() { exchange_.runs_elsewhere(false); }
  Away(const Away&) = delete;
  Away& operator=(const Away&) = delete;

 private:
  app::ExchangeContext& exchange_;
};

class StaticFiles {
 public:
  StaticFiles(std::unique_ptr<Root> root, Options options)
      : options_(std::move(options)), root_(std::move(root)), cache_(*root_, options_) {}

  /// Answers a request. Opening a file may wait for a disk. If that has held up a loop before, or
  /// if no thread stands by to take over this loop, the answer is made on a thread for reading
  /// files.
  app::Task<Response> answer(Request& request) {
    const bool reads_here = !history_.goes_elsewhere() &&
                            request.exchange().context().executor().disk_executor().has_reserve();
    if (!reads_here) return answer_elsewhere(request);
    const app::detail::InlineCall here(request, history_);
    return app::Task<Response>(std::in_place, [&] { return find_answer(request); });
  }

 private:
  app::Task<Response> answer_elsewhere(Request& request) {
    auto read = [&] {
      const Away away(request.exchange());
      const base::Instant begun = root_->kernel().monotonic_now();
      Response response = find_answer(request);
      history_.took(root_->kernel().monotonic_now() - begun);
      return response;
    };
    co_return co_await async::run_reading(read, request.exchange().queue_timeout());
  }

  Response find_answer(Request& request) {
    look_at_root(request);
    if (request.method() != Method::Get && request.method() != Method::Head) {
      return app::respond_to_other_method(request, "GET, HEAD, OPTIONS");
    }
    const auto path = to_tree_path(request.path(), options_);
    if (!path) return app::error_response(request, Status::NotFound);
    const auto found = cache_.get(path->view());
    if (!found) return app::error_response(request, found.error());
    const bool is_directory = (*found)->status.kind == Kind::Directory;
    // At "/file/", relative links in the file would be resolved against the wrong directory.
    if (!is_directory && path->ends_in_slash) return app::error_response(request, Status::NotFound);
    if (!is_directory) return answer_file(request, *found);
    if (!path->ends_in_slash) return redirect_to_slash(request);
    return answer_directory(request, std::string(path->view()));
  }

  void look_at_root(Request& request) {
    const auto change = root_->look();
    if (!change) return;
    cache_.drop_former_trees();
    request.exchange().log().write(
        {.level = change->level, .logger = "files", .message = change->message});
  }

  /// Redirects "/dir" to "/dir/". The Location is relative, so a path such as "//evil.com" cannot
  /// redirect to another host.
  static Response redirect_to_slash(const Request& request) {
    const std::string_view whole = request.target().substr(0, request.target().find('?'));
    std::string location = "./" + std::string(whole.substr(whole.rfind('/') + 1)) + "/";
    if (request.has_query()) location.append("?").append(request.query());
    return Response::redirect(location, Status::MovedPermanently);
  }

  Response answer_directory(Request& request, const std::string& path) {
    for (const std::string& name : options_.index) {
      const auto found = cache_.get(path + "/" + name);
      if (found && (*found)->status.kind == Kind::File) return answer_file(request, *found);
      // An index that exists but cannot be opened is an error: the directory must not be answered
      // as if it had no index.
      const bool is_missing = found || found.error() == Status::NotFound;
      if (!is_missing) return app::error_response(request, found.error());
    }
    return options_.listing ? list(request, path) : app::error_response(request, Status::NotFound);
  }

  Response answer_file(Request& request, const std::shared_ptr<const CachedFile>& file) {
    const CachedFile::Sibling* const better = preferred_sibling(request, *file);
    return answer_with_file(request, better == nullptr ? file : better->file, options_,
                            root_->kernel().unix_seconds());
  }

  /// Returns the sibling whose coding the client prefers, or null if it prefers the file itself.
  static const CachedFile::Sibling* preferred_sibling(const Request& request,
                                                      const CachedFile& file) {
    if (file.siblings.empty()) return nullptr;
    const auto accepted =
        http::AcceptedCodings::parse(request.fields().joined(FieldName::AcceptEncoding));
    // At equal quality the sibling wins, because it is smaller; hence the minus one. A client that
    // does not name identity accepts it, but does not prefer it.
    const bool has_wish = accepted.names_identity();
    int best = has_wish ? std::max(accepted.quality(ContentCoding::Identity) - 1, 0) : 0;
    const CachedFile::Sibling* preferred = nullptr;
    for (const CachedFile::Sibling& sibling : file.siblings) {
      if (accepted.quality(sibling.coding) <= best) continue;
      best = accepted.quality(sibling.coding);
      preferred = &sibling;
    }
    return preferred;
  }

  Response list(Request& request, const std::string& path) {
    const auto tree = root_->tree();
    if (!tree) return app::error_response(request, Status::NotFound);
    auto entries = tree->entries(path, options_.max_listed,
                                 options_.hidden_files ? &is_any_name : &is_public_name);
    if (!entries) return refuse_listing(request, entries.error());
    const std::string title =
        std::string(request.mount_path()) + std::string(request.decoded_path());
    app::Body page = listing_page(title, path != ".", std::move(entries->list), entries->complete,
                                  ListingOrder::from_query(request.query()));
    return app::styled_page(request, listing_style(), std::move(page))
        .set(FieldName::CacheControl, "no-cache");
  }

  static Response refuse_listing(Request& request, const Tree::Fault& fault) {
    if (fault.answer != Status::NotFound) {
      request.log("files").error("cannot list ", request.mount_path(), request.path(), ": ",
                                 base::describe_number(fault.number));
    }
    return app::error_response(request, fault.answer);
  }

  const Options options_;
  const std::unique_ptr<Root> root_;
  FileCache cache_;
  app::BlockingHistory history_;
};

/// What the App calls. It returns a task although that rarely waits: before calling a plain
/// function, the server would read the whole body, even for a method that is refused.
struct ServedTree {
  std::shared_ptr<StaticFiles> files;
  std::string root;

  app::Task<Response> operator()(Request& request) const { return files->answer(request); }
  void list_routes(app::RouteList& list) const {
    list.add({.method = "GET", .path = "/...", .meaning = "files of " + root});
  }
};

}  // namespace

base::Result<app::App> open_static_files(const std::string& root, Options options,
                                         base::Kernel& kernel) {
  if (const auto fits = options.check(); !fits) return std::unexpected(fits.error());
  auto opened = Root::open(kernel, root);
  if (!opened) return std::unexpected(opened.error());
  auto files = std::make_shared<StaticFiles>(*std::move(opened), std::move(options));
  return app::App(ServedTree{std::move(files), root}).quick();
}

app::App static_files(const std::string& root, Options options) {
  auto files = open_static_files(root, std::move(options), base::system_kernel());
  if (!files) throw std::runtime_error(files.error().message);
  return *std::move(files);
}

}  // namespace mastic::files
