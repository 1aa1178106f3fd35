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

}  // namespace

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
