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

void check_bound_addresses(const base::OptionTable& table, deploy::Diagnostics& diagnostics) {
  const auto bind = std::ranges::find(table.options(), "bind", &base::Option::name);
  if (bind == table.options().end()) return;
  std::vector<base::Address> taken;
  for (const base::OptionText& given : bind->given) {
    const auto address = base::Address::parse(given.text);
    if (!address) continue;
    for (const base::Address& other : taken) {
      if (!overlap(*address, other)) continue;
      diagnostics.error(given.origin, "bind: " + address->to_string() +
                                          " cannot be bound, because " + other.to_string() +
                                          " takes it already; leave one of them out");
      break;
    }
    taken.push_back(*address);
  }
}

}  // namespace mastic::program
