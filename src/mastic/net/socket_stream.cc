#include "mastic/net/socket_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <new>
#include <utility>

#include "mastic/loop/disk.h"
#include "mastic/net/hang_up.h"

namespace mastic::net {
namespace {

constexpr std::size_t kFileSliceBytes = 512 << 10;
constexpr std::size_t kMaxParts = 16;  // pieces of the queue that leave in one call
constexpr int kSendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;

bool is_momentary(int number) {
  return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

}  // namespace

/// Sends one slice of a file. The slice is sent in a job, like user code, because reading the file
/// may wait for a disk; while the disk is slow, the slice is sent on a thread that may wait
/// (loop::Disk).
///
///     begin ──> run ──disk is quick──> send ──────────────────────────────────> finish
///                └───disk is slow──> finish ──submit──> Elsewhere::run: send ──> finish
///
/// The socket must not be closed while a slice is being sent. If the stream ends in the meantime,
/// the sender takes over the descriptor, outlives the stream, and closes the socket after the
/// slice.
class SocketStream::FileSender final : public async::Job, public loop::LoopOwned {
 public:
  explicit FileSender(SocketStream& stream) : stream_(&stream), loop_(stream.loop_) {}

  [[nodiscard]] bool is_running() const { return file_ != nullptr; }
  void begin(int socket, const OutputQueue::File& piece) {
    socket_ = socket;
    file_ = piece.file;
    offset_ = piece.offset;
    size_ = std::min<std::uint64_t>(piece.size, kFileSliceBytes);
    is_sent_ = false;
    loop_.enqueue(*this);
  }
  /// Sends the slice, unless the disk has become slow since the job was enqueued, because of
  /// senders that ran before.
  void run() noexcept override {
    loop::Disk* const disk = loop_.disk();
    if (disk == nullptr || disk->has_reserve()) send();
  }
  void left_behind(int) noexcept override {
    if (loop::Disk* const disk = loop_.disk()) disk->held_a_loop();
  }
  void finish() noexcept override {
    if (!is_sent_ && !is_given_up_) {
      if (loop_.disk()->submit(elsewhere_)) return;
      result_ = -EBUSY;
    }
    file_.reset();
    if (stream_ != nullptr) return stream_->file_slice_sent(result_);
    delete this;
  }
  /// Withdraws the slice if it waits for a thread. Returns whether the slice was withdrawn.
  [[nodiscard]] bool withdraw() noexcept {
    return loop_.disk() != nullptr && loop_.disk()->withdraw(elsewhere_);
  }
  /// Called when the stream ends during a slice: the sender takes over the descriptor, and the loop
  /// takes over the sender.
  static void outlive_stream(std::unique_ptr<FileSender> sender) noexcept {
    sender->stream_ = nullptr;
    sender->is_given_up_ = true;
    sender->left_socket_ = base::Descriptor(sender->loop_.kernel(), sender->socket_);
    loop::Loop& loop = sender->loop_;
    loop.keep(std::move(sender));
  }

 private:
  struct Elsewhere final : async::BlockingWork {
    explicit Elsewhere(FileSender& owner) : sender(owner) {}
    void run() noexcept override {
      sender.send();
      sender.loop_.post(sender);  // a delivered job is finished on the loop
    }
    FileSender& sender;
  };

  void send() noexcept {
    is_sent_ = true;
    if (is_given_up_) return;
    const auto offset = static_cast<std::int64_t>(offset_);
    result_ = loop_.kernel().sendfile(socket_, file_->fd(), offset, size_);
  }

