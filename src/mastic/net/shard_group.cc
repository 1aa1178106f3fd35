#include "mastic/net/shard_group.h"

#include <algorithm>
#include <new>

#include "mastic/base/assert.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::net {

// How a server ends:
//
//     drain ──order──> each shard closes ──the last──> all_closed: clients are refused from now on
//                           │
//                           └─settles──> all have, and no connection is on its way to another shard
//                                          ──> may_end ──> ended ──> is_over_: `wait` returns
//
// A shard that has settled takes up work again when a connection comes that another one had handed over to
// it. So each shard that settles has all of them looked at once more, under the mutex, and the count of what
// is open decides: it has a connection from the moment it was accepted.

ShardGroup::~ShardGroup() { MASTIC_ASSERT(shards_.empty()); }

// ---- the beginning ----

base::Result<void> ShardGroup::open_runtime(const loop::Options& options, base::Log& log,
                                            base::Kernel& kernel) {
  auto opened = loop::Runtime::open(options, log, kernel);
  if (!opened) return std::unexpected(opened.error());
  own_runtime_ = *std::move(opened);
  stand_on(*own_runtime_);
  return {};
}

void ShardGroup::stand_on(loop::Runtime& runtime) {
  MASTIC_ASSERT(loops_.empty());
  for (const auto& loop : runtime.loops()) loops_.push_back(loop.get());
  runtime_ = &runtime;
}

void ShardGroup::stand_on(loop::Loop& loop) {
  MASTIC_ASSERT(loops_.empty());
  loops_.push_back(&loop);
}

void ShardGroup::add_shard(std::unique_ptr<ServerShard> shard) {
  shard->set_owner(*this);
  shards_.push_back(std::move(shard));
}

/// Own loops are driven first, so that whatever fails after that ends in one way, as on loops that others
/// drive.
base::Result<void> ShardGroup::begin(const std::function<base::Result<void>()>& begin_shards) {
  MASTIC_ASSERT(shards_.size() == loops_.size());
  open_ = shards_.size();
  base::Result<void> begun;
  if (own_runtime_) begun = own_runtime_->start();
  if (!begun) return begun;
  try {
    begun = begin_shards();
  } catch (const std::bad_alloc&) {
    begun = base::fail("out of memory");  // short enough to need none
  }
  const std::lock_guard lock(mutex_);
  has_begun_ = begun || runtime_ != nullptr;
  if (!begun) asked_ = Ending::AtOnce;
  if (!has_begun_) {  // a loop alone has not turned meanwhile: its shard has nothing to end
    for (const auto& shard : shards_) shard->give_up();
  }
  order_end();
  return begun;
}

// ---- the end ----

void ShardGroup::ask_to_end(Ending how) {
  const std::lock_guard lock(mutex_);
  asked_ = std::max(asked_, how);
  order_end();
}

/// Under the mutex: tells the shards, once they are there, what they were not told yet.
void ShardGroup::order_end() {
  if (!has_begun_ || has_settled_ || told_ == asked_) return;
  const Ending told = std::exchange(told_, asked_);
  for (const auto& shard : shards_) {
    if (told == Ending::No) shard->order_drain();
    if (asked_ == Ending::AtOnce) shard->order_abort();
  }
}

void ShardGroup::shard_closed() noexcept {
  const std::lock_guard lock(mutex_);
  if (--open_ == 0) owner_.all_closed();
}

/// `ended` is called without the mutex, for it may ask the group something; `has_settled_` keeps another
/// shard from calling it again. Only then is it over: the thread that waits may destroy the server at once.
void ShardGroup::shard_settled() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (has_settled_) return;
    if (!have_all_settled() || !owner_.may_end()) return;
    has_settled_ = true;
  }
  if (own_runtime_) own_runtime_->stop();
  owner_.ended();
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  changed_.notify_all();
}

/// Looks twice: between the first look and the count, a connection on its way may have reached a shard that was
/// seen settled, and have closed while something of it is left. The count makes the second look see that.
bool ShardGroup::have_all_settled() const {
  const auto each_has = [this] {
    return std::ranges::all_of(shards_, [](const auto& shard) { return shard->is_settled(); });
  };
  return each_has() && shards_.front()->counters().open() == 0 && each_has();
}

bool ShardGroup::is_over() const {
  const std::lock_guard lock(mutex_);
  return is_over_;
}

std::uint64_t ShardGroup::wait() {
  {
    const threads::BlockingScope blocking;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_over_ || !has_begun_; });
    if (!has_begun_) return 0;
  }
  if (own_runtime_) return own_runtime_->join();
  return runtime_ != nullptr ? runtime_->scheduler().lost_threads() : 0;
}

void ShardGroup::end() {
  drain();
  if (runtime_ == nullptr || is_driven() || !has_begun_) return;
  abort();  // a destructor that turns the loops itself waits for no client
  runtime_->turn_until([this] { return is_over(); });
}

void ShardGroup::destroy() {
  {
    const std::lock_guard lock(mutex_);
    MASTIC_ASSERT(is_over_ || !has_begun_);
    if (has_begun_ && is_driven()) going_ = shards_.size();
  }
  if (going_ > 0) {
    for (auto& shard : shards_) ServerShard::go(std::move(shard));
    const threads::BlockingScope blocking;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return going_ == 0; });
  }
  shards_.clear();
}

void ShardGroup::shard_gone() noexcept {
  const std::lock_guard lock(mutex_);
  --going_;
  changed_.notify_all();
}

}  // namespace mastic::net
