// Several HTTP servers in one process, on one Runtime.

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "mastic/async/sleep.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/loop/runtime.h"
#include "mastic/routing/router.h"
#include "mastic/server/client_testing.h"
#include "mastic/server/server.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using app::App;
using app::Request;
using async::Task;
using base::Address;
using base::system_kernel;
using http::Status;
using routing::Router;

constexpr std::string_view kPost =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n01234567890123456789";

struct SharedRuntimeTest : testing::TestWithParam<loop::Scheduler::HandOff> {
  SharedRuntimeTest() { options.drain_idle = options.linger_idle = 20ms; }
  /// A server that answers with `name`.
  std::unique_ptr<Server> make(const std::string& name, const Options& chosen,
                               std::string_view address = "127.0.0.1:0") {
    Router site;
    site.get("/", [name] { return name; });
    site.post("/", [](Request&) { return "taken"; });
    site.get("/later", [name]() -> Task<std::string> {
      co_await async::sleep_for(50ms);
      co_return name;
    });
    auto server = std::make_unique<Server>(App(std::move(site)), chosen, log, system_kernel());
    EXPECT_TRUE(server->listen(*Address::parse(address)));
    return server;
  }

  RecordingLog log;
  Options options;
  std::unique_ptr<loop::Runtime> runtime =
      loop::Runtime::open({.loops = 2, .threads = {.hand_off = GetParam()}}, log, system_kernel())
          .value();
};

TEST_P(SharedRuntimeTest, TwoServersHaveTheirOwnPortsAndOptions) {
  Options strict = options;
  strict.max_body_bytes = 10;
  const auto open = make("open", options);
  const auto closed = make("closed", strict);
  ASSERT_TRUE(open->start_on(*runtime));  // one before the loops are driven, one after
  ASSERT_TRUE(runtime->start());
  ASSERT_TRUE(closed->start_on(*runtime));
  EXPECT_EQ(open->loops(), 2u);
  Client of_open(open->addresses()[0]);
  Client of_closed(closed->addresses()[0]);
  EXPECT_EQ(of_open.get(), "open");
  EXPECT_EQ(of_closed.get(), "closed");
  of_open.send(kPost);
  EXPECT_EQ(of_open.answer().content, "taken");
  of_closed.send(kPost);
  EXPECT_EQ(of_closed.answer().status, Status::ContentTooLarge);
}

TEST_P(SharedRuntimeTest, OneServerDrainsWhileTheOtherContinues) {
  ASSERT_TRUE(runtime->start());
  const auto stays = make("stays", options);
  auto goes = make("goes", options);
  std::atomic<bool> settled{false};
  ASSERT_TRUE(stays->start_on(*runtime));
  ASSERT_TRUE(goes->start_on(*runtime, [&] { settled = true; }));
  const Address address = goes->addresses()[0];
  Client of_stays(stays->addresses()[0]);
  Client of_goes(address);
  EXPECT_EQ(of_stays.get(), "stays");
  of_goes.ask("/later");
  goes->drain();
  EXPECT_EQ(of_goes.answer().content, "goes") << "a running request is answered";
  goes->wait();
  EXPECT_TRUE(settled);
  goes.reset();
  EXPECT_FALSE(Client(address).is_connected());
  EXPECT_EQ(of_stays.get("/later"), "stays");
}

TEST_P(SharedRuntimeTest, ServersStartAndEndWhileAnotherIsBusy) {
  ASSERT_TRUE(runtime->start());
  const auto busy = make("busy", options);
  ASSERT_TRUE(busy->start_on(*runtime));
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread client([&] {
    Client of_busy(busy->addresses()[0]);
    while (!stop) wrong += of_busy.get() == "busy" ? 0 : 1;
  });
  for (int times = 0; times < 20; ++times) {
    const auto guest = make("guest", options);
    ASSERT_TRUE(guest->start_on(*runtime));
    for (int clients = 0; clients < 4; ++clients) {
      Client of_guest(guest->addresses()[0]);
      EXPECT_EQ(of_guest.get(), "guest");
    }
  }
  stop = true;
  client.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(SharedRuntimeTest, AServerThatCannotStartDoesNotAffectOthers) {
  class Full final : public base::ForwardingKernel {
   public:
    using ForwardingKernel::ForwardingKernel;
    int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) override {
      if (fails && --left < 0) return -ENOSPC;
      return ForwardingKernel::epoll_ctl(epoll, operation, fd, event);
    }
    std::atomic<bool> fails{false};
    std::atomic<int> left{0};
  } kernel(system_kernel());
  const auto on =
      loop::Runtime::open({.loops = 2, .threads = {.hand_off = GetParam()}}, log, kernel).value();
  ASSERT_TRUE(on->start());
  const auto stays = make("stays", options);
  ASSERT_TRUE(stays->start_on(*on));
  Client of_stays(stays->addresses()[0]);
  EXPECT_EQ(of_stays.get(), "stays");
  for (const int watched : {0, 1}) {  // by neither loop, or by one loop
    const auto fails = make("fails", options);
    kernel.left = watched;
    kernel.fails = true;
    const auto started = fails->start_on(*on);
    kernel.fails = false;
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find("cannot watch"), std::string::npos);
  }
  EXPECT_EQ(of_stays.get(), "stays");
}

TEST_P(SharedRuntimeTest, ServersMayBeDestroyedIfTheirLoopsWereNeverDriven) {
  for (int i = 0; i < 2; ++i) {
    const auto one = make("one", options);
    const auto other = make("other", options);
    ASSERT_TRUE(one->start_on(*runtime));
    ASSERT_TRUE(other->start_on(*runtime));
  }
  const auto later = make("later", options);
  ASSERT_TRUE(later->start_on(*runtime));
  ASSERT_TRUE(runtime->start());
  EXPECT_EQ(Client(later->addresses()[0]).get(), "later");
}

INSTANTIATE_TEST_SUITE_P(, SharedRuntimeTest,
                         testing::Values(loop::Scheduler::HandOff::WhenStuck,
                                         loop::Scheduler::HandOff::Always),
                         [](const auto& each) {
                           return each.param == loop::Scheduler::HandOff::Always
                                      ? "HandOffAlways"
                                      : "HandOffWhenStuck";
                         });

}  // namespace
}  // namespace mastic::server
