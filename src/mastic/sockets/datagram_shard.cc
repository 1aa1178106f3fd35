#include "mastic/sockets/datagram_shard.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <optional>
#include <utility>

#include "mastic/async/callbacks.h"
#include "mastic/async/root_task.h"
#include "mastic/base/assert.h"
#include "mastic/net/socket_address.h"
#include "mastic/sockets/handler_fault.h"

namespace mastic::sockets {
namespace {

// How many datagrams one call receives; more would only make the buffers larger.
constexpr std::size_t kBatch = 16;
// How long to pause while max_handling datagrams are being handled.
constexpr base::Duration kRetry = std::chrono::milliseconds(50);

}  // namespace

/// The registration of a server's socket with one loop. All loops watch the same socket, and the
/// kernel wakes one of them for each arrival. The server closes the socket, so this destructor does
/// not.
class DatagramShard::Socket final : public loop::Source {
 public:
  Socket(DatagramShard& shard, int fd) : Source(fd), shard_(shard) {}
  ~Socket() override { shard_.loop().unwatch(*this); }
  void ready(loop::Readiness) noexcept override { shard_.receive(fd_); }
  void forget() { fd_ = -1; }

 private:
  DatagramShard& shard_;
};

// ---- sessions ----

/// A datagram and its handler. It lives until the handler has ended.
class DatagramShard::Session : public loop::Retirable {
 public:
  Session(DatagramShard& shard, std::string bytes, const DatagramPath& path)
      : shard_(shard),
        datagram_(std::move(bytes), path, shard.loop().kernel(), shard.service_.counters) {}
  virtual void begin() = 0;
  virtual void cancel() noexcept = 0;

  std::list<std::unique_ptr<Session>>::iterator place;

 protected:
  /// Records the exception that left the handler. Called in a catch block, on the thread on which
  /// the handler ran.
  void note_exception() noexcept {
    try {
      throw;
    } catch (const async::Cancelled&) {  // by an abort of the server
    } catch (...) {
      has_failed_ = true;
      fault_ = tell_fault(shard_.service_.fault_hook, [this] { return datagram_.peer_text(); });
    }
  }
  /// Counts and reports the end of the handler, and retires the session. Called on the loop.
  void over() noexcept {
    if (has_failed_) shard_.service_.counters.failed.fetch_add(1);
    if (fault_) shard_.report(*fault_, datagram_);
    shard_.session_over(*this);
  }

  DatagramShard& shard_;
  Datagram datagram_;

 private:
  bool has_failed_ = false;
  std::optional<std::string> fault_;  ///< the message for the log, if there is one
};

class DatagramShard::TaskSession final : public Session, private async::RootTask {
 public:
  TaskSession(DatagramShard& shard, std::string bytes, const DatagramPath& path)
      : Session(shard, std::move(bytes), path), RootTask(shard.loop(), shard.service_.history) {}
  void begin() override { schedule(); }
  void cancel() noexcept override { stop(); }

 private:
  async::Task<> make_task() override { return shard_.service_.handler.begin(datagram_); }
  void task_failed() noexcept override { note_exception(); }
  void task_ended() noexcept override { over(); }
};

class DatagramShard::BlockingSession final : public Session, private async::BlockingWork {
 public:
  using Session::Session;
  void begin() override {
    if (shard_.service_.threads.submit(*this)) return;
    shard_.service_.counters.dropped.fetch_add(1);
    over();
  }
  void cancel() noexcept override {
    if (shard_.service_.threads.withdraw(*this)) over();
  }

 private:
  void run() noexcept override {
    try {
      shard_.service_.handler.run(datagram_);
    } catch (...) {
      note_exception();
    }
    shard_.loop().post(ended_);
  }
  void ended() noexcept { over(); }

