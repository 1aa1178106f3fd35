#include "mastic/threads/log_writer.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <utility>

#include "mastic/base/units.h"
#include "mastic/threads/thread.h"

namespace mastic::threads {
namespace {

constexpr base::Duration kFollowEvery = std::chrono::milliseconds(200);
// Each buffer has this much memory from the start, for lines that say that memory is short.
constexpr std::size_t kSpareBytes = 8 << 10;
constexpr std::size_t kManyBytes = 64 << 10;  // this many wake the thread before `linger` is over

}  // namespace

/// What the thread works on. A thread that was abandoned in a hanging write uses nothing but this
/// object when the write returns, because the kernel, the report and the owner of the writer may
/// have been destroyed:
///
///     waits for lines ──► with_file(): is_in_file_ ──► left_alone_? no: continue ──► waits for lines
///                              │ hangs                             yes: end, touch nothing but Work
///                   end() sets left_alone_ here and nowhere else
class LogWriter::Work {
 public:
  Work(LogFile file, Options options)
      : file_(std::move(file)), linger_(options.linger), report_(std::move(options.report)) {
    waiting_.reserve(kSpareBytes);
  }

  // From any thread.
  void write(std::string_view line) noexcept;
  void reopen() noexcept;
  bool flush(base::Duration longest);
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  /// Makes the thread end once everything is written. Returns false when that takes longer than
  /// `longest`: then the thread is abandoned.
  [[nodiscard]] bool end(base::Duration longest);

  void run();

 private:
  // In the thread. These functions return false when the writer is gone: then the thread has to
  // end.
  [[nodiscard]] bool work_on(std::string_view lines, bool reopening) noexcept;
  [[nodiscard]] bool follow(bool at_once);
  [[nodiscard]] bool write_out(std::string_view lines);
  [[nodiscard]] bool report_losses();
  [[nodiscard]] bool report(const std::string& trouble);
  template <class F>
  [[nodiscard]] bool with_file(const F& use);

  LogFile file_;
  const base::Duration linger_;
  const Report report_;
  base::Instant followed_{};         ///< when the path was last checked for a rotation
  bool cannot_write_ = false;        ///< the last write failed, and that was reported
  bool cannot_reopen_ = false;       ///< the last reopening failed, and that was reported
  std::uint64_t reported_lost_ = 0;  ///< how many of `dropped_` were reported

  std::mutex mutex_;  ///< guards all members below
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::string waiting_;
  bool writing_ = false;
  bool flushing_ = false;
  bool reopening_ = false;
  bool stopping_ = false;
  bool is_in_file_ = false;  ///< the thread is in a call on `file_`, which may never return
  bool ended_ = false;
  bool left_alone_ = false;  ///< set only while `is_in_file_`
  std::atomic<std::uint64_t> dropped_{0};
};

// ---- from any thread ----

LogWriter::LogWriter(LogFile file, Options options)
    : longest_end_(options.longest_end),
      work_(std::make_shared<Work>(std::move(file), std::move(options))),
      thread_(start_thread([work = work_] { work->run(); })) {}

LogWriter::~LogWriter() { work_->end(longest_end_) ? thread_.join() : thread_.detach(); }

void LogWriter::write(std::string_view line) noexcept { work_->write(line); }
void LogWriter::reopen() noexcept { work_->reopen(); }
bool LogWriter::flush(base::Duration longest) { return work_->flush(longest); }
std::uint64_t LogWriter::dropped() const { return work_->dropped(); }

void LogWriter::Work::write(std::string_view line) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > kMaxWaitingBytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const std::size_t before = waiting_.size();
    waiting_ += line;
    const bool are_many = before < kManyBytes && waiting_.size() >= kManyBytes;
    // Only the first line of a batch and the line that makes the batch large wake the thread.
    // Notify under the lock: as soon as the line is written, a reader of the file may destroy the
    // writer.
    if (before == 0 || are_many) wake_.notify_one();
  } catch (const std::bad_alloc&) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
  }
}