  SocketStream* stream_;
  loop::Loop& loop_;
  Elsewhere elsewhere_{*this};
  std::shared_ptr<const base::Descriptor> file_;
  int socket_ = -1;
  base::Descriptor left_socket_;  ///< the socket, once the sender has to close it
  std::uint64_t offset_ = 0;
  std::size_t size_ = 0;
  ssize_t result_ = 0;
  bool is_sent_ = false;
  std::atomic<bool> is_given_up_{false};  ///< set on the loop while another thread may be in `send`
};

/// State that only a stream with queued bytes needs.
struct SocketStream::Backlog {
  OutputQueue queue;
  std::unique_ptr<FileSender> file_sender;  ///< made for the first file; the socket is corked then
};

SocketStream::SocketStream(loop::Loop& loop, base::Descriptor socket)
    : Socket(socket.release()), loop_(loop) {}
SocketStream::~SocketStream() { SocketStream::close(); }

bool SocketStream::begin_reading() { return loop_.watch(*this, {.readable = true}).has_value(); }

// ---- reading ----

void SocketStream::resume_reading() {
  reading_ = true;
  if (!wants_readable_) want(true, wants_writable_);
}

/// While reading is paused, readability is still watched until it is first reported; only then is
/// the watch switched off. So a pause that ends before bytes arrive costs no system call.
void SocketStream::ready(loop::Readiness readiness) noexcept {
  if (readiness.failed && !reading_) return fail(ECONNRESET);
  if (readiness.readable || readiness.failed) {
    reading_ ? ask_to_receive() : want(false, wants_writable_);
  }
  if (readiness.writable && is_open() && !loop::Outbox::holds(*this)) pump();
}

void SocketStream::ask_to_receive() noexcept {
  try {
    loop_.receive(*this);
  } catch (const std::bad_alloc&) {
    fail(ENOMEM);
  }
}

void SocketStream::received(ssize_t result, std::string_view bytes) noexcept {
  if (result > 0) return owner().received(bytes);
  if (result < 0) {
    if (!is_momentary(static_cast<int>(-result))) fail(static_cast<int>(-result));
    return;
  }
  reading_ = false;
  peer_ended_ = true;
  owner().received_end();
}

// ---- writing ----
//
// Order is kept by two rules. Bytes in the outbox were always written before the bytes in the
// queue: while the queue has pieces, every write goes to the queue. And the queue is sent only when
// the outbox holds nothing of this socket.
//
//     write ──queue empty──> outbox ──flush──> kernel
//       │                       └─not taken, or few and more follow──> front of the queue
//       └─────queue has pieces, or the bytes are borrowed or a file──> queue ──pump──> kernel

OutputQueue& SocketStream::queue() {
  if (!backlog_) backlog_ = std::make_unique<Backlog>();
  return backlog_->queue;
}

bool SocketStream::has_queue() const { return backlog_ != nullptr && !backlog_->queue.empty(); }

char* SocketStream::prepare(std::size_t size) {
  return has_queue() ? queue().prepare(size) : loop_.outbox().prepare(*this, size);
}

void SocketStream::commit(std::size_t size) {
  if (has_queue()) return queue().commit(size);
  loop_.outbox().commit(*this, size);
}

void SocketStream::write_shared(std::string_view bytes, std::shared_ptr<const void> keeper) {
  if (bytes.empty()) return;
  const bool idle = !has_queue();
  queue().append_shared(bytes, std::move(keeper));
  if (!idle) return;
  begin_queue();
  loop_.outbox().announce_more(*this);
}

void SocketStream::write_file(std::shared_ptr<const base::Descriptor> file, std::uint64_t offset,
                              std::uint64_t size) {
  if (size == 0) return;
  OutputQueue& pieces = queue();
  if (!backlog_->file_sender) {
    backlog_->file_sender = std::make_unique<FileSender>(*this);
    cork(true);
  }
  const bool idle = pieces.empty();
  pieces.append_file(std::move(file), offset, size);
  if (idle) begin_queue();
}

/// While files are sent, the kernel sends only full segments: a partial segment costs as much as a
/// full one. So what is in the outbox leaves together with the first bytes of the file. The
/// remainder leaves with the next bytes or when the cork is removed. Unix sockets have no segments
/// and refuse the option, which does no harm.
void SocketStream::cork(bool on) noexcept {
  const int value = on ? 1 : 0;
  if (is_open()) loop_.kernel().setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

/// Called when the queue gets its first piece. An empty segment in the outbox makes the flush at
/// the end of this turn call `sent`, which sends the queue.
void SocketStream::begin_queue() { (void)loop_.outbox().prepare(*this, 0); }

std::uint64_t SocketStream::unsent() const {
  return loop_.outbox().bytes_of(*this) + (backlog_ ? backlog_->queue.size() : 0);
}
std::uint64_t SocketStream::held() const {
  return loop_.outbox().bytes_of(*this) + (backlog_ ? backlog_->queue.held() : 0);
}

std::uint64_t SocketStream::unacknowledged() const {
  const int bytes = is_open() ? loop_.kernel().siocoutq(fd_) : 0;
  return bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

bool SocketStream::keep_unsent(std::string_view bytes, int number) noexcept {
  // If the connection is lost, the bytes need not be kept; `sent` reports the loss.
  if (number != 0 && !is_momentary(number)) return true;
  try {
    queue().prepend(bytes);
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

void SocketStream::sent(std::size_t taken, std::size_t left, int number) noexcept {
  if (number != 0 && !is_momentary(number)) return fail(number);
  const bool may_go_on = number == 0 && left == 0 && !loop::Outbox::holds(*this);
  if (may_go_on && has_queue()) return pump();
  after_sending(taken);
}

/// Sends from the queue until it is empty or the kernel takes no more. Requires: the outbox holds
/// nothing of this socket, because bytes in the outbox were written before the queue. The flush of
/// the outbox calls `sent`, which leads here again.
void SocketStream::pump() noexcept {
  std::uint64_t taken = 0;
  while (has_queue()) {
    OutputQueue& pieces = backlog_->queue;
    if (pieces.first_file() != nullptr) return send_file_slice();
    std::array<iovec, kMaxParts> parts;
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = pieces.gather(parts);
    const int flags = kSendFlags | (pieces.count() > message.msg_iovlen ? MSG_MORE : 0);
    const ssize_t result = loop_.kernel().sendmsg(fd_, message, flags);
    if (result < 0 && !is_momentary(static_cast<int>(-result))) {
      return fail(static_cast<int>(-result));
    }
    if (result <= 0) break;
    pieces.remove(static_cast<std::uint64_t>(result));
    taken += static_cast<std::uint64_t>(result);
  }
  after_sending(taken);
}

/// Sends the next slice of the first file. While a slice is being sent, writability is not watched:
/// a socket with room would be reported in every turn, although the slice is waiting for a disk.
void SocketStream::send_file_slice() noexcept {
  FileSender& sender = *backlog_->file_sender;
  if (sender.is_running()) return want(wants_readable_, false);
  sender.begin(fd_, *backlog_->queue.first_file());
}

void SocketStream::file_slice_sent(ssize_t result) noexcept {
  if (result == 0) return fail(EIO);  // the file is shorter than announced
  if (result < 0) {
    if (!is_momentary(static_cast<int>(-result))) return fail(static_cast<int>(-result));
    return after_sending(0);
  }
  backlog_->queue.remove(static_cast<std::uint64_t>(result));
  owner().sent(static_cast<std::uint64_t>(result), unsent());
  if (!is_open() || loop::Outbox::holds(*this)) return;  // the flush will call `sent`
  settle();  // the next slice waits for the next turn, so that a fast client shares the loop
}

/// Called after everything was offered to the kernel, which took `taken` bytes.
void SocketStream::after_sending(std::uint64_t taken) noexcept {
  if (backlog_ || wants_writable_ || shutting_) settle();  // otherwise nothing was queued
  if (is_open()) owner().sent(taken, unsent());
}

/// Watches for writability while bytes are queued. Once no bytes are queued, frees the backlog and
/// does the shutdown that waited for the bytes.
void SocketStream::settle() noexcept {
  if (has_queue()) return want(wants_readable_, true);
  if (backlog_ && backlog_->file_sender) cork(false);
  backlog_.reset();
  if (wants_writable_) want(wants_readable_, false);
  if (shutting_ && is_open() && unsent() == 0) loop_.kernel().shutdown(fd_, SHUT_WR);
}

void SocketStream::want(bool readable, bool writable) {
  if (readable == wants_readable_ && writable == wants_writable_) return;
  wants_readable_ = readable;
  wants_writable_ = writable;
  const auto changed = loop_.rewatch(*this, {.readable = readable, .writable = writable});
  if (!changed) fail(changed.error().number);
}

// ---- the end ----

void SocketStream::shut_write() {
  if (shutting_ || !is_open()) return;
  shutting_ = true;
  if (unsent() == 0) loop_.kernel().shutdown(fd_, SHUT_WR);
}

void SocketStream::close() {
  if (!is_open()) return;
  const bool both_ended = peer_ended_ && shutting_ && unsent() == 0;
  if (!both_ended) hang_up(loop_.kernel(), fd_);
  let_go();
}

void SocketStream::abort() {
  if (!is_open()) return;
  reset(loop_.kernel(), fd_);
  let_go();
}

/// Ends the watch and gives the descriptor up. After this the loop reports no event of the socket,
/// even if another process has the socket open.
void SocketStream::let_go() noexcept {
  loop_.unwatch(*this);
  const int fd = std::exchange(fd_, -1);
  FileSender* const sender = backlog_ ? backlog_->file_sender.get() : nullptr;
  if (sender != nullptr && sender->is_running() && !sender->withdraw()) {
    FileSender::outlive_stream(std::move(backlog_->file_sender));
  } else {
    loop_.kernel().close(fd);
  }
  backlog_.reset();
}

void SocketStream::fail(int number) noexcept {
  reading_ = false;
  owner().failed(number);
}

}  // namespace mastic::net
