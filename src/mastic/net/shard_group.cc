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
//                           └─settles──> all have settled, and no connection is between two shards
//                                          ──> may_end ──> ended ──> is_over_: `wait` returns
//
// A shard that has settled has work again when a connection arrives that another shard had handed
// over to it. So whenever a shard settles, all shards are checked again, under the mutex. The count
// of open connections decides, because a connection is counted from the moment it is accepted.

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

/// The server's own loops are driven first. So a later failure is handled in the same way as on a
/// shared runtime: by ordering the shards to abort.
base::Result<void> ShardGroup::begin(const std::function<base::Result<void>()>& begin_shards) {
  MASTIC_ASSERT(shards_.size() == loops_.size());
  open_ = shards_.size();
  base::Result<void> begun;
  if (own_runtime_) begun = own_runtime_->start();
  if (!begun) return begun;
  try {
    begun = begin_shards();
  } catch (const std::bad_alloc&) {
    begun = base::fail("out of memory");  // short enough to need no allocation
  }
  const std::lock_guard lock(mutex_);
  has_begun_ = begun || runtime_ != nullptr;
  if (!begun) asked_ = Ending::AtOnce;
  if (!has_begun_) {  // a single loop has run no turn meanwhile, so its shard has no work to end
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

/// Orders the shards to do what was asked of the server, unless the shards have been ordered to do
/// so already. Requires: the mutex is held.
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

/// `ended` is called without the mutex, because `ended` may call the group; `has_settled_` keeps
/// another shard from calling `ended` again. `is_over_` is set last, because a thread in `wait` may
/// destroy the server as soon as `is_over_` is set.
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

/// Checks twice. After the first check and before the count is read, a connection may arrive at a
/// shard that the check has already seen as settled, and close while part of its work is left. Then
/// the count is 0 although that shard has work. Because the count is read with acquire, the second
/// check sees this work.
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
  abort();  // no drain: a destructor that drives the loops itself must not wait for clients
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
