#include "mastic/loop/scheduler.h"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/machine.h"
#include "mastic/threads/alternate_stack.h"
#include "mastic/threads/thread.h"

namespace mastic::loop {
namespace {

constexpr auto kMaxIdle = std::chrono::seconds(30);  // then a thread beyond the reserve ends
constexpr std::uint64_t kMaxOnTrust = 64;            // threads beyond loops + reserve + workers
constexpr int kLooksBetween = 32;  // ticks of about 1 ms between searches for threads that compute
constexpr base::Duration kComputes =
    std::chrono::milliseconds(20);  // CPU time in one piece of user code
constexpr base::Duration kLongTurn = std::chrono::milliseconds(20);  // time slice of such threads
constexpr auto kTellEvery = std::chrono::seconds(10);
constexpr auto kLongestJoin = std::chrono::seconds(10);  // for user code, when no loop is left

/// Drops the reserve when loops are never taken over.
Scheduler::Options with_reserve_in_use(Scheduler::Options options) {
  if (options.hand_off == Scheduler::HandOff::Never) options.reserve = 0;
  return options;
}

}  // namespace

/// A thread of the pool. Its members are guarded by the pool's mutex unless a member says
/// otherwise; the thread itself uses `driver` without the mutex.
class Scheduler::Member final : public threads::BlockingHost {
 public:
  Member(Scheduler& pool, ThreadRole first)
      : role(first), since(pool.kernel_.monotonic_now()), pool_(pool) {}

  void start() {
    thread = std::thread([this] { run(); });
  }
  /// Called by user code on this thread before it waits: if the thread drives a loop, another
  /// thread takes that loop over. If the loop has been taken over already, the token is out of date
  /// and nothing happens.
  void blocks() noexcept override {
    if (loop != nullptr) pool_.hand_over(*loop, driver.token);
  }
  void goes_on() noexcept override {}

  ThreadRole role;
  base::Instant since;
  Loop* loop = nullptr;         ///< driven by the thread, or lost; the thread reads it unlocked
  bool on_trust = false;        ///< it is away in a job that the loop ran on trust
  base::Instant timed_since{};  ///< `since` of the role or piece of work that `time` belongs to
  base::Duration time{};        ///< its CPU time when that role or piece was first looked at
  bool has_long_turns = false;
  Driver driver;
  std::condition_variable called;
  std::thread thread;
  std::list<std::unique_ptr<Member>> ended;  ///< threads that this one joins, without the mutex

 private:
  // Roles, which set_role changes under the mutex:
  //
  //     Reserve ──call_reserve──> Drives ──loop taken over──> Away ──returns──> Reserve
  //                               Drives ──loop ended──> Reserve
  //     Reserve ──start_work──> Works ──no work left──> Reserve
  //     Away, Works ──write_off──> WrittenOff ──returns──> Ends
  //     Reserve ──idle for long, or join──> Ends
  void run() {
    pthread_setname_np(pthread_self(), "mastic");
    const threads::AlternateStack stack;
    // A new thread joins the threads that have ended since the previous new thread began, so that
    // thread objects do not accumulate and no thread waits for a join with the mutex held.
    for (const auto& each : ended) each->thread.join();
    ended.clear();
    threads::BlockingScope::set_host(this);
    Lock lock(pool_.mutex_);
    driver.thread = pool_.kernel_.gettid();
    while (role != ThreadRole::Ends) {
      if (role == ThreadRole::Drives) {
        pool_.drive(*this, lock);
      } else if (role == ThreadRole::Works) {
        pool_.work(*this, lock);
      } else if (role == ThreadRole::WrittenOff) {
        pool_.come_back(*this);
      } else {
        pool_.wait_for_role(*this, lock);
      }
    }
    pool_.loop_ended_.notify_all();
  }

