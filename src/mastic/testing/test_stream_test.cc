#include "mastic/testing/test_stream.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"
#include "mastic/testing/test_server.h"

namespace mastic::testing {
namespace {

using app::Request;
using app::Response;
using app::Task;

/// A site that says how much it has got, and one that sends back each piece at once.
routing::Router make_sink() {
  routing::Router site;
  site.post("/count", [](Request& request) -> Task<std::string> {
    std::size_t bytes = 0;
    while (const auto piece = co_await request.body().next()) bytes += piece->size();
    const auto sum = request.trailers().get("Content-Digest");
    co_return std::to_string(bytes) + " bytes" + (sum ? ", " + std::string(*sum) : "");
  });
  site.post("/back", [](Request& request) -> Task<Response> {
    co_return Response::of_type("text/plain", std::move(request.body()));
  });
  site.post("/refused", [](Request&) -> Task<Response> { co_return Response(http::Status::Gone); });
  site.get("/cut", [] {
    return Response::of_type(
        "text/plain", app::Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
          if (n++ == 0) return "a piece";
          throw std::runtime_error("the pipe has burst");
        }));
  });
  return site;
}

class Streams : public ::testing::TestWithParam<bool> {
 protected:
  Streams() {
    if (!GetParam()) return;
    server_ = std::make_unique<TestServer>(make_sink());
    server_->expect_errors("the pipe has burst");
  }
  [[nodiscard]] TestClient make_client() const {
    return GetParam() ? TestClient::connect(server_->url()) : TestClient(make_sink());
  }

 private:
  std::unique_ptr<TestServer> server_;
};
INSTANTIATE_TEST_SUITE_P(All, Streams, ::testing::Bool(), [](const auto& each) {
  return std::string(each.param ? "socket" : "memory");
});

TEST_P(Streams, SendContentInPieces) {
  TestClient client = make_client();
  TestStream stream = client.stream("POST", "/count");
  stream.send("four");
  stream.send("");
  EXPECT_FALSE(stream.has_answer());
  stream.send("seven ?");
  stream.end({{"Content-Digest", "sum"}});
  EXPECT_EQ(stream.finish().expect().text, "11 bytes, sum");
}

TEST_P(Streams, ReadTheAnswerWhileTheySend) {
  TestClient client = make_client();
  TestStream stream = client.stream("POST", "/back");
  stream.send("one");
  EXPECT_EQ(stream.head().status, http::Status::Ok);
  EXPECT_EQ(stream.head().request().target, "/back");
  EXPECT_EQ(stream.read(), "one");
  stream.send("two");
  EXPECT_EQ(stream.read(), "two");
  stream.end();
  EXPECT_EQ(stream.read(), std::nullopt);
  EXPECT_EQ(stream.finish().text, "") << "the pieces were read before";
}

TEST_P(Streams, SeeAnAnswerBeforeTheContentHasEnded) {
  TestClient client = make_client();
  TestStream stream = client.stream("POST", "/refused");
  EXPECT_EQ(stream.head().status, http::Status::Gone);
}

TEST_P(Streams, SayThatTheAnswerIsCutShort) {
  TestClient client = make_client();
  client.expect_errors("the pipe has burst");
  TestStream stream = client.stream("GET", "/cut");
  stream.end();
  try {
    while (stream.read()) continue;
    FAIL() << "the answer seems complete";
  } catch (const std::logic_error& error) {
    const std::string message = error.what();
    EXPECT_TRUE(message.starts_with("test_stream_test.cc:")) << message;
    EXPECT_TRUE(message.ends_with(": GET /cut: the server has cut the answer short")) << message;
  }
}

TEST(TestStream, HoldsTheServerUpWhileItDoesNotRead) {
  int produced = 0;
  routing::Router site;
  site.get("/endless", [&produced] {
    return Response::of_type("text/plain",
                             app::Body::produced_by([&produced]() -> std::optional<std::string> {
                               ++produced;
                               return std::string(100'000, 'x');
                             }));
  });
  TestClient client(std::move(site));
  TestStream stream = client.stream("GET", "/endless");
  stream.stop_reading();
  stream.end();
  client.pass(std::chrono::seconds(1));
  const int before = produced;
  client.pass(std::chrono::seconds(1));
  EXPECT_EQ(produced, before) << "nothing is produced for a client that does not read";
  stream.read_on();
  EXPECT_EQ(stream.read()->front(), 'x');
  EXPECT_GT(produced, before);
}

TEST(TestStream, LeavesWhenItIsDestroyed) {
  bool has_left = false;
  routing::Router site;
  site.post("/", [&](Request& request) -> Task<std::string> {
    try {
      while (co_await request.body().next()) continue;
    } catch (...) {
      has_left = true;
      throw;
    }
    co_return "all";
  });
  TestClient client(std::move(site));
  {
    (void)client.stream("POST", "/");
  }
  client.pass(std::chrono::seconds(1));
  EXPECT_TRUE(has_left);
}

TEST(TestStream, MayOutliveItsClient) {
  routing::Router site;
  site.post("/", [](Request& request) { return std::string(request.text()); });
  std::optional<TestClient> client(std::in_place, std::move(site));
  TestStream stream = client->stream("POST", "/");
  client.reset();
  EXPECT_THROW(stream.send("more"), std::logic_error);
  EXPECT_THROW((void)stream.finish(), std::logic_error);
}

}  // namespace
}  // namespace mastic::testing
