#include "mastic/middleware/response_fields.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/http_error.h"

namespace mastic::middleware {
namespace {

using app::App;
using app::Response;
using http::Method;

/// The options as an operator writes them, and what is wrong with them.
struct FieldSection {
  ResponseFieldsOptions options;
  std::string fault;

  explicit FieldSection(std::initializer_list<std::pair<std::string_view, std::string_view>> keys) {
    base::OptionTable table;
    options.describe(table);
    for (const auto& [key, value] : keys) {
      const auto done = table.set(key, value);
      if (!done) fault = done.error().message;
    }
    const auto fits = options.check();
    if (!fits) fault = fits.error().message;
  }
};

struct ResponseFieldsTest : testing::Test {
  Response get(ResponseFieldsOptions options, App app) {
    return exchange.call(wrap(ResponseFields(std::move(options)), std::move(app)), Method::Get,
                         "/");
  }
  async::ManualExecutor executor;
  app::TestExchange exchange{executor};
};

TEST_F(ResponseFieldsTest, SetsAddsAndRemovesFields) {
  const App app = [] {
    Response response = Response::text("x");
    response.set("X-Frame-Options", "SAMEORIGIN").set("Vary", "Cookie").set("Server", "site");
    return response;
  };
  const FieldSection section(
      {{"X-Frame-Options", "DENY"}, {"+Vary", "Origin"}, {"-Server", ""}, {"-Not-There", ""}});
  const Response response = get(section.options, app);
  EXPECT_EQ(section.fault, "");
  EXPECT_EQ(response.fields.view().joined(http::FieldName::Vary), "Cookie, Origin");
  EXPECT_EQ(response.fields.get("X-Frame-Options"), "DENY");
  EXPECT_EQ(response.fields.get("Server"), std::nullopt);
}

TEST_F(ResponseFieldsTest, ErrorsGetThemToo) {
  const App throwing = []() -> std::string { throw app::HttpError(http::Status::Forbidden); };
  const Response response = get({.fields = {{"X-Frame-Options", "DENY", {}}}}, throwing);
  EXPECT_EQ(response.status, http::Status::Forbidden);
  EXPECT_EQ(response.fields.get("X-Frame-Options"), "DENY");
}

TEST_F(ResponseFieldsTest, SaysWhatIsWrongWithAField) {
  EXPECT_EQ(
      FieldSection({{"X Y", "1"}}).fault,
      "'X Y' is not the name of a field, which has letters, digits and signs such as -, and no "
      "spaces");
  EXPECT_EQ(FieldSection({{"transfer-encoding", "x"}}).fault,
            "transfer-encoding belongs to the server and cannot be changed");
  EXPECT_EQ(FieldSection({{"-Content-Length", ""}}).fault,
            "Content-Length belongs to the server and cannot be changed");
  EXPECT_EQ(FieldSection({{"-Server", "x"}}).fault,
            "-Server removes the field, so it takes no value");
  EXPECT_EQ(FieldSection({{"Server", ""}}).fault,
            "Server has no value; to remove the field, write -Server");
  EXPECT_EQ(FieldSection({{"Link", "a\r\nSet-Cookie: b"}}).fault,
            "Link: a value must be one line, without control characters and without spaces at its "
            "ends");
  EXPECT_THROW(ResponseFields({.fields = {{"", "x", {}}}}), std::invalid_argument);
}

}  // namespace
}  // namespace mastic::middleware
