#include "mastic/middleware/upload_progress.h"

#include <gtest/gtest.h>
#include <malloc.h>

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
using app::TestExchange;
using namespace std::chrono_literals;

const std::string kToken = "0123456789abcdef";

/// Reads one byte a second.
Task<std::string> read_slowly(Request& request) {
  while (true) {
    const auto piece = co_await request.body().next();
    if (!piece) break;
    co_await async::sleep_for(1s);
  }
  co_return "thanks";
}

class UploadProgressTest : public testing::Test {
 protected:
  static Body slow_body(std::string text) {
    return Body::produced_by([text = std::move(text), at = std::size_t{0}]() mutable {
      return at < text.size() ? std::optional(text.substr(at++, 1)) : std::nullopt;
    });
  }
  App& site() {
    if (!app) app.emplace(app::wrap(UploadProgress(options), App(read_slowly)));
    return *app;
  }
  std::string ask(const std::string& token, std::string_view path = "/upload-progress") {
    TestExchange exchange(executor);
    const std::string target = std::string(path) + "?upload=" + token;
    exchange.start(site(), http::Method::Get, target);
    executor.run();
    Response response = exchange.take();
    EXPECT_EQ(response.fields.get("Cache-Control"), "no-store");
    return std::string(*response.body.bytes());
  }
  void post(TestExchange& exchange, std::string target, Body body) {
    targets.push_back(std::move(target));
    exchange.start(site(), http::Method::Post, targets.back(), std::move(body));
    executor.run();
  }

  UploadProgressOptions options;
  std::optional<App> app;
  std::vector<std::string> targets;
  async::ManualExecutor executor;
};

TEST_F(UploadProgressTest, LetsTheServerCountWhatHandlersKeep) {
  app.emplace(app::wrap(UploadProgress(options), App([](Request& request) -> Task<std::string> {
                          co_return co_await request.body().read_all(100);
                        })));
  TestExchange upload(executor);
  std::uint64_t held = 0;
  post(upload, "/photos?upload=" + kToken, app::HeldContent::make(std::string(95, 'x'), held));
  EXPECT_EQ(text_of(upload.take()), std::string(95, 'x'));
  EXPECT_EQ(held, 95u);
}

TEST_F(UploadProgressTest, TellsHowFarAnUploadIs) {
  EXPECT_EQ(ask(kToken), R"({"state":"unknown","received":0,"status":0})");
  TestExchange upload(executor);
  post(upload, "/photos?a=b&upload=" + kToken, slow_body("12345"));
  EXPECT_EQ(ask(kToken), R"({"state":"running","received":1,"status":0})");
  executor.advance(2s);
  EXPECT_EQ(ask(kToken), R"({"state":"running","received":3,"status":0})");
  executor.advance(1min);
  EXPECT_EQ(text_of(upload.take()), "thanks");
  EXPECT_EQ(ask(kToken), R"({"state":"done","received":5,"status":200})");
}

TEST_F(UploadProgressTest, KnowsTheSizeOfContentInMemory) {
  TestExchange upload(executor);
  post(upload, "/photos?upload=" + kToken, Body("12345"));
  EXPECT_EQ(ask(kToken), R"({"state":"running","received":5,"size":5,"status":0})");
  executor.advance(1min);
  (void)upload.take();
}

TEST_F(UploadProgressTest, TellsThatAnUploadFailed) {
  TestExchange upload(executor);
  const auto fail = []() -> std::optional<std::string> { throw std::runtime_error("gone"); };
  post(upload, "/photos?upload=" + kToken, Body::produced_by(fail));
  (void)upload.take();
  EXPECT_EQ(ask(kToken), R"({"state":"failed","received":0,"status":500})");
}

