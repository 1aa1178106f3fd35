#include "mastic/middleware/redirect.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/mount.h"

namespace mastic::middleware {
namespace {

using app::Response;
using http::Method;
using http::Status;

struct RedirectTest : testing::Test {
  std::string location(RedirectOptions options, std::string_view path) {
    const Response response = exchange.call(redirect(std::move(options)), Method::Get, path);
    return std::string(response.fields.get("Location").value_or("none"));
  }
  std::string fault(RedirectOptions options) {
    const auto fits = options.check();
    return fits ? "" : fits.error().message;
  }
  async::ManualExecutor executor;
  app::TestExchange exchange{executor};
};

TEST_F(RedirectTest, KeepsTheRestOfThePathAndTheQuery) {
  EXPECT_EQ(location({.to = "https://example.com"}, "/a/b?c=d"), "https://example.com/a/b?c=d");
  EXPECT_EQ(location({.to = "https://example.com/"}, "/"), "https://example.com/");
  EXPECT_EQ(location({.to = "/docs/"}, "/a?"), "/docs/a?");
  EXPECT_EQ(location({.to = "/docs", .keep_path = false}, "/a?b"), "/docs?b");
  EXPECT_EQ(location({.to = "/docs", .keep_query = false}, "/a?b"), "/docs/a");
}

TEST_F(RedirectTest, TheRestOfThePathBeginsAfterTheMount) {
  const app::App target = redirect({.to = "/new"});
  const app::App site = [&](app::Request& request) { return call_below(target, 4, request); };
  EXPECT_EQ(exchange.call(site, Method::Get, "/old/a").fields.get("Location"), "/new/a");
  EXPECT_EQ(exchange.call(site, Method::Get, "/old").fields.get("Location"), "/new");
}

TEST_F(RedirectTest, TheClientDoesNotChooseTheHost) {
  EXPECT_EQ(location({.to = "/"}, "//evil.example/x"), "/evil.example/x");
  EXPECT_EQ(location({.to = "/docs"}, "///evil.example"), "/docs/evil.example");
  EXPECT_EQ(location({.to = "/"}, "/\\evil.example"), "none") << "answered with 400";
  EXPECT_EQ(location({.to = "https://example.com"}, "//@evil.example"),
            "https://example.com/@evil.example");
  EXPECT_EQ(location({.to = "https://example.com"}, ".evil.example"), "https://example.com");
}

TEST_F(RedirectTest, IsTemporaryUnlessTheOptionsSayOtherwise) {
  EXPECT_EQ(exchange.call(redirect({.to = "/x"}), Method::Post, "/").status,
            Status::TemporaryRedirect);
  base::OptionTable table;
  RedirectOptions options{.to = "/x"};
  options.describe(table);
  ASSERT_TRUE(table.set("status", "301"));
  EXPECT_EQ(exchange.call(redirect(options), Method::Post, "/").status, Status::MovedPermanently);
}

TEST_F(RedirectTest, SaysWhatIsWrongWithItsOptions) {
  EXPECT_EQ(fault({}), "to is missing: write where requests are sent, such as /docs");
  for (const char* const to : {"docs", "//example.com", "https://", "https:///x", "ftp://a.org/",
                               "https://user@example.com", "/a\r\nX: y"}) {
    EXPECT_TRUE(fault({.to = to}).contains("is neither a path such as /docs nor a URL")) << to;
  }
  EXPECT_EQ(fault({.to = "/a?b"}),
            "to: nothing can be appended to '/a?b', which has a query or a fragment; set keep_path "
            "and keep_query to off");
  EXPECT_EQ(fault({.to = "/a?b", .keep_path = false, .keep_query = false}), "");
  EXPECT_EQ(fault({.to = "/a", .status = Status::Ok}),
            "status: 200 is not one of 301, 302, 303, 307, 308");
  EXPECT_THROW((void)redirect({.to = "docs"}), std::invalid_argument);
}

}  // namespace
}  // namespace mastic::middleware
