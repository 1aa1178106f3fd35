#include "mastic/middleware/decompress_requests.h"

#include <gtest/gtest.h>

#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/held_content_testing.h"
#include "mastic/wire/coding/content_decoder.h"
#include "mastic/wire/coding/gzip_testing.h"

namespace mastic::middleware {
namespace {

using app::App;
using app::Body;
using app::Request;
using app::Response;
using app::Task;
using app::TestExchange;
using wire::coding::gzip;

/// What the handler sees: its content and the fields about it.
Task<std::string> describe_content(Request& request) {
  co_await request.gather();
  std::string text(request.text());
  for (const std::string_view name : {"Content-Encoding", "Content-Length", "Content-Type"}) {
    if (const auto value = request.field(name))
      text.append(" ").append(name).append("=").append(*value);
  }
  co_return text;
}

class DecompressRequestsTest : public testing::Test {
 protected:
  /// The answer to content with this Content-Encoding, or its status.
  std::string post(std::string_view coding, std::string content) {
    const App app = app::wrap(DecompressRequests(options), App(describe_content));
    TestExchange exchange(executor);
    exchange.most = most;
    exchange.fields.add("Content-Type", "text/plain");
    exchange.fields.add("Content-Length", std::to_string(content.size()));
    if (!coding.empty()) exchange.fields.add("Content-Encoding", coding);
    Response response = exchange.call(app, http::Method::Post, "/",
                                      Body::produced_by([&]() -> std::optional<std::string> {
                                        if (content.empty()) return std::nullopt;
                                        std::string piece = content.substr(0, 10);
                                        content.erase(0, piece.size());
                                        return piece;
                                      }));
    accepts = response.fields.get("Accept-Encoding").value_or("");
    if (response.status != http::Status::Ok) {
      return std::to_string(static_cast<int>(response.status));
    }
    return text_of(std::move(response));
  }

  async::ManualExecutor executor;
  DecompressRequestsOptions options;
  std::uint64_t most = 1 << 20;
  std::string accepts;
};

TEST_F(DecompressRequestsTest, ShowsHandlersTheContentAsItWas) {
  EXPECT_EQ(post("gzip", gzip("Two teas")), "Two teas Content-Type=text/plain");
  EXPECT_EQ(post("X-GZIP", gzip("Two teas")), "Two teas Content-Type=text/plain");
}

TEST_F(DecompressRequestsTest, LetsTheServerCountWhatHandlersKeep) {
  const App app =
      app::wrap(DecompressRequests(options), App([](Request& request) -> Task<std::string> {
                  co_return co_await request.body().read_all(10'000);
                }));
  TestExchange exchange(executor);
  exchange.fields.add("Content-Encoding", "gzip");
  std::uint64_t held = 0;
  Body content = app::HeldContent::make(gzip(std::string(5'000, 'x')), held);
  EXPECT_EQ(exchange.call(app, http::Method::Post, "/", std::move(content)).status,
            http::Status::Ok);
  EXPECT_EQ(held, 5'000u) << "not only what was sent";
}

TEST_F(DecompressRequestsTest, LeavesOtherContentAlone) {
  EXPECT_EQ(post("", "Two teas"), "Two teas Content-Length=8 Content-Type=text/plain");
  EXPECT_EQ(post("identity", "Two teas"), "Two teas Content-Type=text/plain");
}

TEST_F(DecompressRequestsTest, NamesTheCodingsThatItTakes) {
  for (const std::string_view coding : {"deflate", "compress", "gzip, gzip", "x"}) {
    EXPECT_EQ(post(coding, "x"), "415") << coding;
    EXPECT_EQ(accepts, wire::coding::decodable_codings());
  }
}

TEST_F(DecompressRequestsTest, RefusesContentThatIsMalformedOrCutShort) {
  EXPECT_EQ(post("gzip", "no gzip"), "400");
  EXPECT_EQ(post("gzip", gzip("Two teas").substr(0, 20)), "400");
  EXPECT_EQ(post("gzip", gzip("Two teas") + "more"), "400");
}

TEST_F(DecompressRequestsTest, HoldsTheLimitsOfTheServerAndItsOwn) {
  most = 1000;
  EXPECT_EQ(post("gzip", gzip(std::string(1001, 'x'))), "413");
  options.max_body_bytes = 500;
  EXPECT_EQ(post("gzip", gzip(std::string(501, 'x'))), "413");
  most = 1 << 30;
  options = {.max_decompress_ratio = 100};
  EXPECT_EQ(post("gzip", gzip(std::string(1 << 20, 'x'))), "413");
  options = {.max_decompress_ratio = 2000};
  EXPECT_TRUE(post("gzip", gzip(std::string(1 << 20, 'x'))).starts_with("xxx"));
}

}  // namespace
}  // namespace mastic::middleware
