// Handlers of WebSockets that hold a thread and do not return.

#include <future>

#include "mastic/routing/router.h"
#include "mastic/server/handler_thread_testing.h"
#include "mastic/websocket/open.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;

struct HeldTasksTest : HandlerThreadTest {
  /// Serves WebSockets whose handler waits at `at`, and opens one.
  void open_socket(Gate& at) {
    routing::Router site;
    site.get("/", [this, &at] {
      return app::Response::upgrade_to(websocket::make_upgrade(
          websocket::Agreement{.options = &socket_options},
          websocket::TaskHandler([&at](websocket::WebSocket& socket) -> async::Task<> {
            at.pass();
            while (co_await socket.receive()) continue;
          }),
          history));
    });
    start(std::move(site).build());
    client.emplace(connect());
    client->send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    wait_until([&] { return at.inside() == 1; });
  }
  [[nodiscard]] base::LoopReport report() {
    std::promise<base::LoopReport> promise;
    server->watch().ask_loops([&](base::LoopReport all) { promise.set_value(std::move(all)); });
    return promise.get_future().get();
  }

  websocket::Options socket_options;
  async::BlockingHistory history;
  std::optional<Client> client;
};

TEST_P(HeldTasksTest, AreReportedUntilTheyReturn) {
  open_socket(gate);
  wait_until([&] { return pool().hand_offs >= 1; });
  wait_until([&] { return report().requests.size() == 1; });
  const base::RequestReport held = report().requests[0];
  EXPECT_EQ(held.method, "WEBSOCKET");
  EXPECT_NE(held.thread, 0);
  EXPECT_EQ(role_of(held.thread), base::ThreadRole::Away);
  gate.open();
  wait_until([&] { return report().requests.empty(); });
}

TEST_P(HeldTasksTest, AreLoggedCancelledAndWrittenOffSoThatTheServerCanEnd) {
  options.hung_after = options.cancel_after = options.abandon_after = 10ms;
  options.drain_timeout = 100ms;
  Gate& for_ever = *new Gate;  // leaked, like the thread that waits there
  open_socket(for_ever);
  wait_for_log("a handler hangs: WEBSOCKET");
  wait_for_log("a handler that hangs is cancelled: WEBSOCKET");
  wait_until([&] { return pool().lost == 1; });
  server->drain();
  server->wait();
  EXPECT_EQ(server->lost_threads(), 1u);
  (void)server.release();  // leaked, as by a process that ends by _Exit
}

INSTANTIATE_TEST_SUITE_P(, HeldTasksTest, both_transfers(), transfer_name);

}  // namespace
}  // namespace mastic::server
