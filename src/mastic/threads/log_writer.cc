#include "mastic/threads/log_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace mastic::threads {
namespace {

constexpr auto kLongestWait = std::chrono::milliseconds(200);

}  // namespace

base::Result<std::unique_ptr<LogWriter>> LogWriter::open(base::Kernel& kernel,
                                                         const std::string& path) {
  if (path == "-") {
    return std::unique_ptr<LogWriter>(new LogWriter(kernel, STDOUT_FILENO, base::Descriptor()));
  }
  const int fd = kernel.open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0644);
  if (fd < 0) {
    auto error = base::fail_with_number(-fd, "cannot open the log '" + path + "'");
    error.error().message += "; choose another file with --access-log-file";
    return error;
  }
  return std::unique_ptr<LogWriter>(new LogWriter(kernel, fd, base::Descriptor(kernel, fd)));
}

LogWriter::LogWriter(base::Kernel& kernel, int fd, base::Descriptor owned)
    : kernel_(kernel), fd_(fd), owned_(std::move(owned)), thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LogWriter::write(std::string_view line) noexcept {
  bool wake = false;
  try {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > kMostWaitingBytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const std::size_t before = waiting_.size();
    waiting_ += line;
    wake = before == 0 || (before < kManyBytes && waiting_.size() >= kManyBytes);
  } catch (const std::bad_alloc&) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
  }
  if (wake) wake_.notify_one();
}

bool LogWriter::flush(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  flushing_ = true;
  wake_.notify_one();
  return idle_.wait_for(lock, longest, [this] { return waiting_.empty() && !writing_; });
}

void LogWriter::run() {
  std::string lines;
  std::unique_lock lock(mutex_);
  while (!stopping_ || !waiting_.empty()) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    wake_.wait_for(lock, kLongestWait,
                   [this] { return stopping_ || flushing_ || waiting_.size() >= kManyBytes; });
    lines.clear();
    lines.swap(waiting_);
    writing_ = true;
    flushing_ = false;
    lock.unlock();
    if (!write_out(lines)) {
      const auto lost = std::ranges::count(lines, '\n');
      dropped_.fetch_add(static_cast<std::uint64_t>(lost), std::memory_order_relaxed);
    }
    lock.lock();
    writing_ = false;
    idle_.notify_all();
  }
}

bool LogWriter::write_out(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = kernel_.write(fd_, lines.data(), lines.size());
    if (written <= 0) return false;
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace mastic::threads
