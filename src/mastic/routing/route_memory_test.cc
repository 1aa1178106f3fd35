// Routing allocates nothing on the heap: these tests count allocations.

#include <gtest/gtest.h>

#include <array>
#include <new>
#include <string>
#include <vector>

#include "mastic/app/error_response.h"
#include "mastic/app/exchange_context_testing.h"
#include "mastic/base/allocations_testing.h"
#include "mastic/base/failures.h"
#include "mastic/base/log_format.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::TestExchange;
using http::Method;
using http::Status;

struct Paint {
  static constexpr std::string_view kPathType = "color";
  static std::optional<Paint> from_path(std::string_view text) {
    return text.starts_with("red") ? std::optional<Paint>(Paint()) : std::nullopt;
  }
};

struct RouteMemory : testing::Test {
  RouteMemory() {
    Router site;
    for (int i = 0; i < 1000; ++i) {
      site.get("/r" + std::to_string(i), [] { return Status::NoContent; });
    }
    site.get<"/hi/{name}/{times:int}">([](std::string_view, int) { return Status::NoContent; });
    site.get<"/paint/{with:color}">([](Paint) { return Status::NoContent; });
    site.get("/1/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j...}", [] { return Status::NoContent; });
    site.mount("/mounted", [] { return Status::NoContent; });
    site.mount("/", [] { return Status::NoContent; });
    app.emplace(std::move(site).build());
  }
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
  }
  /// Counts the allocations of a whole call; the handlers make none.
  std::size_t allocations_of(std::string_view path) {
    TestExchange exchange(executor);
    exchange.start(*app, Method::Get, path);  // the first block of its memory is made here
    const std::size_t before = base::allocations_so_far().count;
    executor.run();
    const std::size_t made = base::allocations_so_far().count - before;
    EXPECT_EQ(exchange.take().status, Status::NoContent) << path;
    return made;
  }
  std::optional<App> app;
  async::ManualExecutor executor;
};

TEST_F(RouteMemory, RoutingAllocatesNothing) {
  (void)allocations_of("/r0");
  EXPECT_EQ(allocations_of("/r999"), 0u);
  EXPECT_EQ(allocations_of("/hi/ada/3"), 0u);
  EXPECT_EQ(allocations_of("/hi/a%20name%20that%20is%20not%20short%20at%20all/3"), 0u);
  EXPECT_EQ(allocations_of("/paint/red%2Fand%20something%20that%20is%20not%20short"), 0u);
  EXPECT_EQ(allocations_of("/1/a/b/c/d/e/f/g/h/i/j/k"), 0u);
  EXPECT_EQ(allocations_of("/mounted/below"), 0u);
}

TEST_F(RouteMemory, RoutingToAFileBelowAMountAtTheRootAllocatesNothing) {
  (void)allocations_of("/r0");
  EXPECT_EQ(allocations_of("/"), 0u);
  EXPECT_EQ(allocations_of("/style-that-has-no-short-name.css"), 0u);
  EXPECT_EQ(allocations_of("/a/folder/of/a/folder/a%20picture%20of%20it.jpeg"), 0u);
  EXPECT_EQ(allocations_of("/hi/a-folder-whose-name-is-not-short/"), 0u);
}

/// A log that keeps its last line without allocating.
class LastLine final : public base::LineSink {
 public:
  void write(std::string_view line) noexcept override { size_ = line.copy(text_, sizeof text_); }
  [[nodiscard]] std::string_view view() const { return {text_, size_}; }
  void clear() { size_ = 0; }

 private:
  char text_[4096];
  std::size_t size_ = 0;
};

TEST_F(RouteMemory, AHandlerWithoutMemoryIsLoggedWhicheverAllocationFails) {
  Router site;
  site.get<"/short">([]() -> std::string { throw std::bad_alloc(); });
  const App failing(std::move(site));
  LastLine line;
  base::LineLog log(base::system_kernel(), line, base::LogFormat::Text,
                    base::LogLevels::parse(std::vector<std::string>{"info"}).value());
  const auto run = [&](base::Failures& failures) {
    TestExchange exchange(executor);
    exchange.other_log = &log;
    exchange.start(failing, Method::Get, "/short");
    line.clear();
    failures.during([&] { executor.run(); });
    const std::size_t nth = failures.nth();
    EXPECT_EQ(exchange.take().status, Status::ServiceUnavailable) << nth;
    const std::string_view said = line.view();
    EXPECT_NE(said.find("  id=" + app::reference_id(42)), said.npos) << nth << ": " << said;
    if (nth > 3) {  // earlier allocations are for the exception itself
      EXPECT_TRUE(said.find("GET /short: ") != said.npos || said.find("out of memory") != said.npos)
          << nth << ": " << said;
    }
  };
  base::for_each_failure(run, {.max_runs = 1000});
  EXPECT_NE(line.view().find("GET /short: std::bad_alloc"), std::string_view::npos) << line.view();
}

}  // namespace
}  // namespace mastic::routing
