// The code of async.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/async/channel.h>
#include <mastic/async/condition.h>
#include <mastic/async/context_testing.h>
#include <mastic/async/event.h>
#include <mastic/async/mutex.h>
#include <mastic/async/run_blocking.h>
#include <mastic/async/select.h>
#include <mastic/async/semaphore.h>
#include <mastic/async/sleep.h>
#include <mastic/async/task_group.h>
#include <mastic/async/when.h>
#include <mastic/async/with_timeout.h>

#include <map>
#include <numeric>
#include <string>
#include <vector>

using namespace mastic::async;
using namespace std::chrono_literals;

namespace {

Task<int> price_of(std::string item) {
  co_await sleep_for(10ms);
  co_return static_cast<int>(item.size());
}

Task<int> total(std::vector<std::string> items) {
  int sum = 0;
  for (const std::string& item : items) sum += co_await price_of(item);
  co_return sum;
}

TEST(AsyncGuide, TasksAwaitTasks) { EXPECT_EQ(run_to_end(total({"tea", "milk"})), 7); }

struct Order {
  std::map<std::string, int> prices;
  int sum = 0;
};

Task<> add_price(Order& order, std::string item) { order.prices[item] = co_await price_of(item); }

Task<Order> order_of(std::vector<std::string> items) {
  Order order;
  co_await task_group([&](TaskGroup& group) {
    for (const std::string& item : items) group.spawn(add_price(order, item));
  });
  for (const auto& [item, price] : order.prices) order.sum += price;
  co_return order;
}

TEST(AsyncGuide, GroupsRunTasksConcurrently) {
  mastic::async::ManualExecutor executor;
  TestContext<Order> context(executor, order_of({"tea", "milk", "bread"}));
  executor.advance(10ms);
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take().sum, 12);
}

Task<std::string> both() {
  const auto [tea, milk] = co_await when_all(price_of("tea"), price_of("milk"));
  co_return std::to_string(tea) + " and " + std::to_string(milk);
}

Task<std::string> either() {
  const auto first = co_await when_any(price_of("tea"), sleep_for(5ms));
  co_return first.index() == 0 ? "a price" : "too slow";
}

TEST(AsyncGuide, AllAndAny) {
  EXPECT_EQ(run_to_end(both()), "3 and 4");
  EXPECT_EQ(run_to_end(either()), "too slow");
}

Task<int> price_or_guess(std::string item) {
  try {
    co_return co_await with_timeout(price_of(item), 5ms);
  } catch (const TimedOut&) {
    co_return 1;
  }
}

TEST(AsyncGuide, Timeouts) { EXPECT_EQ(run_to_end(price_or_guess("tea")), 1); }

Task<> read_lines(Channel<std::string>& lines) {
  for (int i = 0; i < 3; ++i) {
    if (!co_await lines.send("line " + std::to_string(i))) co_return;
  }
  lines.close();
}

Task<std::string> join_lines() {
  Channel<std::string> lines(16);
  std::string text;
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.spawn(read_lines(lines));
    while (const auto line = co_await lines.receive()) text += *line + "\n";
  });
  co_return text;
}

TEST(AsyncGuide, Channels) { EXPECT_EQ(run_to_end(join_lines()), "line 0\nline 1\nline 2\n"); }

Task<std::string> next_of(Channel<std::string>& orders, Channel<std::string>& returns,
                          Event& closed) {
  const auto first =
      co_await with_timeout(select(orders.receive(), returns.receive(), closed.wait()), 30s);
  if (first.index() == 0) co_return "order " + std::get<0>(first).value_or("none");
  if (first.index() == 1) co_return "return " + std::get<1>(first).value_or("none");
  co_return "closed";
}

TEST(AsyncGuide, Selects) {
  Channel<std::string> orders(16);
  Channel<std::string> returns(16);
  Event closed;
  ASSERT_TRUE(returns.try_send("milk"));
  EXPECT_EQ(run_to_end(next_of(orders, returns, closed)), "return milk");
  closed.set();
  EXPECT_EQ(run_to_end(next_of(orders, returns, closed)), "closed");
}

class Crawler {
 public:
  Task<> visit(int page) {
    const auto permit = co_await connections_.acquire();
    co_await sleep_for(10ms);
    visited_ += page;
  }
  [[nodiscard]] int visited() const { return visited_; }

 private:
  Semaphore connections_{4};
  int visited_ = 0;
};

Task<int> crawl() {
  Crawler crawler;
  co_await task_group([&](TaskGroup& group) {
    for (int page = 0; page < 10; ++page) group.spawn(crawler.visit(page));
  });
  co_return crawler.visited();
}

TEST(AsyncGuide, Semaphores) { EXPECT_EQ(run_to_end(crawl()), 45); }

long count_slowly(long to) {
  std::vector<long> numbers(static_cast<std::size_t>(to), 1);
  return std::accumulate(numbers.begin(), numbers.end(), 0L);
}

Task<long> count_elsewhere(long to) {
  co_return co_await run_blocking([&] { return count_slowly(to); });
}

Task<long> count_until_told(long to) {
  co_return co_await run_blocking([&](std::stop_token stop) {
    long count = 0;
    while (count < to && !stop.stop_requested()) ++count;
    return count;
  });
}

TEST(AsyncGuide, BlockingCode) {
  EXPECT_EQ(run_to_end(count_elsewhere(1000)), 1000);
  EXPECT_EQ(run_to_end(count_until_told(1000)), 1000);
}

struct Notes {
  bool saved = false;
};

Task<> edit(Notes& notes) {
  bool cancelled = false;
  try {
    co_await sleep_for(1h);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  notes.saved = true;  // awaits nothing: it would throw Cancelled again
  if (cancelled) throw Cancelled();
}

TEST(AsyncGuide, Cancellation) {
  Notes notes;
  ManualExecutor executor;
  TestContext<void> context(executor, edit(notes));
  executor.run();
  context.stop();
  executor.run();
  EXPECT_TRUE(context.is_done());
  EXPECT_TRUE(notes.saved);
}

Task<std::string> explained() {
  std::string text;
  try {
    co_await when_all(price_of("tea"), []() -> Task<> {
      co_await sleep_for(1ms);
      throw std::runtime_error("the shop is closed");
    }());
  } catch (const std::runtime_error& error) {
    text = std::string(error.what()) + "\n" + current_task_trace().text();
  }
  co_return text;
}

TEST(AsyncGuide, Traces) {
  const std::string text = run_to_end(explained());
  EXPECT_TRUE(text.starts_with("the shop is closed\nat async_test.cc:")) << text;
}

}  // namespace
