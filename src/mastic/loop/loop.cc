#include "mastic/loop/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/loop/disk.h"
#include "mastic/loop/loop_local.h"

namespace mastic::loop {
namespace {

/// An idle loop polls at least this often.
constexpr base::Duration kLongestWait = std::chrono::hours(1);
constexpr std::string_view kCannotWatch = "cannot watch a descriptor";

std::uint32_t to_events(Readiness wanted) {
  std::uint32_t events = 0;
  if (wanted.readable) events |= EPOLLIN | EPOLLRDHUP;
  if (wanted.writable) events |= EPOLLOUT;
  return events;
}

Readiness to_readiness(std::uint32_t events) {
  return {.readable = (events & (EPOLLIN | EPOLLRDHUP)) != 0,
          .writable = (events & EPOLLOUT) != 0,
          .failed = (events & (EPOLLERR | EPOLLHUP)) != 0};
}

}  // namespace

/// The eventfd by which other threads wake the loop. It is edge-triggered and never read: each
/// write is a new event, and reading would cost a system call for each turn.
class Loop::Wakeup final : public Source {
 public:
  Wakeup(Loop& loop, base::Descriptor descriptor)
      : Source(descriptor.fd()), loop_(loop), descriptor_(std::move(descriptor)) {}
  void ready(Readiness) noexcept override { loop_.deliver_messages(); }
  /// Wakes the loop. A failed write is tried again: the inbox asks for a wake-up only when the
  /// inbox was empty, so after a lost wake-up no later message would wake the loop either.
  void signal() {
    constexpr int kTries = 3;
    const std::uint64_t one = 1;
    for (int left = kTries; left > 0; --left) {
      if (loop_.kernel_.write(fd_, &one, sizeof one) >= 0) return;
    }
  }

 private:
  Loop& loop_;
  base::Descriptor descriptor_;
};

base::Result<std::unique_ptr<Loop>> Loop::open(base::Kernel& kernel, TransferKind transfer) {
  return open(kernel, make_transfer(kernel, transfer));
}

base::Result<std::unique_ptr<Loop>> Loop::open(base::Kernel& kernel,
                                               std::unique_ptr<Transfer> transfer) {
  const int epoll = kernel.epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return base::fail_with_number(-epoll, "cannot make an epoll descriptor");
  std::unique_ptr<Loop> loop(
      new Loop(kernel, std::move(transfer), base::Descriptor(kernel, epoll)));

  const int event = kernel.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event < 0) return base::fail_with_number(-event, "cannot make an event descriptor");
  loop->wakeup_ = std::make_unique<Wakeup>(*loop, base::Descriptor(kernel, event));
  if (const auto added = loop->add(*loop->wakeup_, EPOLLIN | EPOLLET); !added) {
    return std::unexpected(added.error());
  }
  return loop;
}

Loop::Loop(base::Kernel& kernel, std::unique_ptr<Transfer> transfer, base::Descriptor epoll)
    : kernel_(kernel),
      transfer_(std::move(transfer)),
      epoll_(std::move(epoll)),
      now_(kernel.monotonic_now()),
      timers_(now_),
      receive_buffer_(std::make_unique_for_overwrite<char[]>(kReceiveBytes)) {}

Loop::~Loop() {
  // Destructors of kept objects may retire other objects, and may use objects that are local to the
  // loop. Kept sources need the table, so the table is cleared last.
  destroy_retired();
  while (kept_ != nullptr) const std::unique_ptr<LoopOwned> going(kept_);
  destroy_retired();
  locals_.reset();
  destroy_retired();
  sources_.clear();  // sources that outlive the loop count as not watched
}

// ---- a turn ----

Loop::Turn Loop::turn(base::Duration longest_wait) {
  adopt();
  if (run_jobs() == Turn::Lost) return Turn::Lost;  // jobs left by a driver that lost the loop
  flush();
  int events = look_for_events(time_to_wait(longest_wait));
  // Timers expire as of the first poll, so a timer that comes due during the second poll waits for
  // the next turn. The second poll is for a process that was stopped after a poll that found
  // nothing: what has arrived since then is read before the timers expire.
  const base::Instant looked = now_;
  if (events <= 0 && are_timers_late()) events = look_for_events(base::Duration::zero());
  receive_all();
  if (may_expire_timers(events)) timers_.advance(looked);
  if (run_jobs() == Turn::Lost) return Turn::Lost;
  flush();
  return Turn::Kept;
}

