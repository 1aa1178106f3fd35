#include "mastic/middleware/body_limit.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/held_content_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::middleware {
namespace {

using app::App;
using app::Body;
using app::Request;
using app::Response;
using app::Task;
using http::Method;
using http::Status;

/// Content of unknown length, in pieces of ten bytes, at once or after a while each.
Body pieces_of_ten(int count, bool waits) {
  return Body::produced_by([count, waits]() mutable -> Task<std::optional<std::string>> {
    if (waits) co_await async::sleep_for(std::chrono::milliseconds(5));
    if (count-- == 0) co_return std::nullopt;
    co_return std::string(10, 'x');
  });
}

struct BodyLimitTest : testing::Test {
  Response post(Body content) {
    const App app = wrap(BodyLimit({.max_body_bytes = 20}), App([this](Request& request) {
                           is_called = true;
                           return std::string(request.text());
                         }));
    return exchange.call(app, Method::Post, "/", std::move(content));
  }
  bool is_called = false;
  async::ManualExecutor executor;
  app::TestExchange exchange{executor};
};

TEST_F(BodyLimitTest, RefusesContentThatSaysItIsTooLargeBeforeTheApplicationIsCalled) {
  Response response = post(Body(std::string(21, 'x')));
  EXPECT_EQ(response.status, Status::ContentTooLarge);
  EXPECT_EQ(text_of(std::move(response)),
            "413 Content Too Large\n\nThe content may have at most 20 bytes here.\n");
  EXPECT_FALSE(is_called);
}

TEST_F(BodyLimitTest, RefusesContentThatTurnsOutToBeTooLarge) {
  for (const bool waits : {false, true}) {
    EXPECT_EQ(post(pieces_of_ten(3, waits)).status, Status::ContentTooLarge);
    EXPECT_FALSE(is_called) << "a plain handler is called when the content is there";
  }
}

TEST_F(BodyLimitTest, LetsContentUpToTheLimitPass) {
  EXPECT_EQ(text_of(post(Body(std::string(20, 'x')))), std::string(20, 'x'));
  for (const bool waits : {false, true}) {
    EXPECT_EQ(text_of(post(pieces_of_ten(2, waits))), std::string(20, 'x'));
  }
  EXPECT_EQ(text_of(post(Body())), "");
}

TEST_F(BodyLimitTest, DoesNotRaiseTheLimitOfTheServer) {
  exchange.most = 15;
  EXPECT_EQ(post(pieces_of_ten(2, true)).status, Status::ContentTooLarge);
}

TEST_F(BodyLimitTest, LetsTheServerCountWhatHandlersKeep) {
  const App app =
      wrap(BodyLimit({.max_body_bytes = 20}), App([](Request& request) -> Task<std::string> {
             co_return co_await request.body().read_all(100);
           }));
  std::uint64_t held = 0;
  Body content = app::HeldContent::make(std::string(20, 'x'), held);
  EXPECT_EQ(exchange.call(app, Method::Post, "/", std::move(content)).status, Status::Ok);
  EXPECT_EQ(held, 20u);
}

TEST_F(BodyLimitTest, HoldsForContentThatIsReadPieceByPiece) {
  std::size_t read = 0;
  const App app =
      wrap(BodyLimit({.max_body_bytes = 20}), App([&](Request& request) -> Task<Status> {
             while (const auto piece = co_await request.body().next()) {
               read += piece->size();
             }
             co_return Status::NoContent;
           }));
  EXPECT_EQ(exchange.call(app, Method::Post, "/", pieces_of_ten(5, true)).status,
            Status::ContentTooLarge);
  EXPECT_EQ(read, 20u);
}

}  // namespace
}  // namespace mastic::middleware
