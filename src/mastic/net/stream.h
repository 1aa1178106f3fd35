// Streams: an ordered sequence of bytes each way, over a socket or another stream.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/base/descriptor.h"

namespace mastic::net {

struct ConnectionFacts;

/// Receives the events of a stream, on the loop and outside of user code. In any of these calls the
/// owner may write to, close or retire the stream, or give it to another owner. The owner must not
/// destroy the stream.
class StreamOwner {
 public:
  /// Called with bytes that have arrived. `bytes` are valid during this call only.
  virtual void received(std::string_view bytes) noexcept = 0;
  /// Called when the peer has ended its side. The peer may still read.
  virtual void received_end() noexcept = 0;
  /// Called after written bytes were offered to the kernel. The kernel took `taken` bytes; `unsent`
  /// bytes are left. When `unsent` is 0, everything has left, and the stream no longer refers to
  /// borrowed bytes.
  virtual void sent(std::uint64_t taken, std::uint64_t unsent) noexcept = 0;
  /// Called when the connection is lost: it was reset, timed out, or a file that was being sent was
  /// shorter than announced. `number` is the errno. Nothing but closing the stream makes sense now.
  virtual void failed(int number) noexcept = 0;

 protected:
  ~StreamOwner() = default;
};

/// A connected stream that belongs to a loop. Writing never blocks: the stream keeps the bytes that
/// the kernel does not take at once, and the owner watches `unsent`. Writing throws std::bad_alloc
/// when there is no memory to keep them. All other failures are reported by StreamOwner::failed.
///
/// Reading begins with `start`. A stream that transforms bytes, such as TLS, is the owner of
/// another stream and has an owner itself.
///
/// The owner that reads the first bytes need not read the rest. An object that reads a preamble
/// before TLS, or chooses between protocols, passes the stream to another owner together with the
/// bytes that it did not use (`set_owner`).
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Begins to read for `owner`, which must outlive the stream or pass it to another owner. Returns
  /// false when the loop cannot watch the socket.
  [[nodiscard]] bool start(StreamOwner& owner) {
    owner_ = &owner;
    return begin_reading();
  }
  /// Passes the stream to `owner`, which receives all further events. The first event, during this
  /// call, is `received(unused)`: bytes that the previous owner was given and did not use. These
  /// bytes must stay valid until this call returns.
  ///
  /// Call this between two events, or as the last use of the stream within an event. Earlier events
  /// are not repeated: a previous owner that was told of the end or of a failure has to tell the
  /// new owner itself. The stream still sends what the previous owner wrote, so the new owner may
  /// be told that these bytes were sent.
  void set_owner(StreamOwner& owner, std::string_view unused = {}) {
    owner_ = &owner;
    if (!unused.empty()) owner.received(unused);
  }

  /// Stops reading until `resume_reading`. Bytes that the loop is receiving in this turn may still
  /// arrive.
  virtual void pause_reading() = 0;
  /// Continues to read.
  virtual void resume_reading() = 0;

  /// Returns room for `size` bytes after everything that was written. The pointer is valid until
  /// the stream is next called.
  [[nodiscard]] virtual char* prepare(std::size_t size) MASTIC_LIFETIMEBOUND = 0;
  /// Writes the first `size` bytes of the room that `prepare` returned.
  virtual void commit(std::size_t size) = 0;
  /// Writes a copy of `bytes`.
  void write(std::string_view bytes);
  /// Writes `bytes` without copying them. `keeper` keeps the bytes alive; the stream releases
  /// `keeper`, on the loop, as soon as the bytes have left or the stream is closed. So one message
  /// can be sent to many peers, and is freed when it has left for the last of them.
  virtual void write_shared(std::string_view bytes, std::shared_ptr<const void> keeper) = 0;
  /// Writes `bytes` without copying them. The caller keeps the bytes alive until `sent` reports 0
  /// unsent bytes, or until the stream is closed.
  void write_borrowed(std::string_view bytes) { write_shared(bytes, nullptr); }

  /// Whether `write_file` may be called. A stream that transforms bytes returns false.
  [[nodiscard]] virtual bool can_write_files() const { return false; }
  /// Writes `size` bytes of `file`, starting at `offset`. Requires: can_write_files().
  virtual void write_file(std::shared_ptr<const base::Descriptor> file, std::uint64_t offset,
                          std::uint64_t size);

  /// Facts about the connection besides its bytes. Null for a plain stream, and until the handshake
  /// is complete. Once set, the facts do not change, and live as long as the stream.
  [[nodiscard]] virtual const ConnectionFacts* facts() const { return nullptr; }

  /// Bytes that were written and that the kernel has not taken yet.
  [[nodiscard]] virtual std::uint64_t unsent() const = 0;
  /// Bytes of memory that the stream uses for unsent bytes: copies, but not borrowed or shared
  /// bytes or files.
  [[nodiscard]] virtual std::uint64_t held() const { return unsent(); }
  /// Bytes that the kernel has taken and the peer has not acknowledged; 0 when their number is not
  /// known. Costs a system call, so this is meant for deadlines (Delivery).
  [[nodiscard]] virtual std::uint64_t unacknowledged() const { return 0; }

  /// Ends this side of the connection after everything that was written has left. The stream can
  /// still be read.
  virtual void shut_write() = 0;
  /// Closes the stream at once. Unsent bytes are lost.
  virtual void close() = 0;
  /// Closes the stream so that the peer sees a reset, and does not take the bytes it has got for a
  /// complete message.
  virtual void abort() = 0;

 protected:
  /// Begins to deliver events to the owner. Returns false when the loop cannot watch the socket.
  [[nodiscard]] virtual bool begin_reading() = 0;
  /// The current owner. Requires: `start` was called.
  [[nodiscard]] StreamOwner& owner() const { return *owner_; }

 private:
  StreamOwner* owner_ = nullptr;
};

}  // namespace mastic::net
