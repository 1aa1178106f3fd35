#include "apps/mastic/site_and_server.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/address.h"
#include "mastic/base/units.h"
#include "mastic/catalog/factories.h"
#include "mastic/deploy/factories.h"
#include "mastic/deploy/uri.h"

namespace mastic::program {
namespace {

/// Whether a part is made by the factory mastic#NAME, which may have other names, too.
bool is_made_by(const deploy::Node& node, std::string_view name) {
  const auto written = deploy::factory_name(node.factory);
  if (!written) return false;
  const auto factory = catalog::factories().find(node.kind, *written);
  return factory && (*factory)->name == name;
}

void compare_body_limit(const deploy::Node& node, std::uint64_t most_of_server,
                        deploy::Diagnostics& diagnostics) {
  const auto limit = std::ranges::find(node.options, "max_body_bytes", &deploy::Node::Value::name);
  if (limit == node.options.end() || limit->is_default) return;
  const auto most = base::parse_size(limit->text);
  if (!most || *most <= most_of_server) return;
  diagnostics.warn(limit->origin,
                   "max_body_bytes has no effect, because the server takes at most " +
                       base::format_size(most_of_server) +
                       "; set max_body_bytes of the server, in its section or as "
                       "--max-body-bytes, to " +
                       limit->text + " or more");
}

void compare_thread_watch(const deploy::Node& node, const catalog::Options& server,
                          deploy::Diagnostics& diagnostics) {
  const auto open = std::ranges::find_if_not(server.bind, &base::Address::is_local);
  if (open == server.bind.end()) return;
  diagnostics.warn(node.origin,
                   "the thread watch shows who asks for what, and " + open->to_string() +
                       (open->is_inherited() ? " may be" : " can be") +
                       " reached from other machines; bind to 127.0.0.1, and let a proxy in front "
                       "of the server decide who sees the page");
}

std::string_view without_slash(std::string_view path) {
  return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

/// Warns of redirects in `node`, whose requests have a path that begins with `place`.
void find_redirect_loops(const deploy::Node& node, const std::string& place,
                         deploy::Diagnostics& diagnostics) {
  if (is_made_by(node, "redirect")) {
    const auto to = std::ranges::find(node.options, "to", &deploy::Node::Value::name);
    if (to == node.options.end() || !to->text.starts_with('/')) return;
    if (without_slash(to->text) != without_slash(place)) return;
    diagnostics.warn(to->origin, "to: '" + to->text +
                                     "' is the place of this redirect, so clients are sent there "
                                     "again and again");
  }
  for (const deploy::Node& part : node.parts) {
    // Elsewhere, as in a cascade, another part may answer at this place.
    if (part.place.starts_with('/')) {
      find_redirect_loops(part, std::string(without_slash(place)) + part.place, diagnostics);
    } else if (part.place == "application") {
      find_redirect_loops(part, place, diagnostics);
    }
  }
}

}  // namespace

void warn_of_redirect_loops(const deploy::Node& site, deploy::Diagnostics& diagnostics) {
  find_redirect_loops(site, "", diagnostics);
}

void compare_with_server(const deploy::Node& site, const catalog::Options& server,
                         deploy::Diagnostics& diagnostics) {
  if (is_made_by(site, "body_limit")) {
    compare_body_limit(site, server.server.max_body_bytes, diagnostics);
  } else if (is_made_by(site, "thread_watch")) {
    compare_thread_watch(site, server, diagnostics);
  }
  for (const deploy::Node& part : site.parts) compare_with_server(part, server, diagnostics);
}

}  // namespace mastic::program