Loop::Turn Loop::drive(Driver& driver) {
  driver_ = &driver;
  while (!stop_.delivered) {
    if (turn(kLongestWait) == Turn::Lost) return Turn::Lost;
  }
  return Turn::Kept;
}

/// Begins the first turn of a new driver: tells the job in which the previous driver is stuck that
/// it was left behind.
void Loop::adopt() {
  if (left_behind_ == nullptr) [[likely]]
    return;
  now_ = kernel_.monotonic_now();
  in_jobs_since_.store(kNotInJobs, std::memory_order_relaxed);
  std::exchange(left_behind_, nullptr)->left_behind(left_on_);
}

/// Runs the jobs that are waiting. This is the only place that enters user code:
///
///     driver: ownership open ── job.run() ── close ──kept──> job.finish(), next job
///                                              └────lost──> post the job, return Lost
///     taker:          take() while run() is on the driver's stack ──> drives from `adopt` on
///
/// Between open and close another thread may drive the loop, so the code in between touches no
/// member that changes while the loop is driven. After a close that failed, only `post` is called,
/// which is allowed from any thread.
Loop::Turn Loop::run_jobs() {
  if (jobs_.empty()) return Turn::Kept;
  Driver& driver = *driver_;
  in_jobs_since_.store(now_, std::memory_order_relaxed);
  for (int left = kMaxJobs; left > 0 && !jobs_.empty(); --left) {  // jobs may enqueue more jobs
    auto& job = static_cast<async::Job&>(jobs_.pop_front());
    if (pinned_) {
      job.run();
      job.finish();
      continue;
    }
    if (!enter_or_pass_on(job)) continue;  // another thread runs it
    running_ = &job;
    const std::uint64_t token = driver.token = ownership_.open();
    if (keeper_ != nullptr) keeper_->entered(*this, token);
    job.run();
    if (!ownership_.close(token)) {
      post(job);  // the job's `finish` belongs to the thread that drives the loop now
      return Turn::Lost;
    }
    job.finish();
  }
  now_ = kernel_.monotonic_now();  // a job may have taken long; new timers count from here
  in_jobs_since_.store(kNotInJobs, std::memory_order_relaxed);
  return Turn::Kept;
}

/// Returns whether the driver is to run `job` itself. While too few threads stand by, a job that is
/// not known to be quick is passed to another thread, if that is possible.
inline bool Loop::enter_or_pass_on(async::Job& job) noexcept {
  const bool is_short = keeper_ != nullptr && keeper_->is_short();
  const bool on_trust = is_short && job.is_trusted();
  on_trust_.store(on_trust, std::memory_order_relaxed);
  return !is_short || on_trust || !job.run_elsewhere();
}

/// Sends the outbox until it stays empty. A socket that is told of a send may write again, and may
/// ask for the end of the turn again, so both steps repeat.
void Loop::flush() {
  for (turn_end_.tell(); !outbox_.empty(); turn_end_.tell()) outbox_.flush(*transfer_);
  destroy_retired();
}

void Loop::retire(std::unique_ptr<Retirable> object) noexcept {
  *retired_end_ = object.get();
  retired_end_ = &object.release()->next_retired_;
}

void Loop::keep(std::unique_ptr<LoopOwned> object) noexcept {
  object->next_kept_ = kept_;
  object->link_ = &kept_;
  if (kept_ != nullptr) kept_->link_ = &object->next_kept_;
  kept_ = object.release();
}

void Loop::destroy_retired() noexcept {
  while (retired_ != nullptr) {  // a destructor may retire more objects
    const std::unique_ptr<Retirable> going(std::exchange(retired_, retired_->next_retired_));
    if (retired_ == nullptr) retired_end_ = &retired_;
  }
}

base::Duration Loop::time_to_wait(base::Duration longest_wait) const {
  if (!jobs_.empty()) return base::Duration::zero();
  longest_wait = std::clamp(longest_wait, base::Duration::zero(), kLongestWait);
  const auto next = timers_.next_advance();
  if (!next) return longest_wait;
  return std::clamp(*next - now_, base::Duration::zero(), longest_wait);
}

