// The code of blocking-handlers.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <chrono>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using mastic::blocking;
using mastic::Request;
using mastic::Router;
using mastic::Task;
using mastic::testing::TestClient;

namespace {

std::string query_database(int year) {
  std::this_thread::sleep_for(1ms);
  return "sales of " + std::to_string(year);
}

Router make_site() {
  Router site;
  site.get<"/sales/{year:int}">([](int year) { return query_database(year); });
  site.get<"/report/{year:int}">(blocking, [](int year) { return query_database(year); });
  site.get("/both", [](Request&) -> Task<std::string> {
    auto last = [] { return query_database(2025); };
    const std::string before = co_await mastic::run_blocking(last);
    co_return before + ", and more";
  });
  site.get("/lock", [] {
    const mastic::BlockingScope waits;
    return query_database(2026);  // a lock, a slow disk, another library's wait
  });
  return site;
}

}  // namespace

TEST(BlockingHandlers, AllAnswer) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/sales/2024").text, "sales of 2024");
  EXPECT_EQ(client.get("/report/2024").text, "sales of 2024");
  EXPECT_EQ(client.get("/both").text, "sales of 2025, and more");
  EXPECT_EQ(client.get("/lock").text, "sales of 2026");
}
