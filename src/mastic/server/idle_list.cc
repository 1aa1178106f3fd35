#include "mastic/server/idle_list.h"

#include "mastic/server/connection.h"

namespace mastic::server {

void IdleList::add(Connection& connection) {
  const base::Instant now = loop_.now();
  connection.wait_from(now);
  connections_.add(connection);
  if (!is_armed()) loop_.arm(*this, base::after(now, longest_));
}

void IdleList::restart(base::Duration longest) {
  const base::Instant now = loop_.now();
  longest_ = longest;
  connections_.for_each([now](Connection& connection) { connection.wait_from(now); });
  empty() ? disarm() : loop_.arm(*this, base::after(now, longest_));
}

/// The timer may expire before any deadline, because it is not moved when the first connection
/// leaves. Not moving the timer makes leaving cheap; here the timer is armed again for the
/// connection that is first now.
void IdleList::expired() noexcept {
  const base::Instant now = loop_.now();
  const auto due = [this] { return base::after(first()->waits_since(), longest_); };
  while (!empty() && due() <= now) first()->waited_in_vain();
  if (!empty()) loop_.arm(*this, due());
}

}  // namespace mastic::server