void LogWriter::Work::reopen() noexcept {
  const std::lock_guard lock(mutex_);
  reopening_ = true;
  wake_.notify_one();
}

bool LogWriter::Work::flush(base::Duration longest) {
  const base::Instant end = base::from_now(longest);
  std::unique_lock lock(mutex_);
  flushing_ = true;
  wake_.notify_one();
  return idle_.wait_until(lock, end,
                          [this] { return waiting_.empty() && !writing_ && !reopening_; });
}

bool LogWriter::Work::end(base::Duration longest) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wake_.notify_one();
  if (idle_.wait_until(lock, base::from_now(longest), [this] { return ended_; })) return true;
  // Time is up. The thread may be abandoned only inside a call on the file. Outside of such a call
  // the thread is between two short steps, so it soon enters a call or ends: wait for either.
  idle_.wait(lock, [this] { return ended_ || is_in_file_; });
  left_alone_ = !ended_;
  return ended_;
}

// ---- in the thread ----

void LogWriter::Work::run() {
  std::string lines;
  lines.reserve(kSpareBytes);
  std::unique_lock lock(mutex_);
  while (!stopping_ || !waiting_.empty()) {
    wake_.wait(lock, [this] { return stopping_ || reopening_ || !waiting_.empty(); });
    wake_.wait_until(lock, base::from_now(linger_), [this] {
      return stopping_ || flushing_ || reopening_ || waiting_.size() >= kManyBytes;
    });
    lines.clear();  // two buffers take turns, so neither is allocated again
    lines.swap(waiting_);
    writing_ = true;
    flushing_ = false;
    const bool reopening = std::exchange(reopening_, false);
    lock.unlock();
    if (!work_on(lines, reopening)) return file_.abandon();
    lock.lock();
    writing_ = false;
    idle_.notify_all();
  }
  ended_ = true;
  idle_.notify_all();
}

bool LogWriter::Work::work_on(std::string_view lines, bool reopening) noexcept {
  try {
    return follow(reopening) && write_out(lines);
  } catch (const std::bad_alloc&) {  // no memory for the text of a report, so there is no report
    return true;
  }
}

/// Calls `use`, which may hang in a call on the file. Returns whether the writer still exists.
template <class F>
bool LogWriter::Work::with_file(const F& use) {
  {
    const std::lock_guard lock(mutex_);
    is_in_file_ = true;
    idle_.notify_all();
  }
  try {
    use();
  } catch (const std::bad_alloc&) {
    // No memory for an error message; lines that were not written count as lost.
  }
  const std::lock_guard lock(mutex_);
  is_in_file_ = false;
  return !left_alone_;
}

bool LogWriter::Work::follow(bool at_once) {
  const base::Instant now = file_.kernel().monotonic_now();
  if (!at_once && now - followed_ < kFollowEvery) return true;
  followed_ = now;
  base::Result<void> followed;
  if (!with_file([&] { followed = file_.follow(); })) return false;
  if (std::exchange(cannot_reopen_, !followed) || followed)
    return true;  // report only the first time
  return report(followed.error().message + "; still writing to the old file");
}

bool LogWriter::Work::write_out(std::string_view lines) {
  base::Result<void> written;
  if (!with_file([&] { written = file_.append(lines); })) return false;
  dropped_.fetch_add(static_cast<std::uint64_t>(std::ranges::count(lines, '\n')),
                     std::memory_order_relaxed);
  if (written) {
    cannot_write_ = false;
    return report_losses();
  }
  return std::exchange(cannot_write_, true) || report(written.error().message);
}

bool LogWriter::Work::report_losses() {
  const std::uint64_t lost = dropped() - reported_lost_;
  if (lost == 0) return true;
  reported_lost_ += lost;
  return report(std::to_string(lost) + (lost == 1 ? " line was lost" : " lines were lost"));
}

bool LogWriter::Work::report(const std::string& trouble) {
  if (!report_) return true;
  const std::string line = report_(trouble);
  std::string_view rest = line;
  return with_file([&] { (void)file_.append(rest); });
}

}  // namespace mastic::threads
