#include "mastic/catalog/test_applications.h"

#include <gtest/gtest.h>

#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/mount.h"

namespace mastic::catalog {
namespace {

using namespace std::chrono_literals;
using http::Method;

struct TestApplications : testing::Test {
  async::ManualExecutor executor;
  app::TestExchange exchange{executor};
};

TEST_F(TestApplications, EchoShowsWhatItWasSentWithoutCredentials) {
  exchange.peer.ip = *base::IpAddress::parse("192.0.2.1");
  exchange.peer.port = 99;
  exchange.fields.add("Accept-Language", "de");
  exchange.fields.add("Authorization", "Basic c2VjcmV0");
  exchange.fields.add("Cookie", "session=1");
  const app::App inner = echo({.max_shown_bytes = 4});
  const app::App site = [&](app::Request& request) { return call_below(inner, 4, request); };
  EXPECT_EQ(text_of(exchange.call(site, Method::Put, "/try/a?token=12&b=c",
                                  app::Body(std::string("content")))),
            "PUT /try/a?token=***&b=c\n\nmount path: /try\npath:       /a\n"
            "client:     192.0.2.1:99\n\n"
            "Accept-Language: de\nAuthorization: ***\nCookie: ***\n\n"
            "cont\n... and 3 more bytes\n");
}

TEST_F(TestApplications, EchoSpeaksJson) {
  exchange.fields.add("Accept", "application/json");
  const std::string json = text_of(exchange.call(echo(), Method::Get, "/x"));
  EXPECT_TRUE(json.starts_with("{\"method\":\"GET\",\"target\":\"/x\",\"mount_path\":\"\""))
      << json;
  EXPECT_TRUE(json.contains("{\"name\":\"Accept\",\"value\":\"application/json\"}")) << json;
}

TEST_F(TestApplications, SlowWaits) {
  const app::App app = slow({.delay = 10s});
  exchange.start(app, Method::Get, "/");
  executor.advance(9s);
  EXPECT_FALSE(exchange.is_done());
  executor.advance(2s);
  ASSERT_TRUE(exchange.is_done());
  EXPECT_EQ(text_of(exchange.take()), "This took 10s.\n");
}

TEST_F(TestApplications, SlowMayHoldItsThread) {
  EXPECT_EQ(text_of(exchange.call(slow({.delay = 1ms, .blocking = true}), Method::Get, "/")),
            "This took 1ms.\n");
}

}  // namespace
}  // namespace mastic::catalog
