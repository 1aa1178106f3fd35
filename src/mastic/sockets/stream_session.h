// An accepted connection with its handler, as its shard holds it.

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
  Cancelled,  ///< by the end of the server
  Broken,     ///< by a StreamError: the peer's doing
  Failed,     ///< by another exception
  Refused,    ///< it did not begin: no thread was free
};

/// On the loop, but for the handler itself. Lives until the handler has ended and nothing is left of
/// the stream; then the shard retires it.
class StreamSession : public loop::Retirable, protected BufferedStreamOwner {
 public:
  /// A session of the kind that the shard's handler is of.
  [[nodiscard]] static std::unique_ptr<StreamSession> make(StreamShard& shard,
                                                           std::unique_ptr<net::Stream> stream,
                                                           base::Endpoint peer);
  /// Reads, and runs the handler.
  void start() noexcept;
  void drain() noexcept { stream_.drain(); }
  /// Closes it at once; what the handler awaits is cancelled.
  void abort() noexcept;
  [[nodiscard]] const base::Endpoint& peer() const { return connection_.peer(); }

  /// For the shard: its place there.
  std::list<std::unique_ptr<StreamSession>>::iterator place;

 protected:
  StreamSession(StreamShard& shard, std::unique_ptr<net::Stream> stream, base::Endpoint peer);
  virtual void begin() noexcept = 0;
  virtual void cancel() noexcept = 0;
  /// In the handler's place, while what left it is being handled.
  void note_exception() noexcept;
  void handler_ended() noexcept;

  StreamShard& shard_;
  BufferedStream stream_;
  Connection connection_;
  Ending ending_ = Ending::Returned;
  std::optional<std::string> fault_;  ///< of one that failed, when nobody was told of it

 private:
  void stream_over() noexcept override;
};

}  // namespace mastic::sockets