  async::MessageTo<BlockingSession, &BlockingSession::ended> ended_{*this};
};

// ---- receiving ----

DatagramShard::DatagramShard(loop::Loop& loop, const DatagramService& service)
    : ServerShard(loop, service.log, service.counters, service.options.drain_timeout),
      service_(service),
      buffer_(kBatch * service.options.max_datagram_bytes) {}

DatagramShard::~DatagramShard() { MASTIC_ASSERT(sessions_.empty()); }

base::Result<void> DatagramShard::receive_from(int socket) {
  auto source = std::make_unique<Socket>(*this, socket);
  if (const auto watched = loop().watch_shared(*source); !watched) return watched;
  sockets_.push_back(std::move(source));
  return {};
}

/// Receives one batch per event, so that other work of the same loop has its turn. It receives no
/// more datagrams than may be handled. The rest waits in the kernel's queue, which drops datagrams
/// when it is full.
void DatagramShard::receive(int socket) noexcept {
  if (is_paused_) return;  // an event of another socket in this turn has paused all sockets
  const std::uint64_t handling = counters().open();
  if (handling >= service_.options.max_handling) return pause();
  const std::size_t most = service_.options.max_datagram_bytes;
  std::array<net::SocketAddress, kBatch> peers;
  std::array<iovec, kBatch> parts;
  std::array<ControlRoom, kBatch> rooms;
  std::array<mmsghdr, kBatch> messages{};
  const auto room = std::min<std::uint64_t>(kBatch, service_.options.max_handling - handling);
  for (std::size_t i = 0; i < room; ++i) {
    parts[i] = {.iov_base = buffer_.data() + i * most, .iov_len = most};
    msghdr& head = messages[i].msg_hdr;
    head.msg_name = peers[i].data();
    head.msg_namelen = *peers[i].size();
    head.msg_iov = &parts[i];
    head.msg_iovlen = 1;
    head.msg_control = rooms[i].bytes.data();
    head.msg_controllen = rooms[i].bytes.size();
  }
  const int count = loop().kernel().recvmmsg(socket, std::span(messages).first(room));
  if (count < 0 && count != -EAGAIN && count != -EINTR && may_log()) {
    log().write(base::Level::Warning,
                "cannot receive datagrams at the moment: " + base::describe_number(-count));
  }
  for (std::size_t i = 0; std::cmp_less(i, count); ++i) {
    // The kernel truncates a datagram that is longer than its buffer, and says so by MSG_TRUNC.
    const bool is_cut = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    const std::string_view bytes(buffer_.data() + i * most, messages[i].msg_len);
    // If a path fills its buffer, the kernel counts a zero after it, for which there is no room. It
    // would refuse an address of that size in a reply.
    *peers[i].size() = std::min<unsigned>(messages[i].msg_hdr.msg_namelen, sizeof(sockaddr_un));
    DatagramPath path{.socket = socket, .peer = peers[i]};
    path.read_local(messages[i].msg_hdr);
    service_.counters.received.fetch_add(1);
    if (is_cut || !handle(path, bytes)) {  // a truncated datagram is of no use
      service_.counters.dropped.fetch_add(1);
    }
  }
}

/// Starts the handler for a datagram. Returns false if there is no memory for it.
bool DatagramShard::handle(const DatagramPath& path, std::string_view bytes) noexcept try {
  std::unique_ptr<Session> made;
  if (service_.handler.is_blocking()) {
    made = std::make_unique<BlockingSession>(*this, std::string(bytes), path);
  } else {
    made = std::make_unique<TaskSession>(*this, std::string(bytes), path);
  }
  sessions_.push_back(std::move(made));
  Session& session = *sessions_.back();
  session.place = std::prev(sessions_.end());
  // Counted before `begin`, which may end the session at once if no thread takes it.
  counters().opened();
  session.begin();
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

void DatagramShard::session_over(Session& session) noexcept {
  loop().retire(std::move(*session.place));
  sessions_.erase(session.place);
  counters().closed();
  if (is_paused_) resume();
  check_settled();
}

/// Logs a failure, at most once a second, because senders control how many there are.
void DatagramShard::report(std::string_view fault, const Datagram& datagram) noexcept {
  if (!may_log()) return;
  try {
    const std::string message = "the handler of a datagram failed: " + std::string(fault);
    const std::string address = datagram.peer_text();
    const base::LogField client{"client", address};
    log().write(
        {.level = base::Level::Error, .logger = "app", .message = message, .fields = {&client, 1}});
  } catch (const std::bad_alloc&) {  // without memory there is no way to log it
  }
}

void DatagramShard::pause() noexcept {
  // The sockets are unwatched, because a socket that is watched and not read wakes the loop again
  // and again.
  is_paused_ = true;
  for (const auto& socket : sockets_) loop().unwatch(*socket);
  // Handlers of other shards count towards max_handling too. This shard is not told when they end,
  // so it tries again after a while.
  loop().arm(*this, loop().now() + kRetry);
}

void DatagramShard::resume() noexcept {
  is_paused_ = false;
  disarm();
  for (const auto& socket : sockets_) {
    // If the loop cannot watch one of them, all are unwatched again, and the timer tries again
    // later.
    if (!loop().watch_shared(*socket)) return pause();
  }
}

// ---- the end ----

void DatagramShard::close() noexcept {
  disarm();
  for (auto& socket : sockets_) {
    loop().unwatch(*socket);
    socket->forget();
    loop().retire(std::move(socket));
  }
  sockets_.clear();
}

/// A session may leave the list during `cancel`, so the iterator is advanced before the call.
void DatagramShard::abort_all() noexcept {
  for (auto at = sessions_.begin(); at != sessions_.end();) (*at++)->cancel();
}

}  // namespace mastic::sockets
