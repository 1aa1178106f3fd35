#include "mastic/threads/thread.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>

#include "mastic/threads/blocking_scope.h"

namespace mastic::threads {

void name_this_thread(const std::string& name) noexcept {
  constexpr std::size_t kMaxBytes = 15;  // Linux keeps no more
  char kept[kMaxBytes + 1] = {};
  name.copy(kept, kMaxBytes);
  pthread_setname_np(pthread_self(), kept);
}

std::system_error no_thread(const std::error_code& why) {
  return {why, "cannot start a thread; raise the limit (ulimit -u, or pids.max of the cgroup)"};
}

bool sleep_for(base::Duration time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any called;
  const base::Instant end = base::from_now(time);
  const BlockingScope blocking;
  std::unique_lock lock(mutex);
  called.wait_until(lock, stop, end, [] { return false; });
  return !stop.stop_requested();
}

void wait_for_stop(const std::stop_token& stop) {
  while (sleep_for(base::Duration::max(), stop)) continue;
}

}  // namespace mastic::threads
