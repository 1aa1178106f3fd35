// The site of `./dev bench compose`: a handler, or the same handler as the last of ten applications
// below prefixes, with five filters around them that let everything pass.
//
//     compose_site [--composed] [OPTION...]

#include <mastic/mastic.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using mastic::App;
using mastic::Request;
using mastic::Response;

namespace {

struct SiteOptions {
  /// Put the handler into ten applications and five filters.
  bool composed = false;

  void describe(mastic::OptionTable& table) {
    table.flag("composed", composed, "Put the handler into ten applications and five filters.");
  }
};

struct LetPass {
  [[nodiscard]] std::optional<Response> before(Request&) const { return std::nullopt; }
  void after(Request&, Response&) const {}
};

App make_handler() {
  return App([] { return "Hello, world!\n"; });
}

App make_site(const SiteOptions& options) {
  if (!options.composed) return make_handler();
  std::vector<mastic::UrlMap::Place> places;
  for (int i = 0; i < 10; ++i) places.push_back({"/part-" + std::to_string(i), make_handler()});
  App site = mastic::UrlMap(std::move(places));
  for (int i = 0; i < 5; ++i) site = mastic::Middleware(LetPass())(std::move(site));
  return site;
}

}  // namespace

int main(int argc, char** argv) { return mastic::run(make_site, argc, argv); }
