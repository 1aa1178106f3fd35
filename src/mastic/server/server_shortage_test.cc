// A server starts and ends correctly while the system has no memory, or no threads, for it.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "mastic/async/sleep.h"
#include "mastic/base/failing_allocations.h"
#include "mastic/base/failures.h"
#include "mastic/loop/runtime.h"
#include "mastic/routing/router.h"
#include "mastic/server/client_testing.h"
#include "mastic/server/server.h"
#include "mastic/threads/no_thread_testing.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using app::App;
using base::Address;
using base::system_kernel;
using routing::Router;

struct ServerShortageTest : testing::Test {
  ServerShortageTest() {
    options.drain_idle = options.linger_idle = 20ms;
    options.loop.loops = 2;
  }
  /// A server that answers with `name` and has a background task.
  std::unique_ptr<Server> make(const std::string& name) {
    Router site;
    site.get("/", [name] { return name; });
    const auto forever = []() -> async::Task<> { co_await async::sleep_for(1h); };
    site.in_background("one", forever).in_background("two", forever);
    auto server = std::make_unique<Server>(App(std::move(site)), options, log, system_kernel());
    EXPECT_TRUE(server->listen(*Address::parse("127.0.0.1:0")));
    return server;
  }

  base::RecordingLog log;
  Options options;
  std::unique_ptr<loop::Runtime> runtime =
      loop::Runtime::open({.loops = 2}, log, system_kernel()).value();
};

TEST_F(ServerShortageTest, FailsToStartWithoutMemoryAndDoesNotAffectOthers) {
  if (!base::counts_allocations()) GTEST_SKIP();
  ASSERT_TRUE(runtime->start());
  const auto stays = make("stays");
  ASSERT_TRUE(stays->start_on(*runtime));
  Client of_stays(stays->addresses()[0]);
  const auto count = base::for_each_failure([&](base::Failures& failures) {
    const auto server = make("fails");
    const auto started = failures.during([&] { return server->start_on(*runtime); });
    ASSERT_TRUE(started || !started.error().message.empty());
    ASSERT_EQ(of_stays.get(), "stays");
  });
  EXPECT_GT(count.allocations, 19u);
}

TEST_F(ServerShortageTest, EndsWithoutMemory) {
  if (!base::counts_allocations()) GTEST_SKIP();
  ASSERT_TRUE(runtime->start());
  for (const bool has_own : {true, false}) {
    base::for_each_failure([&](base::Failures& failures) {
      auto server = make("ends");
      ASSERT_TRUE(has_own ? server->start() : server->start_on(*runtime));
      Client client(server->addresses()[0]);
      ASSERT_EQ(client.get(), "ends");
      failures.during([&] { server.reset(); });
    });
  }
}

TEST_F(ServerShortageTest, FailsToStartWithoutThreads) {
  const auto server = make("never");
  const Client early(server->addresses()[0]);  // waits in the backlog
  std::optional<threads::NoThread> shortage(std::in_place);
  const auto started = server->start();
  shortage.reset();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("thread"), std::string::npos) << started.error().message;
}

}  // namespace
}  // namespace mastic::server
