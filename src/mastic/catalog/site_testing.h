// A site in a temporary folder, for tests.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/base/kernel.h"
#include "mastic/catalog/factories.h"
#include "mastic/deploy/site.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::catalog {

/// Makes sites from the text of a file, with the factories of Mastic, and asks them.
class TestSite {
 public:
  /// Makes the site that `ini` describes, in place of the one before.
  explicit TestSite(std::string_view ini = {}) {
    if (!ini.empty()) make(ini);
  }
  void make(std::string_view ini) {
    site_.reset();
    folder.write("site.ini", ini);
    site_.emplace(deploy::make_site("config:" + (folder.root() / "site.ini").string(), factories(),
                                    {}, base::system_kernel()));
  }

  /// What is wrong or doubtful, with places relative to the folder: "site.ini:3: error: ...".
  [[nodiscard]] std::string diagnostics() const {
    std::string text = site_->diagnostics.to_string();
    const std::string prefix = folder.root().string() + "/";
    for (std::size_t at; (at = text.find(prefix)) != text.npos;) text.erase(at, prefix.size());
    return text;
  }
  /// Whether the site can be served.
  [[nodiscard]] bool is_usable() const { return site_->app.has_value(); }
  [[nodiscard]] const app::App& app() const { return *site_->app; }

  /// Asks the site for a path. Requires: is_usable().
  app::Response call(http::Method method, std::string_view path, app::Body content = {}) {
    return exchange.call(app(), method, path, std::move(content));
  }
  app::Response get(std::string_view path) { return call(http::Method::Get, path); }
  /// The status of the answer and its content: "200 hello".
  std::string ask(std::string_view path) {
    app::Response response = get(path);
    return std::to_string(code(response.status)) + " " + app::text_of(std::move(response));
  }

  files::TemporaryTree folder;
  async::ManualExecutor executor;
  app::TestExchange exchange{executor};

 private:
  std::optional<deploy::Site> site_;
};

}  // namespace mastic::catalog
