#include "mastic/threads/log_writer.h"

#include <algorithm>
#include <new>
#include <utility>

namespace mastic::threads {
namespace {

constexpr base::Duration kFollowEvery = std::chrono::milliseconds(200);

}  // namespace

LogWriter::LogWriter(LogFile file, base::Duration linger, Report report)
    : file_(std::move(file)),
      linger_(linger),
      report_(std::move(report)),
      thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  thread_.join();
}

void LogWriter::write(std::string_view line) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > kMostWaitingBytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const std::size_t before = waiting_.size();
    waiting_ += line;
    const bool are_many = before < kManyBytes && waiting_.size() >= kManyBytes;
    if (before == 0 || are_many) wake_.notify_one();  // who reads the line may end the writer
  } catch (const std::bad_alloc&) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
  }
}

void LogWriter::reopen() noexcept {
  const std::lock_guard lock(mutex_);
  reopening_ = true;
  wake_.notify_one();
}

bool LogWriter::flush(base::Duration longest) {
  const base::Instant end = base::from_now(longest);
  std::unique_lock lock(mutex_);
  flushing_ = true;
  wake_.notify_one();
  return idle_.wait_until(lock, end,
                          [this] { return waiting_.empty() && !writing_ && !reopening_; });
}

// ---- in the thread ----

void LogWriter::run() {
  std::string lines;
  std::unique_lock lock(mutex_);
  while (!stopping_ || !waiting_.empty()) {
    wake_.wait(lock, [this] { return stopping_ || reopening_ || !waiting_.empty(); });
    wake_.wait_until(lock, base::from_now(linger_), [this] {
      return stopping_ || flushing_ || reopening_ || waiting_.size() >= kManyBytes;
    });
    lines.clear();
    lines.swap(waiting_);
    writing_ = true;
    flushing_ = false;
    const bool reopening = std::exchange(reopening_, false);
    lock.unlock();
    follow(reopening);
    write_out(lines);
    lock.lock();
    writing_ = false;
    idle_.notify_all();
  }
}

void LogWriter::follow(bool at_once) noexcept {
  const base::Instant now = file_.kernel().monotonic_now();
  if (!at_once && now - followed_ < kFollowEvery) return;
  followed_ = now;
  try {
    const auto followed = file_.follow();
    if (!std::exchange(cannot_reopen_, !followed) && !followed) {
      report(followed.error().message + "; the file it had goes on");
    }
  } catch (const std::bad_alloc&) {  // the file it had goes on
  }
}

void LogWriter::write_out(std::string_view lines) noexcept {
  try {
    const auto written = file_.append(lines);
    if (!std::exchange(cannot_write_, !written) && !written) report(written.error().message);
    if (written) report_losses();
  } catch (const std::bad_alloc&) {  // what is left of `lines` is lost
  }
  const auto lost = static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
  dropped_.fetch_add(lost, std::memory_order_relaxed);
}

void LogWriter::report_losses() {
  const std::uint64_t lost = dropped() - reported_lost_;
  if (lost == 0) return;
  report(std::to_string(lost) + (lost == 1 ? " line was lost" : " lines were lost"));
  reported_lost_ += lost;
}

void LogWriter::report(const std::string& trouble) {
  if (!report_) return;
  const std::string line = report_(trouble);
  std::string_view rest = line;
  (void)file_.append(rest);
}

}  // namespace mastic::threads
