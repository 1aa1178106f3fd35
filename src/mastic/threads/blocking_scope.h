// Announces that a thread is about to block.

#pragma once

namespace mastic::threads {

/// Something that depends on a thread and wants to know when the thread blocks, such as the loop
/// that the thread drives or the pool that it belongs to. Its members are called on that thread,
/// while the caller holds no lock.
class BlockingHost {
 public:
  /// The thread is about to block.
  virtual void blocks() noexcept = 0;
  /// The thread has stopped blocking.
  virtual void goes_on() noexcept = 0;

 protected:
  ~BlockingHost() = default;
};

/// While a BlockingScope exists, its thread may block for as long as it likes: what depends on the
/// thread (the loop that it drives, a pool that counts it) continues without the thread. Costs
/// nothing on a thread that nothing depends on. Scopes nest; the outermost scope counts. Hold no
/// lock when you open a scope: the host takes its own lock and may start a thread.
///
///     const threads::BlockingScope blocking;
///     ::flock(fd, LOCK_EX);
class [[nodiscard]] BlockingScope {
 public:
  BlockingScope() noexcept {
    if (depth_++ == 0 && host_ != nullptr) host_->blocks();
  }
  ~BlockingScope() {
    if (--depth_ == 0 && host_ != nullptr) host_->goes_on();
  }
  BlockingScope(const BlockingScope&) = delete;
  BlockingScope& operator=(const BlockingScope&) = delete;

  /// Sets the host of the calling thread; null for none.
  static void set_host(BlockingHost* host) noexcept { host_ = host; }

 private:
  static inline thread_local BlockingHost* host_ = nullptr;
  static inline thread_local int depth_ = 0;
};

}  // namespace mastic::threads
