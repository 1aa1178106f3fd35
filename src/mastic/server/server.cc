#include "mastic/server/server.h"

#include <algorithm>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/loop/post.h"
#include "mastic/threads/signals.h"

namespace mastic::server {
namespace {

constexpr std::uint64_t kOtherDescriptors = 600;  // cached files, logs, loops

}  // namespace

Server::Server(app::App app, const Options& options, base::Log& log, base::Kernel& kernel)
    : app_log_(app.lifecycle().connect(log)),
      app_(std::move(app)),
      options_(options),
      log_(log),
      kernel_(kernel) {}

/// A thread that has never returned from a handler still uses the server, so the server must not be
/// destroyed then.
Server::~Server() {
  group_.end();
  wait();
  MASTIC_ASSERT(lost_threads_ == 0,
                {"threads in handlers that never returned", static_cast<long long>(lost_threads_)});
  group_.destroy();
}

base::Result<void> Server::listen(const base::Address& address, const net::SocketAccess& access) {
  auto listener = net::Listener::open(kernel_, address, access);
  if (!listener) return std::unexpected(listener.error());
  listeners_.push_back(*std::move(listener));
  return {};
}

// ---- the beginning ----

base::Result<void> Server::start(std::function<void()> settled) {
  return begin(nullptr, std::move(settled));
}

base::Result<void> Server::start_on(loop::Runtime& runtime, std::function<void()> settled) {
  return begin(&runtime, std::move(settled));
}

/// The application's on_start functions come first: they may fail, and then no client should have found
/// the server. Exceptions for lack of memory or threads become failures, because the caller knows
/// how to log them and what to do.
base::Result<void> Server::begin(loop::Runtime* runtime, std::function<void()> settled) try {
  if (const auto fits = options_.check(); !fits) return fits;
  if (const auto usable = check_uploads(); !usable) return usable;
  if (const auto begun = app_.lifecycle().start(); !begun) return begun;
  hooks_ran_ = true;
  prepare_process();
  when_settled_ = std::move(settled);
  if (runtime != nullptr) {
    group_.stand_on(*runtime);
  } else if (const auto opened = group_.open_runtime(options_.loop, log_, kernel_); !opened) {
    return opened;
  }
  make_shards();
  return group_.begin([this] { return begin_shards(); });
} catch (const std::bad_alloc&) {
  return base::fail("out of memory");  // short enough to need no allocation
} catch (const std::system_error& error) {
  return base::fail(error.what());
}

/// A folder that the operator has named must be usable. The default is not, on some small systems,
/// and most sites there take no files, so the server only says so.
base::Result<void> Server::check_uploads() {
  const std::string& directory = options_.uploads.upload_directory;
  const auto usable = app::check_upload_directory(directory, kernel_);
  if (usable) return {};
  if (directory != app::kDefaultUploadDirectory) {
    return base::fail("--upload-directory: ", usable.error().message);
  }
  log_.write(base::Level::Warning, "forms with large files will fail: " + usable.error().message +
                                       "; or name another directory (--upload-directory)");
  return {};
}

void Server::prepare_process() {
  threads::let_writes_fail();
  const std::uint64_t descriptors = kernel_.raise_descriptor_limit();
  if (descriptors < options_.max_connections + kOtherDescriptors) {
    log_.write(base::Level::Warning,
               "this process may have " + std::to_string(descriptors) +
                   " descriptors, too few for max_connections; raise the limit (ulimit -n), or "
                   "lower --max-connections");
  }
  if (options_.max_inflight_bytes == 0) {
    options_.max_inflight_bytes = default_inflight_bytes(kernel_);
  }
}

void Server::make_shards() {
  hang_policy_ = std::make_unique<HangPolicy>(group_.runtime()->scheduler(), log_,
                                              options_.recycle_if_lost_over, recycle_);
  for (loop::Loop* const loop : group_.loops()) {
    Shard& shard = group_.add(std::make_unique<Shard>(*loop, app_, options_, log_, counters_));
    shard.observe_rejections(observer_);
    shard.watch_by(hang_policy_.get(), this);
    shards_.push_back(&shard);
  }
  // Every shard exists before the first shard accepts, because that shard may hand connections over
  // to any other.
  for (Shard* const shard : shards_) shard->set_peers({shards_.begin(), shards_.end()});
}

/// Background tasks begin last, because they may send requests to the server.
base::Result<void> Server::begin_shards() {
  for (Shard* const shard : shards_) {
    const auto accepting = group_.call(*shard, [&] { return shard->accept_from(listeners_); });
    if (!accepting) return accepting;
  }
  std::size_t next = 0;
  for (const auto& task : app_.lifecycle().tasks()) {
    Shard& shard = *shards_[next++ % shards_.size()];
    group_.call(shard, [&] { shard.run_in_background(task); });
  }
  return {};
}

// ---- the end ----

/// Closes the listeners, so that new clients are refused at once.
void Server::all_closed() noexcept {
  for (net::Listener& listener : listeners_) listener.close();
}

/// Background tasks end last, because requests may need them until all requests have ended. When
/// the last task has ended, its shard settles once more, and may_end is called again.
bool Server::may_end() noexcept {
  if (counters_.background_tasks() == 0) return true;
  if (std::exchange(background_was_stopped_, true)) return false;
  for (Shard* const shard : shards_) shard->order_stop_background();
  return false;
}

void Server::ended() noexcept {
  if (when_settled_) when_settled_();
}

void Server::wait() {
  lost_threads_ = group_.wait();
  if (hang_policy_) hang_policy_->finish();  // no exchange is left that could report to it
  // A lost thread that has returned has left its exchange behind.
  for (Shard* const shard : shards_) {
    lost_threads_ = std::max<std::uint64_t>(lost_threads_, shard->exchanges());
  }
  listeners_.clear();
  // A handler that never returned may still use what the on_stop functions would destroy.
  if (!std::exchange(hooks_ran_, false) || lost_threads_ > 0) return;
  app_.lifecycle().stop([this](const std::string& fault) {
    log_.write({.level = base::Level::Error, .logger = "app", .message = fault});
  });
}

// ---- base::ServerStatus ----

base::PoolReport Server::pool() const {
  const loop::Scheduler::Status status = group_.runtime()->scheduler().status();
  const auto in_reserve = [](const auto& each) { return each.role == base::ThreadRole::Reserve; };
  return {.workers = status.workers,
          .busy = status.busy,
          .queued = status.queued,
          .oldest_queued = status.oldest,
          .done = status.done,
          .refused = status.refused,
          .hand_offs = status.hand_offs,
          .lost = status.lost,
          .reserve = static_cast<std::uint64_t>(std::ranges::count_if(status.threads, in_reserve))};
}

std::vector<base::ThreadReport> Server::threads() const {
  const base::Instant now = kernel_.monotonic_now();
  std::vector<base::ThreadReport> threads;
  for (const auto& each : group_.runtime()->scheduler().status().threads) {
    const auto shard =
        std::ranges::find_if(shards_, [&](const auto* one) { return &one->loop() == each.loop; });
    const bool none = shard == shards_.end();
    threads.push_back({.thread = each.thread,
                       .role = each.role,
                       .loop = none ? -1 : static_cast<int>(shard - shards_.begin()),
                       .age = now - each.since});
  }
  return threads;
}

void Server::ask_loops(std::function<void(base::LoopReport)> take) {
  constexpr std::size_t kMaxRequests = 1000;
  for (std::size_t number = 0; number < shards_.size(); ++number) {
    tell(*shards_[number], [take, number](Shard& shard) {
      base::LoopReport report = shard.report(kMaxRequests);
      report.loop = number;
      take(std::move(report));
    });
  }
}

void Server::cancel(std::uint64_t request) {
  for (Shard* const shard : shards_) tell(*shard, [request](Shard& one) { one.cancel(request); });
}

/// Runs `work` on the loop of `shard`.
void Server::tell(Shard& shard, std::function<void(Shard&)> work) {
  loop::post(shard.loop(), [&shard, work = std::move(work)] {
    try {
      work(shard);
    } catch (const std::bad_alloc&) {  // no reply, as from a loop that hangs
    }
  });
}

std::vector<base::Address> Server::addresses() const {
  std::vector<base::Address> addresses;
  for (const net::Listener& listener : listeners_) addresses.push_back(listener.address());
  return addresses;
}

}  // namespace mastic::server
