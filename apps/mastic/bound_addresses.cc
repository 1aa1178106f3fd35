#include "apps/mastic/bound_addresses.h"

#include <algorithm>
#include <string>
#include <vector>

#include "mastic/base/address.h"

namespace mastic::program {
namespace {

/// Whether an address stands for all addresses of its kind, IPv4 or IPv6.
bool takes_every_host(const base::Address& address) {
  return address.endpoint().ip.to_string() == "0.0.0.0" ||
         address.endpoint().ip.to_string() == "::";
}

bool overlap(const base::Address& a, const base::Address& b) {
  if (a.to_string() == b.to_string()) {
    // With port 0 the system chooses another port each time.
    return a.is_unix() || a.is_inherited() || a.endpoint().port != 0;
  }
  if (a.is_unix() || b.is_unix() || a.is_inherited() || b.is_inherited()) return false;
  const bool same_port = a.endpoint().port == b.endpoint().port && a.endpoint().port != 0;
  const bool same_kind = a.endpoint().ip.is_v4() == b.endpoint().ip.is_v4();
  return same_port && same_kind && (takes_every_host(a) || takes_every_host(b));
}

/// An address that a server binds, and where that is written.
struct Bound {
  base::Address address;
  base::Origin origin;
};

/// What the option `bind` holds: what it was set to, or its default.
std::vector<Bound> bound_by(const base::OptionTable& table) {
  std::vector<Bound> bound;
  const auto bind = std::ranges::find(table.options(), "bind", &base::Option::name);
  if (bind == table.options().end()) return bound;
  const auto add = [&](std::string_view text, const base::Origin& origin) {
    if (const auto address = base::Address::parse(text)) bound.push_back({*address, origin});
  };
  for (const base::OptionText& given : bind->given) add(given.text, given.origin);
  if (bind->given.empty()) add(bind->default_text, {});
  return bound;
}

}  // namespace

void check_bound_addresses(const base::OptionTable& table, deploy::Diagnostics& diagnostics) {
  const std::vector<Bound> all = bound_by(table);
  for (auto one = all.begin(); one != all.end(); ++one) {
    const auto first = std::find_if(
        all.begin(), one, [&](const Bound& other) { return overlap(one->address, other.address); });
    if (first == one) continue;
    diagnostics.error(one->origin, "bind: " + one->address.to_string() +
                                       " cannot be bound, because " + first->address.to_string() +
                                       " takes it already; leave one of them out");
  }
}

void compare_bound_addresses(const base::OptionTable& table, const base::OptionTable& other,
                             const std::string& other_section, deploy::Diagnostics& diagnostics) {
  for (const Bound& one : bound_by(table)) {
    for (const Bound& two : bound_by(other)) {
      if (!overlap(one.address, two.address)) continue;
      diagnostics.warn(two.origin,
                       "[" + other_section + "] binds " + two.address.to_string() + ", which " +
                           one.address.to_string() + " (" +
                           (one.origin.is_known() ? one.origin.to_string() : "default") +
                           ") takes already: the two servers cannot run at one time");
    }
  }
}

}  // namespace mastic::program
