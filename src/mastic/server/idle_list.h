// Connections that wait for a first byte, with a deadline.

#pragma once

#include "mastic/async/timer.h"
#include "mastic/base/units.h"
#include "mastic/loop/loop.h"
#include "mastic/server/connection_list.h"

namespace mastic::server {

/// All connections of a list may wait for the same time, so the list is in the order of their
/// deadlines. One timer is enough for all connections, and a waiting connection needs no timer of
/// its own.
class IdleList final : private async::Timer {
 public:
  /// Connections may wait for `longest`. `loop` must outlive the list.
  IdleList(loop::Loop& loop, base::Duration longest) : loop_(loop), longest_(longest) {}

  /// Whether no connection waits in this list.
  [[nodiscard]] bool empty() const { return connections_.empty(); }
  /// The connection that has waited longest, or null.
  [[nodiscard]] Connection* first() const { return connections_.first(); }
  /// Adds `connection`, which begins to wait now, and removes it from the list that it was in
  /// before, if any.
  void add(Connection& connection);
  /// Makes all connections begin to wait again. From now on, these and later connections may wait
  /// for `longest`.
  void restart(base::Duration longest);
  /// Calls `each` for every connection (ConnectionList::for_each).
  template <class Each>
  void for_each(Each each) {
    connections_.for_each(each);
  }

 private:
  void expired() noexcept override;

  loop::Loop& loop_;
  base::Duration longest_;
  ConnectionList connections_;
};

}  // namespace mastic::server
