#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <vector>

#include "mastic/threads/thread_pool.h"

#include "bench/threads/cases.h"

namespace bench {
namespace {

constexpr std::size_t kThreads = 2;

/// What a tiny task does: the sum shows that all were run.
std::atomic<long> sum;

/// As a user submits them: each has a future, which is dropped.
Measured mastic_tasks(long count) {
  sum = 0;
  mastic::threads::ThreadPool pool({.min_threads = kThreads, .max_threads = kThreads});
  for (long i = 0; i < count; ++i) (void)pool.submit([] { sum.fetch_add(1); });
  pool.stop(mastic::threads::Stop::Drain);
  expect(sum == count, "a task was lost");
  return {};
}

/// All handed over at once, and the results kept.
Measured mastic_all(long count) {
  sum = 0;
  mastic::threads::ThreadPool pool({.min_threads = kThreads, .max_threads = kThreads});
  const std::vector<long> numbers(static_cast<std::size_t>(count), 1);
  const auto futures = pool.submit_all(numbers, [](long n) { sum.fetch_add(n); });
  pool.stop(mastic::threads::Stop::Drain);
  expect(sum == count, "a task was lost");
  return {};
}

/// Without a future and without a way to learn of an exception.
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
