// Connections that wait for a first byte, and for how long they may.

#pragma once

#include "mastic/async/timer.h"
#include "mastic/base/units.h"
#include "mastic/loop/loop.h"
#include "mastic/server/connection_list.h"

namespace mastic::server {

/// All of them may wait for the same time, so the one that came first is the first whose time is
/// over: one timer is enough for all, and a connection that waits needs none of its own.
class IdleList final : private async::Timer {
 public:
  IdleList(loop::Loop& loop, base::Duration longest) : loop_(loop), longest_(longest) {}

  [[nodiscard]] bool empty() const { return connections_.empty(); }
  /// The one that has waited for longest; none when it is empty.
  [[nodiscard]] Connection* first() const { return connections_.first(); }
  /// It begins to wait; it is taken out of the list it is in.
  void add(Connection& connection);
  /// All of them begin to wait anew, and like those that come later they may wait for `longest`.
  void restart(base::Duration longest);
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
