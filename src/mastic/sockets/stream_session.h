// An accepted connection and its handler.

#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "mastic/async/blocking_executor.h"
#include "mastic/async/context.h"
#include "mastic/async/task.h"
#include "mastic/sockets/blocking_calls.h"
#include "mastic/sockets/connection.h"
#include "mastic/sockets/connection_handler.h"

namespace mastic::sockets {

class StreamShard;

/// How a handler ended.
enum class Ending : std::uint8_t {
  Returned,
  Cancelled,  ///< by a drain or an abort of the server
  Broken,     ///< by a StreamError, which the peer caused
  Failed,     ///< by another exception
  Refused,    ///< not begun, because no thread was free
};

/// An accepted connection and its handler. Everything except the handler itself runs on the loop.
/// The session lives until the handler has ended and the stream is closed; then the shard retires
/// the session.
class StreamSession : public loop::Retirable, protected BufferedStreamOwner {
 public:
  /// Makes a session for a task or for a blocking handler, whichever the shard has.
  [[nodiscard]] static std::unique_ptr<StreamSession> make(StreamShard& shard,
                                                           std::unique_ptr<net::Stream> stream,
                                                           base::Endpoint peer);
  /// Begins to read, and runs the handler.
  void start() noexcept;
  void drain() noexcept { stream_.drain(); }
  /// Resets the connection and cancels what the handler awaits.
  void abort() noexcept;
  [[nodiscard]] const base::Endpoint& peer() const { return connection_.peer(); }

  /// Its place in the shard's list.
  std::list<std::unique_ptr<StreamSession>>::iterator place;

 protected:
  StreamSession(StreamShard& shard, std::unique_ptr<net::Stream> stream, base::Endpoint peer);
  virtual void begin() noexcept = 0;
  virtual void cancel() noexcept = 0;
  /// Records the exception that left the handler. Called in a catch block, on the thread on which
  /// the handler ran.
  void note_exception() noexcept;
  void handler_ended() noexcept;

  StreamShard& shard_;
  BufferedStream stream_;
  Connection connection_;
  Ending ending_ = Ending::Returned;
  std::optional<std::string> fault_;  ///< the message for the log, if the handler failed

 private:
  void stream_over() noexcept override;
};

}  // namespace mastic::sockets
