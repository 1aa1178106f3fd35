// The code of coroutines.md: compiled and run here, and quoted there. The wrong way is a comment
// beside the right one.

#include <gtest/gtest.h>
#include <mastic/async/channel.h>
#include <mastic/async/context_testing.h>
#include <mastic/async/mutex.h>
#include <mastic/async/run_blocking.h>
#include <mastic/async/sleep.h>
#include <mastic/async/task_group.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace mastic::async;
using namespace std::chrono_literals;

namespace {

// Parameters are taken by value, unless the caller keeps them alive.

Task<std::size_t> length_of(std::string text) {  // not std::string_view, not const std::string&
  co_await sleep_for(1ms);
  co_return text.size();
}

Task<std::size_t> kept_until_later() {
  Task<std::size_t> task = length_of("a temporary" + std::string(" text"));
  co_await sleep_for(1ms);  // the temporary is gone by now
  co_return co_await task;
}

TEST(CoroutineTraps, ParametersByValue) { EXPECT_EQ(run_to_end(kept_until_later()), 16u); }

// Lambdas that are coroutines capture nothing, or are passed to spawn themselves.

Task<> say_after(std::string& text, std::string word) {
  co_await sleep_for(1ms);
  text += word;
}

Task<std::string> with_captures(std::string word) {
  std::string text;
  co_await task_group([&](TaskGroup& group) {
    group.spawn([&text, word]() -> Task<> {  // the group keeps the lambda
      co_await sleep_for(1ms);
      text += word;
    });
    group.spawn(say_after(text, word));  // or a function with parameters
    // group.spawn([&text, word]() -> Task<> { ... }());   the lambda is gone at the semicolon
  });
  co_return text;
}

TEST(CoroutineTraps, Captures) { EXPECT_EQ(run_to_end(with_captures("ab")), "abab"); }

// GCC 12: a lambda that captures by value gets a name.

Task<std::size_t> named_lambda(std::string text) {
  const auto count = [text] { return text.size(); };
  co_return co_await run_blocking(count);
}

TEST(CoroutineTraps, NamedLambda) { EXPECT_EQ(run_to_end(named_lambda("four")), 4u); }

// GCC 12: an await in a condition gives its value a name.

Task<> count_lines(Channel<std::string>& lines, int& count) {
  while (const auto line = co_await lines.receive()) ++count;  // not while (co_await ...)
}

Task<int> counted_lines() {
  Channel<std::string> lines(2);
  int count = 0;
  EXPECT_TRUE(lines.try_send("one"));
  EXPECT_TRUE(lines.try_send("two"));
  lines.close();
  co_await count_lines(lines, count);
  co_return count;
}

TEST(CoroutineTraps, AwaitsInConditions) { EXPECT_EQ(run_to_end(counted_lines()), 2); }

// A std::mutex must not be held across co_await; an async::Mutex may be.

class Counter {
 public:
  Task<int> add_slowly() {
    const auto guard = co_await changing_.lock();  // not std::lock_guard
    const int seen = value_;
    co_await sleep_for(1ms);
    value_ = seen + 1;
    co_return value_;
  }

 private:
  Mutex changing_;
  int value_ = 0;
};

Task<int> add_twice() {
  Counter counter;
  co_await task_group([&](TaskGroup& group) {
    group.spawn(counter.add_slowly());
    group.spawn(counter.add_slowly());
  });
  co_return co_await counter.add_slowly();
}

TEST(CoroutineTraps, Locks) { EXPECT_EQ(run_to_end(add_twice()), 3); }

// thread_local: read what you need into a variable before the first co_await.

thread_local std::string user_of_this_thread = "ada";

Task<std::string> greet() {
  const std::string user = user_of_this_thread;
  co_await sleep_for(1ms);  // may resume on any thread
  co_return "hello " + user;
}

TEST(CoroutineTraps, ThreadLocal) { EXPECT_EQ(run_to_end(greet()), "hello ada"); }

// Destructors cannot await, so the function itself awaits the clean-up.

class Connection {
 public:
  explicit Connection(std::vector<std::string>& said) : said_(said) {}
  Task<> close() {
    co_await sleep_for(1ms);
    said_.push_back("bye");
  }

 private:
  std::vector<std::string>& said_;
};

Task<> use(Connection&) {
  co_await sleep_for(1ms);
  throw std::runtime_error("lost");
}

Task<> talk(std::vector<std::string>& said) {
  Connection connection(said);
  std::exception_ptr failure;
  try {
    co_await use(connection);
  } catch (...) {  // no co_await in here: the language forbids it
    failure = std::current_exception();
  }
  co_await connection.close();
  if (failure) std::rethrow_exception(failure);
}

TEST(CoroutineTraps, AwaitedAtTheEnd) {
  std::vector<std::string> said;
  EXPECT_THROW(run_to_end(talk(said)), std::runtime_error);
  EXPECT_EQ(said, std::vector<std::string>{"bye"});
}

// A catch (...) has to rethrow Cancelled.

Task<int> with_retries(int& tries) {
  while (true) {
    try {
      ++tries;
      co_await sleep_for(1h);
      throw std::runtime_error("busy");
    } catch (const std::exception&) {  // does not catch Cancelled
    }
  }
}

TEST(CoroutineTraps, CancelledPasses) {
  int tries = 0;
  ManualExecutor executor;
  TestContext<int> context(executor, with_retries(tries));
  executor.run();
  context.stop();
  executor.run();
  EXPECT_TRUE(context.is_done());
  EXPECT_EQ(tries, 1);
}

// A task that is never awaited does not start. The compiler warns, because Task is [[nodiscard]].

Task<> mark(bool& begun) {
  begun = true;
  co_return;
}

Task<bool> forgets() {
  bool begun = false;
  [[maybe_unused]] const Task<> forgotten = mark(begun);
  co_return begun;
}

TEST(CoroutineTraps, ATaskThatIsNotAwaitedDoesNotStart) { EXPECT_FALSE(run_to_end(forgets())); }

// An operand to the left of an await may be read before the await.

Task<int> one() {
  co_await sleep_for(1ms);
  co_return 1;
}

Task<> add_one(int& sum) {
  const int more = co_await one();
  sum = sum + more;  // not sum = sum + co_await one()
}

Task<int> add_beside_each_other() {
  int sum = 0;
  co_await task_group([&](TaskGroup& group) {
    for (int i = 0; i < 3; ++i) group.spawn(add_one(sum));
  });
  co_return sum;
}

TEST(CoroutineTraps, ReadAfterTheAwait) { EXPECT_EQ(run_to_end(add_beside_each_other()), 3); }

// Between two awaits nothing else of the same request runs; after one, everything may have changed.

struct Cache {
  std::vector<std::string> lines{"one"};
};

Task<std::string> first_line(Cache& cache) {
  const std::string line = cache.lines.front();  // a copy, not a reference
  co_await sleep_for(1ms);
  co_return line;
}

Task<std::string> clears_meanwhile() {
  Cache cache;
  std::string line;
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.spawn([&]() -> Task<> {
      cache.lines.clear();
      co_return;
    });
    line = co_await first_line(cache);
  });
  co_return line;
}

TEST(CoroutineTraps, CopiesInsteadOfReferences) {
  EXPECT_EQ(run_to_end(clears_meanwhile()), "one");
}

}  // namespace
