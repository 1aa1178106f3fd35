// The code of threads.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/async/task.h>
#include <mastic/async/threaded_executor_testing.h>
#include <mastic/threads/blocking_scope.h>
#include <mastic/threads/event.h>
#include <mastic/threads/queue.h>
#include <mastic/threads/thread_pool.h>
#include <mastic/threads/uncaught_error.h>
#include <mastic/threads/wait.h>

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace threads = mastic::threads;
using namespace std::chrono_literals;

namespace {

struct Image {
  int size = 0;
};
Image shrink(Image image) { return {image.size / 2}; }

TEST(ThreadsGuide, APool) {
  const Image image{8};
  const std::vector<Image> images{{2}, {4}};

  threads::ThreadPool pool({.name = "images", .max_threads = 4});
  threads::Future<Image> small = pool.submit([&] { return shrink(image); });
  std::vector<Image> all = pool.map(images, shrink);  // several at once, results in order
  EXPECT_EQ(small.get().size, 4);                     // waits, or throws what shrink threw

  EXPECT_EQ(all.at(1).size, 2);
}

TEST(ThreadsGuide, AFullQueue) {
  std::binary_semaphore gate(0);
  threads::Event begun;
  threads::ThreadPool pool(
      {.name = "mail", .max_threads = 1, .max_queued = 1, .when_full = threads::WhenFull::Refuse});
  threads::Future<> runs = pool.submit([&] {
    begun.set();
    gate.acquire();
  });
  begun.wait();
  std::string answer;

  const auto send = [&] { return pool.submit({.name = "welcome", .deadline = 30s}, [] {}); };
  threads::Future<> first = send();
  try {
    send().get();
  } catch (const threads::TaskLost& lost) {
    answer = lost.what();
  }

  gate.release();
  EXPECT_EQ(answer, "task 'welcome' was refused: the queue of its pool is full");
}

TEST(ThreadsGuide, StoppingATask) {
  threads::ThreadPool pool;
  std::atomic<int> rows = 0;

  threads::Future<> import = pool.submit([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) ++rows;
  });
  while (rows == 0) std::this_thread::yield();
  EXPECT_EQ(import.cancel(), threads::Cancel::Asked);
  import.get();
}

TEST(ThreadsGuide, Following) {
  threads::ThreadPool pool;
  threads::Future<std::string> words =
      pool.submit([] { return 6 * 7; }).then([](threads::Future<int> done) -> std::string {
        if (done.error() != nullptr) return "unknown";
        return std::to_string(done.get());
      });
  EXPECT_EQ(words.get(), "42");
}

int count_leaves(threads::ThreadPool& pool, int depth) {
  if (depth == 0) return 1;
  auto left = pool.submit([&pool, depth] { return count_leaves(pool, depth - 1); });
  auto right = pool.submit([&pool, depth] { return count_leaves(pool, depth - 1); });
  return left.get() + right.get();
}

TEST(ThreadsGuide, TasksThatWaitForTasks) {
  threads::ThreadPool pool({.max_threads = 1});
  EXPECT_EQ(pool.submit([&] { return count_leaves(pool, 6); }).get(), 64);
}

mastic::async::Task<int> half_of(threads::ThreadPool& pool, int size) {
  threads::Future<Image> small = pool.submit([size] { return shrink({size}); });
  const Image image = co_await small;
  co_return image.size;
}

TEST(ThreadsGuide, InATask) {
  threads::ThreadPool pool;
  mastic::async::ThreadedExecutor executor(1);
  mastic::async::ThreadedContext<int> context(executor, half_of(pool, 8));
  EXPECT_EQ(context.take(), 4);
  executor.join();
}

TEST(ThreadsGuide, Uncaught) {
  std::string line;
  {
    const threads::UncaughtHook hook(
        [&](const threads::UncaughtError& error) { line = error.message(); });
    threads::ThreadPool pool({.name = "mail"});
    (void)pool.submit({.name = "welcome"}, [] { throw std::runtime_error("no such address"); });
  }
  EXPECT_EQ(line, "task 'welcome' failed, and its result was never collected: no such address");
}

TEST(ThreadsGuide, AQueue) {
  int sum = 0;
  threads::Queue<int> jobs(100);
  std::jthread worker([&] {
    while (const auto job = jobs.get()) sum += *job;  // until it is shut down and empty
  });
  for (int i = 0; i < 1000; ++i) {
    if (jobs.put(i) != threads::Put::Done) break;  // waits while 100 are there
  }
  jobs.shutdown();
  worker.join();
  EXPECT_EQ(sum, 499'500);
}

}  // namespace
