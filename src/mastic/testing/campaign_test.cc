// An application under a TestClient, while each allocation fails in turn.

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mastic/base/failing_allocations.h"
#include "mastic/mastic.h"
#include "mastic/testing/failures.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

/// A site whose pages allocate.
routing::Router make_site() {
  routing::Router site;
  site.get("/", [] { return std::string(1000, 'x'); });
  site.post("/echo",
            [](app::Request& request) { return std::string(request.text()) + " and more of it"; });
  site.websocket<"/socket">([](websocket::WebSocket& socket) -> async::Task<> {
    while (const auto message = co_await socket.receive()) {
      co_await socket.send(message->data + ", and more than fits into a short string");
    }
  });
  return site;
}

class CampaignTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
  }
};

TEST_F(CampaignTest, MayHaveAClientInItsFunction) {
  const auto count = for_each_failure([] {
    TestClient client(make_site());
    client.get("/");
  });
  EXPECT_GT(count.allocations, 0u);
}

TEST_F(CampaignTest, MayHaveADirectClientInItsFunction) {
  const auto count = for_each_failure([] {
    auto client = TestClient::direct(make_site());
    client.get("/");
  });
  EXPECT_GT(count.allocations, 0u);
}

/// What a site does while one allocation of `call` fails, and afterwards.
template <class Make, class Call>
void expect_to_survive(Make make_client, Call call) {
  int hit = 0;
  const auto count = for_each_failure([&](Failures& failures) {
    TestClient client = make_client();
    try {
      failures.during([&] { call(client); });
    } catch (const HitByFailure& error) {
      ++hit;
      EXPECT_TRUE(std::string_view(error.what()).starts_with("campaign_test.cc:")) << error.what();
    }
    EXPECT_EQ(client.get("/").expect(200).text.size(), 1000u) << failures.text();
  });
  EXPECT_GT(count.allocations, 0u);
  EXPECT_GT(hit, 0);
}

TEST_F(CampaignTest, ContinuesAfterAnAnswerThatDoesNotCome) {
  expect_to_survive([] { return TestClient(make_site()); },
                    [](TestClient& client) {
                      client.get("/").expect({200, 503});
                      client.post("/echo", std::string(500, 'a')).expect({200, 503});
                    });
}

TEST_F(CampaignTest, ContinuesAfterADirectAnswerThatDoesNotCome) {
  expect_to_survive([] { return TestClient::direct(make_site()); },
                    [](TestClient& client) { client.get("/").expect({200, 503}); });
}

TEST_F(CampaignTest, ContinuesAfterAWebSocketOrAStreamThatFails) {
  expect_to_survive([] { return TestClient(make_site()); },
                    [](TestClient& client) {
                      TestSocket socket = client.websocket("/socket");
                      if (!socket.is_open()) return;  // refused
                      socket.send("hi");
                      EXPECT_EQ(socket.receive().data,
                                "hi, and more than fits into a short string");
                    });
  expect_to_survive([] { return TestClient(make_site()); },
                    [](TestClient& client) {
                      TestStream stream = client.stream("POST", "/echo");
                      stream.send("tea");
                      (void)stream.finish();
                    });
}

TEST_F(CampaignTest, StillEndsForABreachOfTheContract) {
  const auto run = [](Failures& failures) {
    routing::Router site;
    site.get("/", [] {
      try {
        const std::string text(1000, 'x');
        return app::Response::text("good");
      } catch (const std::bad_alloc&) {
        return app::Response(http::Status::Found);  // the mistake: no Location
      }
    });
    TestClient client(std::move(site));
    failures.during([&] { client.get("/"); });
  };
  try {
    for_each_failure([&](Failures& failures) {
      try {
        run(failures);
      } catch (const HitByFailure&) {
      }
    });
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_TRUE(std::string_view(error.what()).contains("breaks its contract")) << error.what();
    EXPECT_TRUE(std::string_view(error.what()).contains("MASTIC_FAILURE=alloc:")) << error.what();
  }
}

TEST_F(CampaignTest, ExcusesNothingThatComesAfterItsFailure) {
  EXPECT_THROW(for_each_failure([](Failures& failures) {
                 TestClient client(make_site());
                 failures.during([] { const std::string text(1000, 'x'); });
                 client.network({.leave_after_sent = 10});
                 client.get("/nowhere").expect(404);
               }),
               ClientLeft);
}

}  // namespace
}  // namespace mastic::testing
