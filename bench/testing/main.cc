// What a test client costs: `bench_testing CASE ROUNDS` runs ROUNDS rounds of the case within its
// process, and prints the CPU time of one round in ns.
//
//     handler    the handler alone, called as a function
//     direct     a direct GET through a router and three middlewares to that handler
//     memory     the same over a connection in memory, with the code of a server

#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::testing::TestClient;

namespace {

struct Teller {
  [[nodiscard]] std::optional<Response> before(Request&) const { return std::nullopt; }
  void after(Request&, Response& response) const { response.set("X-Teller", "1"); }
};

std::string hello() { return "Hello, world!\n"; }

Router make_site() {
  Router site;
  site.get("/", [] { return "home"; });
  site.get("/hello/{name}", [] { return hello(); });
  site.get("/other/{name}", [] { return "other"; });
  for (int i = 0; i < 3; ++i) site.use(Teller());
  return site;
}

long long cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

void expect(bool is_right, const char* what) {
  if (is_right) return;
  std::fprintf(stderr, "bench_testing: %s\n", what);
  std::exit(2);
}

void get(TestClient& client) { expect(client.get("/hello/ada").text == hello(), "wrong answer"); }

}  // namespace

extern "C" [[gnu::noinline]] void measured(const std::function<void()>& round, long rounds) {
  for (long i = 0; i < rounds; ++i) round();
}

int main(int count, char** words) {
  expect(count == 3, "usage: bench_testing handler|direct|memory ROUNDS");
  const std::string_view name = words[1];
  std::optional<TestClient> memory;
  TestClient direct = TestClient::direct(make_site());
  std::function<void()> round = [] { expect(!hello().empty(), "wrong answer"); };
  if (name == "direct") round = [&] { get(direct); };
  if (name == "memory") {
    memory.emplace(make_site());
    round = [&] { get(*memory); };
  }
  const long rounds = std::atol(words[2]);
  for (int i = 0; i < 100; ++i) round();
  const long long before = cpu_ns();
  measured(round, rounds);
  std::printf("%.1f\n", static_cast<double>(cpu_ns() - before) / static_cast<double>(rounds));
}
