#include "mastic/sockets/stream_session.h"

#include <utility>

#include "mastic/async/root_task.h"
#include "mastic/sockets/handler_fault.h"
#include "mastic/sockets/stream_shard.h"

namespace mastic::sockets {
namespace {

/// A session whose handler is a task, which runs in jobs of the loop.
class TaskSession final : public StreamSession, private async::RootTask {
 public:
  TaskSession(StreamShard& shard, std::unique_ptr<net::Stream> stream, base::Endpoint peer)
      : StreamSession(shard, std::move(stream), peer), RootTask(shard.loop(), shard.history()) {}

 private:
  void begin() noexcept override { schedule(); }
  void cancel() noexcept override { stop(); }

  async::Task<> make_task() override { return shard_.handler()(connection_); }
  void task_failed() noexcept override { note_exception(); }
  void task_ended() noexcept override { handler_ended(); }
};

/// A session whose handler blocks a thread.
class BlockingSession final : public StreamSession, private async::BlockingWork {
 public:
  BlockingSession(StreamShard& shard, std::unique_ptr<net::Stream> stream, base::Endpoint peer)
      : StreamSession(shard, std::move(stream), peer), calls_(shard.loop()) {}

 private:
  void begin() noexcept override {
    if (shard_.threads().submit(*this)) return;
    ending_ = Ending::Refused;
    handler_ended();
  }
  /// A handler that still waits for a thread never begins. If the handler runs already, its current
  /// or next call that has to wait throws Cancelled.
  void cancel() noexcept override {
    if (!shard_.threads().withdraw(*this)) return calls_.stop();
    ending_ = Ending::Cancelled;
    handler_ended();
  }

  void run() noexcept override {
    try {
      BlockingConnection connection(connection_, calls_);
      shard_.handler()(connection);
    } catch (...) {
      note_exception();
    }
    // From here on the loop may destroy this session.
    shard_.loop().post(ended_);
  }
  void ended() noexcept { handler_ended(); }

  BlockingCalls calls_;
  async::MessageTo<BlockingSession, &BlockingSession::ended> ended_{*this};
};

}  // namespace

std::unique_ptr<StreamSession> StreamSession::make(StreamShard& shard,
                                                   std::unique_ptr<net::Stream> stream,
                                                   base::Endpoint peer) {
  if (shard.handler().is_blocking()) {
    return std::make_unique<BlockingSession>(shard, std::move(stream), peer);
  }
  return std::make_unique<TaskSession>(shard, std::move(stream), peer);
}

StreamSession::StreamSession(StreamShard& shard, std::unique_ptr<net::Stream> stream,
                             base::Endpoint peer)
    : shard_(shard),
      stream_(shard.loop(), std::move(stream), shard.options().stream, *this),
      connection_(stream_, peer) {}

void StreamSession::start() noexcept {
  (void)stream_.start();  // if this fails, the handler's reads fail too
  begin();
}

void StreamSession::abort() noexcept {
  cancel();
  stream_.abort();
}

void StreamSession::note_exception() noexcept {
  try {
    throw;
  } catch (const async::Cancelled&) {
    ending_ = Ending::Cancelled;
  } catch (const StreamError&) {
    ending_ = Ending::Broken;
  } catch (...) {
    ending_ = Ending::Failed;
    fault_ = tell_fault(shard_.fault_hook(), [this] { return peer().to_string(); });
  }
}

void StreamSession::handler_ended() noexcept {
  // The session itself ends the stream below. A handler that did not return normally may have sent
  // half an answer: the reset keeps the peer from taking that for a whole answer.
  connection_.let_go();
  shard_.handler_ended(*this, ending_, fault_);
  if (ending_ != Ending::Returned) stream_.abort();
  stream_.end();
}

void StreamSession::stream_over() noexcept { shard_.session_over(*this); }

}  // namespace mastic::sockets