  Scheduler& pool_;
};

Scheduler::Scheduler() : Scheduler(Options()) {}

Scheduler::Scheduler(const Options& options, base::Kernel& kernel)
    : options_(with_reserve_in_use(options)),
      kernel_(kernel),
      workers_(options.workers),
      stall_monitor_([this](Loop& loop, std::uint64_t seen) { hand_over(loop, seen); },
                     [this] { look_for_computing(); }) {
  note_reserve();
}

Scheduler::~Scheduler() {
  const std::uint64_t lost = join();
  MASTIC_ASSERT(lost == 0, {"lost threads", static_cast<long long>(lost)});
}

unsigned Scheduler::cores(base::Kernel& kernel) {
  const unsigned machine = std::max(1u, std::thread::hardware_concurrency());
  return std::min(machine, base::processors_of_group(kernel).value_or(machine));
}

// ---- loops ----

void Scheduler::start(Loop& loop) {
  loop.keep_by(*this, *this);
  if (options_.hand_off == HandOff::Never) loop.pin();
  if (options_.hand_off == HandOff::WhenStuck) stall_monitor_.add(loop);
  {
    const Lock lock(mutex_);
    driven_.reserve(driven_.size() + 1);
    Member* const driver = add_thread(ThreadRole::Drives);
    if (driver == nullptr) {
      throw threads::no_thread(std::make_error_code(std::errc::resource_unavailable_try_again));
    }
    driver->loop = &loop;
    driven_.push_back({&loop, driver});
    fill_reserve();
  }
}

std::uint64_t Scheduler::join() {
  Lock lock(mutex_);
  loop_ended_.wait(lock, [this] { return driven_.empty(); });
  ending_ = true;
  for (Member* const member : std::exchange(reserve_, {})) set_role(*member, ThreadRole::Ends);
  note_reserve();
  const auto some_are_left = [this] {
    return std::ranges::any_of(members_, [](const auto& each) {
      return each->role != ThreadRole::Ends && each->role != ThreadRole::WrittenOff;
    });
  };
  loop_ended_.wait_for(lock, kLongestJoin, [&] { return !some_are_left(); });
  for (const auto& each : members_) {
    if (each->role != ThreadRole::Ends && each->role != ThreadRole::WrittenOff) lose(*each);
  }
  MASTIC_ASSERT(queue_.empty(), {"queued", static_cast<long long>(queue_.size())});
  std::list<std::unique_ptr<Member>> ended;
  for (auto each = members_.begin(); each != members_.end();) {
    const auto at = each++;
    if ((*at)->role == ThreadRole::Ends) ended.splice(ended.end(), members_, at);
  }
  const std::uint64_t lost = lost_;
  lock.unlock();
  stall_monitor_.stop();
  for (const auto& each : ended) each->thread.join();
  return lost;
}

void Scheduler::entered(Loop& loop, std::uint64_t token) noexcept {
  if (options_.hand_off == HandOff::Always) return hand_over(loop, token);
  stall_monitor_.loop_entered();
}

void Scheduler::hand_over(Loop& loop, std::uint64_t seen) noexcept {
  if (options_.hand_off == HandOff::Never) return;
  Lock lock(mutex_);
  give_to_reserve(loop, seen);
  const bool tells = is_time_to_tell();
  const std::uint64_t held = busy_;
  lock.unlock();
  if (tells) tell_(held);
}

/// Has a thread in reserve drive `loop`, if its driver is still inside the user code `seen`.
///
/// A job that ran on trust and blocks after all may cost a thread beyond the configured number
/// (max_threads). So when many trusted routes block at the same moment, because what they all wait
/// for fails, they do not use up the reserve. A route can cost an extra thread twice; after that it
/// is no longer trusted.
void Scheduler::give_to_reserve(Loop& loop, std::uint64_t seen) noexcept {
  const bool on_trust = loop.runs_on_trust();
  if (reserve_.empty()) fill_reserve();
  if (reserve_.empty()) return;
  const auto driven = std::ranges::find(driven_, &loop, &Driven::loop);
  if (driven == driven_.end() || !loop.take(seen)) return;
  ++hand_offs_;
  ++busy_;
  set_role(*driven->driver, ThreadRole::Away);
  driven->driver->on_trust = on_trust;
  if (on_trust) ++on_trust_;
  Member* const next = call_reserve();
  next->loop = &loop;
  driven->driver = next;
  set_role(*next, ThreadRole::Drives);
  fill_reserve();
}

/// Whether to report now that the reserve is short: if it is, and this was not reported within the
/// last kTellEvery. If so, counts the report as made.
bool Scheduler::is_time_to_tell() noexcept {
  if (!LoopKeeper::is_short() || !tell_) return false;
  const base::Instant now = kernel_.monotonic_now();
  if (told_ != base::Instant() && now - told_ < kTellEvery) return false;
  told_ = now;
  return true;
}

/// Drives the member's loop until the loop ends or is lost. A driver that loses its loop becomes
/// Away at that moment (give_to_reserve), and `Loop::drive` returns once the handler has returned.
/// If the driver was written off in the meantime, `run` ends it.
void Scheduler::drive(Member& member, Lock& lock) {
  Loop& loop = *member.loop;
  lock.unlock();
  const Loop::Turn end = loop.drive(member.driver);
  lock.lock();
  member.loop = nullptr;
  if (end == Loop::Turn::Kept) {
    std::erase_if(driven_, [&](const Driven& each) { return each.loop == &loop; });
    loop_ended_.notify_all();
  } else if (member.role == ThreadRole::WrittenOff) {
    return;
  } else {
    --busy_;
  }
  stand_by(member);
}

// ---- work ----

bool Scheduler::submit(async::BlockingWork& work) {
  const Lock lock(mutex_);
  if (queue_.size() >= options_.max_queued || workers_ == 0) {
    ++refused_;
    return false;
  }
  if (enqueue(work)) return true;
  ++refused_;
  return false;
}

bool Scheduler::submit_begun(async::BlockingWork& work) {
  const Lock lock(mutex_);
  return workers_ > 0 && enqueue(work);
}

void Scheduler::add_workers(std::uint64_t count) {
  const Lock lock(mutex_);
  workers_ += count;
  start_work();
}

void Scheduler::remove_workers(std::uint64_t count) {
  const Lock lock(mutex_);
  workers_ -= count;
}

/// Queues `work` and returns true. Returns false, and leaves `work` out of the queue, when the
/// system gives no thread and no thread is busy, because then no thread would ever take the work.
bool Scheduler::enqueue(async::BlockingWork& work) {
  work.queued_at = kernel_.monotonic_now();
  queue_.push_back(work);
  start_work();
  if (busy_ > 0) return true;
  queue_.remove(work);
  return false;
}

bool Scheduler::withdraw(async::BlockingWork& work) noexcept {
  const Lock lock(mutex_);
  if (!threads::WorkQueue::is_queued(work)) return false;
  queue_.remove(work);
  return true;
}

/// Assigns threads to work: one for each queued piece that no thread is coming for yet, within
/// `workers_`. Idle threads beyond the reserve are used first, then new threads. The reserve itself
/// is used only when no new thread can be had and no busy thread will return.
void Scheduler::start_work() noexcept {
  while (coming_ < queue_.size() && busy_ - on_trust_ < workers_) {
    const bool has_spare = reserve_.size() > options_.reserve;
    Member* member = has_spare ? call_reserve() : add_thread(ThreadRole::Works);
    if (member == nullptr && busy_ == 0 && !reserve_.empty()) member = call_reserve();
    if (member == nullptr) return;  // a busy thread that returns will take the work
    ++busy_;
    ++coming_;
    set_role(*member, ThreadRole::Works);
  }
}

/// Runs queued work until none is left, or until the thread is needed in reserve. The thread runs
/// at least one piece, so that work makes progress while the reserve is short.
void Scheduler::work(Member& member, Lock& lock) {
  --coming_;
  for (bool first = true; !queue_.empty() && !ending_; first = false) {
    if (!first && LoopKeeper::is_short()) break;
    async::BlockingWork& work = queue_.pop_front();
    member.since = kernel_.monotonic_now();
    set_long_turns(member, false);
    lock.unlock();
    work.run();
    lock.lock();
    ++done_;
    if (member.role == ThreadRole::WrittenOff) return;
  }
  --busy_;
  stand_by(member);
}

// ---- the reserve ----

/// Starts a thread in `role`. Returns null when max_threads is reached, the pool ends, or the
/// system has no thread or memory left.
Scheduler::Member* Scheduler::add_thread(ThreadRole role) noexcept {
  if (counted_ >= max_threads(role) || ending_) return nullptr;
  try {
    reserve_.reserve(members_.size() + 1);
    members_.push_back(std::make_unique<Member>(*this, role));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  Member& member = *members_.back();
  for (auto each = members_.begin(); each != members_.end();) {
    const auto at = each++;
    if ((*at)->role == ThreadRole::Ends) member.ended.splice(member.ended.end(), members_, at);
  }
  try {
    member.start();
  } catch (...) {  // no thread, or no memory for one
    // Undo. If not even a busy thread will return, the reserve that exists is all there will be: it
    // then counts as full, because waiting for it to grow would keep every untrusted job waiting.
    members_.splice(members_.end(), member.ended);
    std::erase_if(members_, [&](const auto& each) { return each.get() == &member; });
    if (busy_ == 0) max_given_ = reserve_.size();
    note_reserve();
    return nullptr;
  }
  max_given_ = kNoLimit;
  note_reserve();
  ++counted_;
  return &member;
}

/// How many threads there may be, including one that is wanted for `next`.
std::uint64_t Scheduler::max_threads(ThreadRole next) const noexcept {
  const std::uint64_t loops = driven_.size() + (next == ThreadRole::Drives ? 1 : 0);
  return loops + options_.reserve + workers_ + std::min(on_trust_, kMaxOnTrust);
}

void Scheduler::set_role(Member& member, ThreadRole role) noexcept {
  const ThreadRole before = std::exchange(member.role, role);
  if (before == ThreadRole::Away && std::exchange(member.on_trust, false)) --on_trust_;
  set_long_turns(member, false);
  member.since = kernel_.monotonic_now();
  if (role == ThreadRole::Ends && before != ThreadRole::WrittenOff) --counted_;
  if (role == ThreadRole::WrittenOff) --counted_;
  member.called.notify_one();
}

/// `member` has nothing to do: it joins the reserve, or ends when the pool does.
void Scheduler::stand_by(Member& member) noexcept {
  if (ending_) return set_role(member, ThreadRole::Ends);
  set_role(member, ThreadRole::Reserve);
  reserve_.push_back(&member);
  note_reserve();
  start_work();
}

Scheduler::Member* Scheduler::call_reserve() noexcept {
  Member* const member = reserve_.back();
  reserve_.pop_back();
  note_reserve();
  return member;
}

void Scheduler::fill_reserve() noexcept {
  while (reserve_.size() < options_.reserve) {
    Member* const member = add_thread(ThreadRole::Reserve);
    if (member == nullptr) return;
    reserve_.push_back(member);
    note_reserve();
  }
}

/// Publishes the state of the reserve for other threads. The reserve is short when it has fewer
/// threads than the least of: loops + 1, options.reserve, and what the system can give.
void Scheduler::note_reserve() noexcept {
  const std::uint64_t enough = std::min({options_.reserve, driven_.size() + 1, max_given_});
  const bool no_hand_off = options_.hand_off == HandOff::Never || max_given_ == 0;
  const bool is_enough = reserve_.size() >= enough;
  reserve_ready_.store(no_hand_off || (is_enough && !reserve_.empty()), std::memory_order_relaxed);
  set_short(!no_hand_off && !is_enough);
}

/// Waits in reserve until set_role gives `member` a role. A thread beyond the configured reserve
/// ends after kMaxIdle.
void Scheduler::wait_for_role(Member& member, Lock& lock) {
  const auto called = [&] { return member.role != ThreadRole::Reserve; };
  if (member.called.wait_for(lock, kMaxIdle, called)) return;
  if (reserve_.size() <= options_.reserve) return;
  std::erase(reserve_, &member);
  note_reserve();
  set_role(member, ThreadRole::Ends);
}

// ---- threads that compute ----

/// Gives long time slices to threads that have used the CPU for kComputes within one piece of user
/// code. Threads that wait for something use the CPU for moments only and are left alone. Runs on
/// the StallMonitor's thread after each tick.
void Scheduler::look_for_computing() noexcept {
  if (++looks_ < kLooksBetween) return;
  looks_ = 0;
  const Lock lock(mutex_);
  if (busy_ == 0) return;
  for (const auto& each : members_) {
    const bool may_compute = each->role == ThreadRole::Away || each->role == ThreadRole::Works;
    if (!may_compute || each->has_long_turns || each->driver.thread == 0) continue;
    const base::Duration time = kernel_.thread_time(each->driver.thread);
    if (std::exchange(each->timed_since, each->since) != each->since) each->time = time;
    if (time - each->time >= kComputes) set_long_turns(*each, true);
  }
}

void Scheduler::set_long_turns(Member& member, bool are_long) noexcept {
  if (std::exchange(member.has_long_turns, are_long) == are_long) return;
  (void)kernel_.set_turn(member.driver.thread, are_long ? kLongTurn : base::Duration::zero());
}

// ---- for HangPolicy, and for people ----

bool Scheduler::write_off(int thread, base::Instant since) noexcept {
  const Lock lock(mutex_);
  const auto found = std::ranges::find_if(members_, [&](const auto& each) {
    const bool is_in_user_code = each->role == ThreadRole::Away || each->role == ThreadRole::Works;
    return each->driver.thread == thread && is_in_user_code && each->since <= since;
  });
  if (thread == 0 || found == members_.end()) return false;
  lose(**found);
  (void)kernel_.lower_to_idle(thread);
  fill_reserve();
  start_work();
  loop_ended_.notify_all();
  return true;
}

void Scheduler::lose(Member& member) noexcept {
  --busy_;
  ++lost_;
  set_role(member, ThreadRole::WrittenOff);
}

/// Ends a thread that was written off and has returned after all: the thread was replaced.
void Scheduler::come_back(Member& member) noexcept {
  --lost_;
  set_role(member, ThreadRole::Ends);
}

Scheduler::Status Scheduler::status() const {
  const Lock lock(mutex_);
  Status status{.workers = workers_,
                .busy = busy_,
                .queued = queue_.size(),
                .done = done_,
                .refused = refused_,
                .hand_offs = hand_offs_,
                .lost = lost_};
  if (!queue_.empty()) status.oldest = kernel_.monotonic_now() - queue_.first()->queued_at;
  for (const auto& each : members_) {
    if (each->role == ThreadRole::Ends) continue;
    status.threads.push_back({each->driver.thread, each->role, each->loop, each->since});
  }
  return status;
}

std::uint64_t Scheduler::lost_threads() const {
  const Lock lock(mutex_);
  return lost_;
}

}  // namespace mastic::loop
