// The code of testing-tools.md: compiled and run here, and quoted there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/corpus.h>
#include <mastic/testing/gtest.h>
#include <mastic/testing/recorded.h>
#include <mastic/testing/test_client.h>
#include <mastic/testing/test_server.h>

#include <atomic>
#include <map>
#include <string>

using mastic::App;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::testing::HasField;
using mastic::testing::HasJson;
using mastic::testing::HasNoField;
using mastic::testing::HasStatus;
using mastic::testing::HasText;
using mastic::testing::IsRedirectTo;
using mastic::testing::Recording;
using mastic::testing::replay;
using mastic::testing::run_corpus;
using mastic::testing::TestClient;
using mastic::testing::TestServer;
using mastic::testing::Varying;
using testing::Field;
using testing::HasSubstr;

namespace {

struct Tea {
  std::string name;
  int grams = 0;
};

/// Orders have ids that cannot be guessed, so they are not the same twice.
class Orders {
 public:
  std::string add(std::string_view what) {
    const std::string id =
        "order-" + std::to_string(++last_ * 7919 + reinterpret_cast<std::uintptr_t>(this) % 1000);
    orders_[id] = what;
    return id;
  }
  std::string& at(std::string_view id) { return orders_.at(std::string(id)); }

 private:
  std::uintptr_t last_ = 0;
  std::map<std::string, std::string> orders_;
};

Router make_shop() {
  Router site;
  auto& orders = site.own<Orders>();
  site.get("/tea", [] { return Tea{"Assam", 50}; });
  site.post("/orders", [&orders](Request& request) {
    return Response::redirect("/orders/" + orders.add(request.text()));
  });
  site.get<"/orders/{id}">([&orders](std::string_view id) {
    return "Order " + std::string(id) + ": " + orders.at(id) + "\n";
  });
  return site;
}

}  // namespace

TEST(Shop, AnswersAsExpected) {
  TestClient client(make_shop());
  EXPECT_THAT(client.get("/tea"), HasJson<Tea>(Field("name", &Tea::name, "Assam")));
  EXPECT_THAT(client.get("/tea"),
              AllOf(HasStatus(200), HasField("Content-Length", "27"), HasNoField("Set-Cookie")));
  EXPECT_THAT(client.post("/orders", "tea"), IsRedirectTo(HasSubstr("/orders/")));
  EXPECT_THAT(client.del("/tea"), HasStatus({400, 499}));
}

// What differs from run to run.
const Varying kVarying = Varying().same("order", "order-[0-9]+");

TEST(Shop, AnswersAsRecorded) {
  TestClient client(make_shop());
  Recording recording(client, RECORDED_DIR "/shop.txt", kVarying);
  const auto ordered = client.post("/orders", "50 g Assam");
  client.get(*ordered.field("Location"));
  client.get("/orders");
  recording.check();
}

TEST(Shop, AnswersOverASocketAsRecorded) {
  TestServer server(make_shop());
  auto client = TestClient::connect(server.url());
  replay(client, RECORDED_DIR "/shop.txt", kVarying);
}

TEST(Shop, RefusesWhatItShould) {
  std::atomic<std::size_t> calls = 0;
  Router site;
  site.get("/", [&calls] {
    ++calls;
    return "hi";
  });
  TestClient client(std::move(site));
  run_corpus(client, RECORDED_DIR "/attacks.txt", {.handler_calls = [&] { return calls.load(); }});
}
