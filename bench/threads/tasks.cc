#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <vector>

#include "mastic/threads/thread_pool.h"

#include "bench/threads/cases.h"

namespace bench {
namespace {

constexpr std::size_t kThreads = 2;

/// Every task adds one, so the sum shows that all have run.
std::atomic<long> sum;

/// Submits tasks one by one, as users do: each has a future, which is dropped.
Measured mastic_tasks(long count) {
  sum = 0;
  mastic::threads::ThreadPool pool({.min_threads = kThreads, .max_threads = kThreads});
  for (long i = 0; i < count; ++i) (void)pool.submit([] { sum.fetch_add(1); });
  pool.stop(mastic::threads::Stop::Drain);
  expect(sum == count, "a task was lost");
  return {};
}

/// Submits all tasks at once and keeps their futures.
Measured mastic_all(long count) {
  sum = 0;
  mastic::threads::ThreadPool pool({.min_threads = kThreads, .max_threads = kThreads});
  const std::vector<long> numbers(static_cast<std::size_t>(count), 1);
  const auto futures = pool.submit_all(numbers, [](long n) { sum.fetch_add(n); });
  pool.stop(mastic::threads::Stop::Drain);
  expect(sum == count, "a task was lost");
  return {};
}

/// Posts tasks to Boost.Asio's pool. They have no future, and nothing reports their exceptions.
Measured asio_tasks(long count) {
  sum = 0;
  boost::asio::thread_pool pool(kThreads);
  for (long i = 0; i < count; ++i) boost::asio::post(pool, [] { sum.fetch_add(1); });
  pool.join();
  expect(sum == count, "a task was lost");
  return {};
}

}  // namespace

Cases task_cases() {
  return {{"tasks", mastic_tasks}, {"tasks-all", mastic_all}, {"tasks-asio", asio_tasks}};
}

}  // namespace bench
