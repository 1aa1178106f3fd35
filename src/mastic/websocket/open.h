// How a route opens a WebSocket: what was agreed on in the handshake, and the handler, become the
// protocol that the connection speaks after the answer 101.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mastic/app/upgrade.h"
#include "mastic/async/blocking_history.h"
#include "mastic/async/task.h"
#include "mastic/websocket/message.h"
#include "mastic/websocket/options.h"
#include "mastic/websocket/web_socket.h"
#include "mastic/wire/websocket/deflate.h"

namespace mastic::websocket {

class EventRun;

/// What the client and the server have agreed on.
struct Agreement {
  std::string protocol;  ///< the subprotocol; empty without one
  /// How messages are compressed; nothing when they are not.
  std::optional<wire::websocket::DeflateParameters> deflate;
  const Options* options = nullptr;  ///< not null; outlives the socket
};

/// The handler of a socket as a task. It is called once, when the connection has changed to the
/// WebSocket protocol; when its task ends, the socket is closed. The socket lives as long as the
/// task.
using TaskHandler = std::move_only_function<async::Task<>(WebSocket&)>;

/// The handler of a socket as functions that are called when something happens. A socket whose
/// client is silent costs little more memory than this object.
///
/// The functions are called in user code, one at a time, and may block; perhaps each on another
/// thread. The socket that they are given lives until they return; copies of it live on. An
/// exception closes the socket with 1011; then only `closed` is called.
class EventHandler {
 public:
  EventHandler() = default;
  EventHandler(const EventHandler&) = delete;
  EventHandler& operator=(const EventHandler&) = delete;
  /// Runs on the loop, after `closed` has returned, and must not block.
  virtual ~EventHandler() = default;

  /// Called first.
  virtual void opened(WebSocket& socket) { (void)socket; }
  /// Called with each message, in the order in which they arrive.
  virtual void received(WebSocket& socket, Message& message) = 0;
  /// Called last, exactly once if `opened` was called. The only exception: if there is no memory for
  /// the call at that moment, the log says so, and this object is destroyed without it.
  virtual void closed(WebSocket& socket, const Closed& how) { (void)socket, (void)how; }

 private:
  friend class EventRun;
  friend std::unique_ptr<app::Upgrade> make_upgrade(Agreement, std::unique_ptr<EventHandler>,
                                                    async::BlockingHistory&);
  async::BlockingHistory* history_ = nullptr;  ///< set when the upgrade is made
};

/// Makes the upgrade to a WebSocket whose handler is a task. `history`, which the sockets of a route
/// share, must outlive the socket.
[[nodiscard]] std::unique_ptr<app::Upgrade> make_upgrade(Agreement agreement, TaskHandler handler,
                                                         async::BlockingHistory& history);
/// Makes the upgrade to a WebSocket whose handler is called for events. `history`, which the sockets
/// of a route share, must outlive the socket.
[[nodiscard]] std::unique_ptr<app::Upgrade> make_upgrade(Agreement agreement,
                                                         std::unique_ptr<EventHandler> handler,
                                                         async::BlockingHistory& history);

}  // namespace mastic::websocket