/// Polls, and calls `ready` of each source that is ready. Returns the number of events, or -EINTR,
/// because epoll_wait is interrupted when the process is stopped and continued.
int Loop::look_for_events(base::Duration longest_wait) {
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(longest_wait).count();
  std::array<epoll_event, kMaxEvents> events;
  const int count = kernel_.epoll_wait(epoll_.fd(), events, static_cast<int>(timeout));
  now_ = kernel_.monotonic_now();
  MASTIC_ASSERT(count >= 0 || count == -EINTR, {"epoll_wait", count});
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (Source* const source = sources_.find(event.data.u64)) {
      source->ready(to_readiness(event.events));
    }
  }
  return count;
}

bool Loop::are_timers_late() const {
  const auto next = timers_.next_advance();
  return next && now_ - *next > kLate;
}

/// Whether timers may expire after a poll that found this number of `events`. One poll reports at
/// most kMaxEvents events, and the kernel takes the ready sources in rotation. So after enough
/// polls to report every source once, everything that was ready at the first poll has been
/// received.
bool Loop::may_expire_timers(int events) {
  if (looks_left_ == 0) looks_left_ = 2 + sources_.size() / kMaxEvents;
  // After a poll that a signal interrupted, `events` is negative, although sources may be ready.
  if (events != 0 && are_timers_late() && --looks_left_ > 0) return false;
  looks_left_ = 0;
  return true;
}

void Loop::receive_all() {
  receiving_now_.swap(receiving_);  // in `received`, a socket may ask for its next receive
  for (std::size_t first = 0; first < receiving_now_.size(); first += kMaxReceives) {
    const std::size_t count = std::min(kMaxReceives, receiving_now_.size() - first);
    receive_batch(std::span(receiving_now_).subspan(first, count));
  }
  receiving_now_.clear();
}

void Loop::receive_batch(std::span<Socket*> sockets) {
  std::array<Receive, kMaxReceives> batch;
  std::size_t count = 0;
  const std::size_t share = std::min(kReceiveBytes / sockets.size(), kMaxShare);
  for (Socket* const socket : sockets) {
    if (socket->fd() < 0) continue;
    batch[count] = {socket->fd(), receive_buffer_.get() + share * count, share};
    sockets[count++] = socket;
  }
  if (count == 0) return;
  transfer_->receive(std::span(batch).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    if (sockets[i]->fd() != batch[i].fd) continue;  // another socket's `received` closed it
    const auto size = static_cast<std::size_t>(std::max<ssize_t>(batch[i].result, 0));
    sockets[i]->received(batch[i].result, {batch[i].buffer, size});
  }
}

void Loop::deliver_messages() {
  async::MessageQueue messages = inbox_.take_all();
  while (!messages.empty()) messages.pop_front().deliver();
}

async::BlockingExecutor& Loop::disk_executor() {
  return disk_ != nullptr ? static_cast<async::BlockingExecutor&>(*disk_) : *blocking_executor_;
}

// ---- from other threads ----

bool Loop::take(std::uint64_t seen) {
  if (!LoopOwnership::is_inside(seen) || !ownership_.take(seen)) return false;
  left_behind_ = running_;
  left_on_ = driver_->thread;
  return true;
}

void Loop::post(async::Message& message) {
  inbox_.put(message, [this] { wakeup_->signal(); });
}

void Loop::stop() {
  if (!stop_.posted.exchange(true)) post(stop_);
}

// ---- descriptors ----

base::Result<void> Loop::watch(Source& source, Readiness wanted) {
  return add(source, to_events(wanted));
}

base::Result<void> Loop::watch_shared(Source& source) {
  return add(source, EPOLLIN | EPOLLEXCLUSIVE);
}

base::Result<void> Loop::rewatch(Source& source, Readiness wanted) {
  const int result = control(EPOLL_CTL_MOD, source, to_events(wanted));
  if (result < 0) return base::fail_with_number(-result, kCannotWatch);
  return {};
}

void Loop::unwatch(Source& source) noexcept {
  if (!source.is_watched()) return;
  (void)control(EPOLL_CTL_DEL, source, 0);
  sources_.remove(source);
}

base::Result<void> Loop::add(Source& source, std::uint32_t events) {
  try {
    sources_.add(source);
  } catch (const std::bad_alloc&) {
    return base::fail_with_number(ENOMEM, kCannotWatch);
  }
  const int result = control(EPOLL_CTL_ADD, source, events);
  if (result == 0) return {};
  sources_.remove(source);
  return base::fail_with_number(-result, kCannotWatch);
}

int Loop::control(int operation, const Source& source, std::uint32_t events) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = sources_.ticket_of(source);
  return kernel_.epoll_ctl(epoll_.fd(), operation, source.fd(), &event);
}

}  // namespace mastic::loop
