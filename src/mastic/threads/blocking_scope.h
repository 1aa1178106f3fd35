// Saying that a thread is about to wait.

#pragma once

namespace mastic::threads {

/// Whoever else the thread works for: told before it waits, and after.
class BlockingHost {
 public:
  virtual void blocks() noexcept = 0;
  virtual void goes_on() noexcept = 0;

 protected:
  ~BlockingHost() = default;
};

/// While one stands, the thread may wait for as long as it takes: what depends on it (the loop that
/// it drives, a pool that counts it) goes on without it. Costs nothing on a thread that nothing
/// depends on. Scopes nest; the outermost one counts. Open it without a lock: the host takes its own,
/// and may start a thread.
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

  /// Sets who is told about this thread; none when it is null.
  static void set_host(BlockingHost* host) noexcept { host_ = host; }

 private:
  static inline thread_local BlockingHost* host_ = nullptr;
  static inline thread_local int depth_ = 0;
};

}  // namespace mastic::threads
