// Composed applications add nothing to an answer that is ready at once: no coroutine, no
// allocation.

#include <gtest/gtest.h>

#include "mastic/app/cascade.h"
#include "mastic/app/error_documents.h"
#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/url_map.h"
#include "mastic/base/allocations_testing.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::Body;
using app::Cascade;
using app::ErrorDocuments;
using app::TestExchange;
using app::UrlMap;
using http::Method;
using http::Status;

struct CompositionMemory : testing::Test {
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
  }
  /// Counts the allocations of a whole call, and checks that its task needs no coroutine.
  std::size_t allocations_of(const App& inner, Body body = {}) {
    const App app = [&](Request& request) {
      Task<Response> task = inner(request);
      EXPECT_TRUE(task.holds_value());
      return task;
    };
    TestExchange exchange(executor);
    exchange.authority = "example.com";
    exchange.start(app, Method::Get, "/a/b", std::move(body));
    (void)exchange.memory().copy("x");  // its first block is made here
    const std::size_t before = base::allocations_so_far().count;
    executor.run();
    const std::size_t made = base::allocations_so_far().count - before;
    EXPECT_EQ(exchange.take().status, Status::NoContent);
    return made;
  }
  async::ManualExecutor executor;
};

App nothing() {
  return [] { return Status::NoContent; };
}
/// Answers 404 at once, without content.
App missing() {
  return [](Request&) { return Task<Response>(Response(Status::NotFound)); };
}

TEST_F(CompositionMemory, AMapAddsNothing) {
  const App app = UrlMap({{"/a", nothing()},
                          {"/", missing()},
                          {"other.org", missing()},
                          {"example.com:8080/a", missing()}});
  EXPECT_EQ(allocations_of(app), 0u);
}

TEST_F(CompositionMemory, ACascadeAddsNothing) {
  EXPECT_EQ(allocations_of(Cascade({nothing(), missing()})), 0u);
  EXPECT_EQ(allocations_of(Cascade({nothing(), missing()}), Body::borrowed("content")), 0u);
  EXPECT_EQ(allocations_of(Cascade({missing(), nothing()})), 0u) << "nor does what is caught";
  EXPECT_EQ(allocations_of(Cascade({missing(), nothing()}), Body::borrowed("content")), 0u);
}

TEST_F(CompositionMemory, ErrorDocumentsAddNothing) {
  EXPECT_EQ(allocations_of(ErrorDocuments({{Status::NotFound, "/page"}})(nothing())), 0u);
}

TEST_F(CompositionMemory, RoutersInThemAddNothing) {
  Router site;
  site.get("/b", [] { return Status::NoContent; });
  const App app = Cascade({missing(), UrlMap({{"/a", std::move(site)}})});
  EXPECT_EQ(allocations_of(app), 0u);
}

}  // namespace
}  // namespace mastic::routing
