// Tasks that pass values to each other, and groups of tasks, on one thread: ours on a loop, those
// of Boost.Asio on an io_context.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>
#include <vector>

#include "mastic/async/channel.h"
#include "mastic/async/task_group.h"
#include "mastic/loop/loop.h"

#include "bench/threads/cases.h"

namespace bench {
namespace {

namespace asio = boost::asio;
using mastic::async::Channel;
using mastic::async::Context;
using mastic::async::Task;
using mastic::async::task_group;
using mastic::async::TaskGroup;
using mastic::loop::Loop;

constexpr long kTasks = 100;  // tasks of a group

// ---- ours ----

/// Runs one task in a context of its own, as a server does for each request.
class RootContext final : public Context {
 public:
  RootContext(Loop& loop, Task<> task) : Context(loop), task_(std::move(task)) { schedule(); }
  void run() noexcept override {
    if (!std::exchange(begun_, true)) task_.start(*this);
    resume_ready();
  }
  void finish() noexcept override { finish_run(); }
  [[nodiscard]] bool is_done() const { return task_.is_done(); }

 private:
  Task<> task_;
  bool begun_ = false;
};

/// Runs each task in its own context, all on one loop, until all are done.
template <class... Tasks>
void run_all(Loop& loop, Tasks... tasks) {
  std::vector<std::unique_ptr<RootContext>> contexts;
  (contexts.push_back(std::make_unique<RootContext>(loop, std::move(tasks))), ...);
  for (const auto& context : contexts) {
    while (!context->is_done()) loop.turn(std::chrono::seconds(1));
  }
}

std::unique_ptr<Loop> open_loop() {
  auto loop = Loop::open(mastic::base::system_kernel(), mastic::loop::TransferKind::Syscall);
  expect(loop.has_value(), "there is no loop");
  return std::move(*loop);
}

Task<> send_all(Channel<long>& channel, long count) {
  for (long i = 0; i < count; ++i) (void)co_await channel.send(i);
  channel.close();
}
Task<> receive_all(Channel<long>& channel, long& sum) {
  while (const auto number = co_await channel.receive()) sum += *number;
}
void expect_sum(long sum, long count) {
  expect(sum == count * (count - 1) / 2, "a value was lost");
}

Task<> through_channel(Channel<long>& channel, long count, long& sum) {
  co_await task_group([&](TaskGroup& group) {
    group.spawn(receive_all(channel, sum));
    group.spawn(send_all(channel, count));
  });
}

/// Sends `count` values through a channel between two tasks of one group.
template <std::size_t kCapacity>
Measured channel(long count) {
  const auto loop = open_loop();
  Channel<long> channel(kCapacity);
  long sum = 0;
  run_all(*loop, through_channel(channel, count, sum));
  expect_sum(sum, count);
  return {};
}

/// Sends `count` values through a channel between tasks of two contexts, like those of two
/// connections.
template <std::size_t kCapacity>
Measured channel_apart(long count) {
  const auto loop = open_loop();
  Channel<long> channel(kCapacity);
  long sum = 0;
  run_all(*loop, receive_all(channel, sum), send_all(channel, count));
  expect_sum(sum, count);
  return {};
}

Task<> add_one(long& sum) {
  ++sum;
  co_return;
}
Task<> groups(long count, long& sum) {
  for (long left = count; left > 0; left -= kTasks) {
    co_await task_group([&](TaskGroup& group) {
      for (long i = 0; i < std::min(left, kTasks); ++i) group.spawn(add_one(sum));
    });
  }
}
Measured group(long count) {
  const auto loop = open_loop();
  long sum = 0;
  run_all(*loop, groups(count, sum));
  expect(sum == count, "a task was lost");
  return {};
}

// ---- Boost.Asio ----

using AsioChannel = asio::experimental::channel<void(boost::system::error_code, long)>;

asio::awaitable<void> asio_send_all(AsioChannel& channel, long count) {
  for (long i = 0; i < count; ++i) {
    co_await channel.async_send(boost::system::error_code(), i, asio::use_awaitable);
  }
  channel.close();
}
asio::awaitable<void> asio_receive_all(AsioChannel& channel, long& sum) {
  boost::system::error_code error;
  while (true) {
    const long number =
        co_await channel.async_receive(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    sum += number;
  }
}

template <std::size_t kCapacity>
Measured asio_channel(long count) {
  asio::io_context context(1);  // tells Asio that one thread runs it, so it needs no locks
  AsioChannel channel(context, kCapacity);
  long sum = 0;
  asio::co_spawn(context, asio_receive_all(channel, sum), asio::detached);
  asio::co_spawn(context, asio_send_all(channel, count), asio::detached);
  context.run();
  expect_sum(sum, count);
  return {};
}

asio::awaitable<void> asio_add_one(long& sum) {
  ++sum;
  co_return;
}
asio::awaitable<void> asio_groups(long count, long& sum) {
  const auto executor = co_await asio::this_coro::executor;
  using Operation = decltype(asio::co_spawn(executor, asio_add_one(sum), asio::deferred));
  for (long left = count; left > 0; left -= kTasks) {
    std::vector<Operation> tasks;
    for (long i = 0; i < std::min(left, kTasks); ++i) {
      tasks.push_back(asio::co_spawn(executor, asio_add_one(sum), asio::deferred));
    }
    auto all = asio::experimental::make_parallel_group(std::move(tasks));
    co_await all.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  }
}
Measured asio_group(long count) {
  asio::io_context context(1);
  long sum = 0;
  asio::co_spawn(context, asio_groups(count, sum), asio::detached);
  context.run();
  expect(sum == count, "a task was lost");
  return {};
}

}  // namespace

Cases async_cases() {
  return {{"channel-0", channel<0>},
          {"channel-16", channel<16>},
          {"channel-apart-0", channel_apart<0>},
          {"channel-apart-16", channel_apart<16>},
          {"channel-0-asio", asio_channel<0>},
          {"channel-16-asio", asio_channel<16>},
          {"group", group},
          {"group-asio", asio_group}};
}

}  // namespace bench
