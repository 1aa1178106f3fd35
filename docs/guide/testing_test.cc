// The code of testing.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::SetCookie;
using mastic::sleep_for;
using mastic::Status;
using mastic::Task;
using mastic::testing::TestClient;
using namespace std::chrono_literals;

namespace {

struct Visit {
  std::string who;
  std::string from;
  int pages = 0;
};

class Visits {
 public:
  Visit& of(const std::string& who) {
    const std::lock_guard lock(mutex_);
    auto& [visit, until] = visits_[who];
    visit.who = who;
    until = mastic::steady_now() + 30min;
    return visit;
  }
  std::size_t forget_old() {
    const std::lock_guard lock(mutex_);
    return std::erase_if(
        visits_, [](const auto& each) { return each.second.second <= mastic::steady_now(); });
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::pair<Visit, std::chrono::steady_clock::time_point>> visits_;
};

Router make_site() {
  Router site;
  auto& visits = site.own<Visits>();
  site.post<"/login/{who}">([](std::string_view who) {
    return Response(Status::NoContent)
        .set("Set-Cookie", SetCookie{.name = "who", .value = std::string(who)}.to_string());
  });
  site.get("/visit", [&visits](Request& request) {
    Visit& visit = visits.of(std::string(request.cookie("who").value_or("guest")));
    visit.from = request.peer().ip.to_string();
    ++visit.pages;
    return visit;
  });
  site.in_background("expire", [&visits, log = site.log("expire")]() -> Task<> {
    while (true) {
      co_await sleep_for(1min);
      if (const std::size_t count = visits.forget_old(); count > 0) log.info("forgot ", count);
    }
  });
  return site;
}

}  // namespace

TEST(Testing, TimePassesWhenTheTestSaysSo) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/visit").json<Visit>().pages, 1);
  client.pass(29min);
  EXPECT_EQ(client.get("/visit").json<Visit>().pages, 2);
  client.pass(31min);
  EXPECT_EQ(client.get("/visit").json<Visit>().pages, 1);
  EXPECT_EQ(client.log().back(), "info expire: forgot 1");
}

void log_in(TestClient& client, const std::string& who) {
  client.post("/login/" + who, "").expect(204);
}

TEST(Testing, BeginsWithALogin) {
  TestClient client(make_site());
  log_in(client, "ada");
  EXPECT_EQ(client.get("/visit").json<Visit>().who, "ada");
}

TEST(Testing, KeepsCookiesAndSetsThePeerAddress) {
  TestClient client(make_site());
  client.post("/login/ada", "");
  client.set_peer("203.0.113.9");
  const auto visit = client.get("/visit").json<Visit>();
  EXPECT_EQ(visit.who, "ada");
  EXPECT_EQ(visit.from, "203.0.113.9");
  client.cookies().clear();
  EXPECT_EQ(client.get("/visit").json<Visit>().who, "guest");
}
