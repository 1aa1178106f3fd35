#include "mastic/catalog/factories.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/recursive.h"
#include "mastic/catalog/access_log_section.h"
#include "mastic/catalog/composite_sections.h"
#include "mastic/catalog/foreign_names.h"
#include "mastic/catalog/options.h"
#include "mastic/catalog/pipeline.h"
#include "mastic/catalog/server_section.h"
#include "mastic/catalog/static_section.h"
#include "mastic/catalog/test_applications.h"
#include "mastic/inspect/thread_watch.h"
#include "mastic/middleware/body_limit.h"
#include "mastic/middleware/decompress_requests.h"
#include "mastic/middleware/lint.h"
#include "mastic/middleware/redirect.h"
#include "mastic/middleware/response_fields.h"
#include "mastic/middleware/upload_progress.h"
#include "mastic/middleware/uploads.h"

namespace mastic::catalog {
namespace {

using deploy::PartKind;

// What each factory calls. The type of its parameter says which options the section has, so these are
// functions where a constructor would do.

app::Middleware make_access_log(const AccessLogSection& section, deploy::Build& build) {
  return access_log_filter(section, build.kernel());
}
middleware::BodyLimit make_body_limit(const middleware::BodyLimitOptions& options) {
  return middleware::BodyLimit(options);
}
middleware::DecompressRequests make_decompress_requests(
    const middleware::DecompressRequestsOptions& options) {
  return middleware::DecompressRequests(options);
}
middleware::UploadProgress make_upload_progress(const middleware::UploadProgressOptions& options) {
  return middleware::UploadProgress(options);
}
base::Result<middleware::Uploads> make_uploads(const app::UploadOptions& options,
                                               deploy::Build& build) {
  // Without a directory of its own, it uses that of the server, which has checked it.
  if (!options.upload_directory.empty()) {
    const auto usable = app::check_upload_directory(options.upload_directory, build.kernel());
    if (!usable) return base::fail("upload_directory: ", usable.error().message);
  }
  return middleware::Uploads(options);
}
middleware::ResponseFields make_response_fields(const middleware::ResponseFieldsOptions& options) {
  return middleware::ResponseFields(options);
}

middleware::Lint make_lint() { return {}; }
app::Recursive make_recursive() { return {}; }

/// A server has options and makes nothing: deploy::read_server reads them, and `mastic serve` is the
/// server. The draft names the options, for checks of the section and for the reference.
class ServerDraft final : public deploy::Draft {
 public:
  void describe(base::OptionTable& table) override { section_.describe(table); }
  base::Result<deploy::Made> make(deploy::Build&) override { return deploy::Made(); }

 private:
  Options options_;
  ServerSection section_{options_};
};

deploy::Factory server_factory() {
  return {PartKind::Server, "server", "The options of `mastic serve`.",
          "[server:main]\nuse = mastic#server\nbind = 127.0.0.1:8080\naccess_log = combined\n",
          [] { return std::make_unique<ServerDraft>(); }};
}

// For the reference. Other factories get an example from their options; the settings of these have
// keys that the author chooses, so their options do not show what to write.

constexpr std::string_view kUrlMapExample =
    "[composite:main]\nuse = mastic#urlmap\n/ = shop\n/docs = manual\n"
    "domain api.example.com port 8080 / = api\n";
constexpr std::string_view kCascadeExample =
    "[composite:main]\nuse = mastic#cascade\napp1 = static\napp2 = shop\ncatch = 404\n";
constexpr std::string_view kErrorDocumentsExample =
    "[filter:errors]\nuse = mastic#error_documents\n404 = /errors/404.html\n"
    "500 = /errors/500.html\n";
constexpr std::string_view kResponseFieldsExample =
    "[filter:fields]\nuse = mastic#response_fields\nX-Frame-Options = DENY\n"
    "+Link = </style.css>; rel=preload\n-X-Powered-By =\n";

/// Adds factories under their names. `also` is what Paste calls one: "Paste#static".
class FactoryList {
 public:
  template <class Make>
  void app(std::string_view name, std::string_view also, std::string_view meaning, Make make,
           std::string_view example = {}) {
    add(deploy::app_factory(name, meaning, make, example), also);
  }
  template <class Make>
  void filter(std::string_view name, std::string_view also, std::string_view meaning, Make make,
              std::string_view example = {}) {
    add(deploy::filter_factory(name, meaning, make, example), also);
  }
  void add(deploy::Factory factory, std::string_view also) {
    if (!also.empty()) alias(factory, also);
    all_.add(std::move(factory));
  }
  void alias(const deploy::Factory& factory, std::string_view also) {
    const std::size_t hash = also.find('#');
    all_.alias(factory.kind, also.substr(0, hash), also.substr(hash + 1), factory.name);
  }
  deploy::Factories& all() { return all_; }

 private:
  deploy::Factories all_;
};

/// A new factory is one line here.
deploy::Factories make_factories() {
  FactoryList list;
  list.app("static", "Paste#static", "Serves the files below a folder.", make_static);
  list.app("urlmap", "Paste#urlmap", "Chooses by host and path.", make_url_map, kUrlMapExample);
  list.app("cascade", "Paste#cascade", "Tries applications in turn.", make_cascade,
           kCascadeExample);
  list.app("redirect", "", "Sends every request to another place.", middleware::redirect);
  list.app("thread_watch", "Paste#watch_threads", "Shows what the server is doing.",
           inspect::thread_watch);
  list.app("echo", "Paste#test", "Answers with what it was sent, for tests.", echo);
  list.app("slow", "", "Answers after a while, for tests.", slow);

  list.filter("access_log", "Paste#translogger", "Writes a line for each request.",
              make_access_log);
  list.filter("body_limit", "", "Refuses content that is too large.", make_body_limit);
  list.filter("decompress_requests", "", "Decodes content that is compressed.",
              make_decompress_requests);
  list.filter("error_documents", "Paste#errordocument", "Gives errors the content of pages.",
              make_error_documents, kErrorDocumentsExample);
  list.filter("lint", "Paste#lint", "Logs where an application breaks its contract.", make_lint);
  list.filter("recursive", "Paste#recursive", "Lets applications ask for other paths of the site.",
              make_recursive);
  list.filter("response_fields", "", "Sets, adds and removes fields of answers.",
              make_response_fields, kResponseFieldsExample);
  list.filter("upload_progress", "", "Tells how far an upload is.", make_upload_progress);
  list.filter("uploads", "", "Sets limits for forms with files.", make_uploads);

  // Servers of Python programs are names for this one, so that their files can be served as they are.
  for (const std::string_view also :
       {"Paste#http", "PasteScript#wsgiutils", "waitress#main", "gunicorn#main"}) {
    list.alias(server_factory(), also);
  }
  list.add(server_factory(), "");
  list.all().set_filter_order({layers().begin(), layers().end()});
  add_missing_names(list.all());
  return std::move(list.all());
}

}  // namespace

// Made at the first call, so that a program which reads no site file does not pay for it.
const deploy::Factories& factories() {
  static const deploy::Factories all = make_factories();
  return all;
}

}  // namespace mastic::catalog
