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

}  // namespace

std::vector<BoundAddress> bound_addresses(const catalog::Options& options,
                                          const base::OptionTable& table,
                                          const base::Origin& section) {
  const auto bind = std::ranges::find(table.options(), "bind", &base::Option::name);
  const bool has_lines = bind != table.options().end() && bind->given.size() == options.bind.size();
  std::vector<BoundAddress> addresses;
  for (const base::Address& address : options.bind) {
    addresses.push_back({address, has_lines ? bind->given[addresses.size()].origin : section});
  }
  return addresses;
}

void check_bound_addresses(const std::vector<BoundAddress>& addresses,
                           deploy::Diagnostics& diagnostics) {
  for (auto one = addresses.begin(); one != addresses.end(); ++one) {
    const auto first = std::find_if(addresses.begin(), one, [&](const BoundAddress& other) {
      return overlap(one->address, other.address);
    });
    if (first == one) continue;
    diagnostics.error(one->origin, "bind: " + one->address.to_string() +
                                       " cannot be bound, because " + first->address.to_string() +
                                       " takes it already; leave one of them out");
  }
}

void compare_bound_addresses(const std::vector<BoundAddress>& addresses,
                             const std::vector<BoundAddress>& others,
                             const std::string& other_section, deploy::Diagnostics& diagnostics) {
  for (const BoundAddress& one : addresses) {
    for (const BoundAddress& two : others) {
      if (!overlap(one.address, two.address)) continue;
      diagnostics.warn(two.origin, "[" + other_section + "] binds " + two.address.to_string() +
                                       ", and so does " + one.origin.to_string() +
                                       ": the two servers cannot run at one time");
    }
  }
}

}  // namespace mastic::program