TEST_F(UploadProgressTest, TakesTokensThatAreHardToGuess) {
  for (const std::string& token : {std::string("short"), std::string(15, 'a'), std::string(65, 'a'),
                                   kToken + "%20", kToken + "."}) {
    TestExchange upload(executor);
    post(upload, "/photos?upload=" + token, slow_body("12345"));
    EXPECT_TRUE(ask(token).starts_with(R"({"state":"unknown")")) << token;
    executor.advance(1min);
    (void)upload.take();
  }
  EXPECT_EQ(new_upload_token().size(), 32u);
  EXPECT_NE(new_upload_token(), new_upload_token());
}

TEST_F(UploadProgressTest, DoesNotLetAnotherUploadTakeATokenThatIsInUse) {
  TestExchange first(executor);
  TestExchange second(executor);
  post(first, "/photos?upload=" + kToken, slow_body("12345"));
  post(second, "/photos?upload=" + kToken, Body("1"));
  EXPECT_TRUE(ask(kToken).starts_with(R"({"state":"running","received":1,)"));
  executor.advance(1min);
  (void)second.take();
  EXPECT_TRUE(ask(kToken).starts_with(R"({"state":"running")"));
  (void)first.take();
  TestExchange again(executor);
  post(again, "/photos?upload=" + kToken, Body("1"));
  EXPECT_TRUE(ask(kToken).starts_with(R"({"state":"running","received":1,"size":1)"));
  executor.advance(1min);
  (void)again.take();
}

TEST_F(UploadProgressTest, RemembersABoundedNumberOfUploads) {
  options.max_uploads = 2;
  const std::string tokens[] = {kToken + "a", kToken + "b", kToken + "c"};
  for (const std::string& token : tokens) {
    TestExchange upload(executor);
    post(upload, "/photos?upload=" + token, Body("1"));
    executor.advance(1min);
    (void)upload.take();
  }
  EXPECT_TRUE(ask(tokens[0]).starts_with(R"({"state":"unknown")"));
  EXPECT_TRUE(ask(tokens[1]).starts_with(R"({"state":"done")"));
  EXPECT_TRUE(ask(tokens[2]).starts_with(R"({"state":"done")"));

  TestExchange running[3] = {TestExchange(executor), TestExchange(executor),
                             TestExchange(executor)};
  for (int i = 0; i < 3; ++i)
    post(running[i], "/photos?upload=" + tokens[i] + "x", slow_body("12"));
  EXPECT_TRUE(ask(tokens[1] + "x").starts_with(R"({"state":"running")"));
  EXPECT_TRUE(ask(tokens[2] + "x").starts_with(R"({"state":"unknown")"));
  executor.advance(1min);
  for (TestExchange& upload : running) (void)upload.take();
}

TEST_F(UploadProgressTest, NeedsNoMoreMemoryForATokenThatIsUsedAgainAndAgain) {
  const auto post_often = [&] {
    for (int i = 0; i < 1000; ++i) {
      TestExchange upload(executor);
      post(upload, "/photos?upload=" + kToken, Body("1"));
      executor.advance(1min);
      (void)upload.take();
      targets.clear();
    }
    return ::mallinfo2().uordblks;  // always 0 under a sanitizer
  };
  const std::size_t before = post_often();
  EXPECT_LT(post_often(), before + 16'000);
}

TEST_F(UploadProgressTest, KeepsOtherUploadsWhenATokenIsUsedAgain) {
  options.max_uploads = 2;
  const std::string other = kToken + "b";
  for (const std::string& token : {other, kToken, kToken, kToken}) {
    TestExchange upload(executor);
    post(upload, "/photos?upload=" + token, Body("1"));
    executor.advance(1min);
    (void)upload.take();
  }
  EXPECT_TRUE(ask(other).starts_with(R"({"state":"done")"));
  EXPECT_TRUE(ask(kToken).starts_with(R"({"state":"done")"));
}

TEST_F(UploadProgressTest, RefusesSettingsThatCannotWork) {
  EXPECT_THROW(UploadProgress({.path = "progress"}), std::invalid_argument);
  EXPECT_THROW(UploadProgress({.parameter = ""}), std::invalid_argument);
  EXPECT_THROW(UploadProgress({.max_uploads = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace mastic::middleware
