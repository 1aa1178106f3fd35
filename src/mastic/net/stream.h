// Streams: bytes both ways, in order, over whatever carries them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/base/descriptor.h"

namespace mastic::net {

struct ConnectionFacts;

/// What a stream tells its owner, on the loop and outside of user code. The owner may write, close
/// and retire the stream in any of these, or give it to another owner, but not destroy it.
class StreamOwner {
 public:
  /// `bytes` have arrived; they are gone after this call.
  virtual void received(std::string_view bytes) noexcept = 0;
  /// The peer sends no more; it may still read.
  virtual void received_end() noexcept = 0;
  /// What was written was offered to the kernel, which took `taken` bytes; `unsent` are left. At 0
  /// everything has left, and what was lent to the stream is the owner's again.
  virtual void sent(std::uint64_t taken, std::uint64_t unsent) noexcept = 0;
  /// The connection is lost: reset, timed out, or the file that was being sent fell short. The
  /// stream is of no more use but to be closed.
  virtual void failed(int number) noexcept = 0;

 protected:
  ~StreamOwner() = default;
};

/// A connected stream that belongs to a loop. Writing never blocks: what the kernel does not take
/// at once is kept, and the owner watches `unsent`. It throws std::bad_alloc when there is no
/// memory for that; all other trouble is told by StreamOwner::failed.
///
/// It is read from as soon as it is started. A transforming stream (TLS, say) is the owner of
/// another stream and has an owner itself.
///
/// Who reads the first bytes need not be who reads the rest: what stands before TLS, or decides
/// between protocols, gives the stream to another owner, with the bytes that it did not use.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Begins to read, for `owner`, which must outlive the stream or give it to another one. False
  /// when the loop cannot watch it.
  [[nodiscard]] bool start(StreamOwner& owner) {
    owner_ = &owner;
    return begin_reading();
  }
  /// Has `owner` told of what comes from here on, and at first of `unused`: bytes that the owner so
  /// far was given and did not use. Between two events, or as the last thing that this owner does
  /// with the stream in one. `unused` must stay until it returns. What was told before is not told
  /// again: an owner that has heard the end, or of a failure, passes it on itself. What it wrote is
  /// the stream's still, so the new one may hear that it was sent.
  void set_owner(StreamOwner& owner, std::string_view unused = {}) {
    owner_ = &owner;
    if (!unused.empty()) owner.received(unused);
  }

  /// No more `received` until `resume_reading`, but for bytes that are on their way already.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  /// Room for `size` bytes at the end of what is written; valid until the next call.
  [[nodiscard]] virtual char* prepare(std::size_t size) MASTIC_LIFETIMEBOUND = 0;
  /// The first `size` bytes of that room are written.
  virtual void commit(std::size_t size) = 0;
  /// Writes a copy of `bytes`.
  void write(std::string_view bytes);
  /// Writes `bytes` without copying them. They stay as long as `keeper`, which the stream lets go of,
  /// on the loop, as soon as these bytes have left, and when it is closed. So one message may be on its
  /// way to many peers, and is gone when the last of them has it.
  virtual void write_shared(std::string_view bytes, std::shared_ptr<const void> keeper) = 0;
  /// Writes `bytes` without copying them: they have to stay until `sent` says 0, or until it is
  /// closed.
  void write_borrowed(std::string_view bytes) { write_shared(bytes, nullptr); }

  /// Whether `write_file` may be called: not where bytes have to be transformed.
  [[nodiscard]] virtual bool can_write_files() const { return false; }
  /// Writes `size` bytes of `file` from `offset` on. Requires: can_write_files().
  virtual void write_file(std::shared_ptr<const base::Descriptor> file, std::uint64_t offset,
                          std::uint64_t size);

  /// What is known of the connection besides its bytes: null for a plain one, and until a handshake
  /// has said it. It stays as it is for as long as the stream is there.
  [[nodiscard]] virtual const ConnectionFacts* facts() const { return nullptr; }

  /// Bytes that were written and that the kernel has not taken yet.
  [[nodiscard]] virtual std::uint64_t unsent() const = 0;
  /// Bytes of memory that it keeps for those: copies, not what is lent to it or stands in a file.
  [[nodiscard]] virtual std::uint64_t held() const { return unsent(); }
  /// Bytes that the kernel has taken and the peer has not acknowledged; 0 where that is not known.
  /// Costs a call of the system, so it is for deadlines (Delivery).
  [[nodiscard]] virtual std::uint64_t unacknowledged() const { return 0; }

  /// After everything written has left: tells the peer that no more comes.
  virtual void shut_write() = 0;
  /// Closes it at once; what was not sent is lost.
  virtual void close() = 0;
  /// Closes it so that the peer sees a reset: it must not take what it got for the whole.
  virtual void abort() = 0;

 protected:
  /// Has the owner told of what comes. False when the loop cannot watch it.
  [[nodiscard]] virtual bool begin_reading() = 0;
  /// Requires: started.
  [[nodiscard]] StreamOwner& owner() const { return *owner_; }

 private:
  StreamOwner* owner_ = nullptr;
};

}  // namespace mastic::net
