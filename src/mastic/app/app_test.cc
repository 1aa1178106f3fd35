#include "mastic/app/app.h"

#include <gtest/gtest.h>

#include <new>
#include <optional>
#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/http_error.h"
#include "mastic/async/sleep.h"

#ifndef __has_feature
#define __has_feature(feature) 0  // GCC 12 and 13
#endif

namespace mastic::app {

/// A value that a handler returns. (Not in the anonymous namespace: GCC 12 warns of a Task of it
/// there.)
struct FoundNote {
  std::string text;
};

namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Status;

struct AppTest : testing::Test {
  Response call(const App& app, Method method = Method::Get, std::string_view path = "/",
                Body body = {}) {
    return exchange.call(app, method, path, std::move(body));
  }
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

/// A body that has to be pulled, and comes in two pieces after a while.
Body slow_body() {
  return Body::produced_by([n = 0]() mutable -> Task<std::optional<std::string>> {
    co_await async::sleep_for(10ms);
    const int piece = n++;
    co_return piece < 2 ? std::optional<std::string>(piece == 0 ? "first " : "second")
                        : std::nullopt;
  });
}

TEST_F(AppTest, TakesHandlersOfEveryForm) {
  const std::string_view view = "view";
  struct Callable {
    std::string operator()(Request&) const { return "object"; }
  };
  std::vector<std::pair<App, std::string>> cases;
  cases.emplace_back([] { return "literal"; }, "literal");
  cases.emplace_back([=] { return borrowed(view); }, "view");
  cases.emplace_back([] { return std::string(1000, 'x'); }, std::string(1000, 'x'));
  cases.emplace_back([](Request& request) { return borrowed(request.path()); }, "/");
  cases.emplace_back([] { return Response::text("response"); }, "response");
  cases.emplace_back([] { return Body("bytes"); }, "bytes");
  cases.emplace_back([]() -> base::Result<std::string> { return "result"; }, "result");
  cases.emplace_back([]() -> std::optional<std::string> { return "optional"; }, "optional");
  cases.emplace_back([]() -> Task<Response> { co_return Response::text("task"); }, "task");
  cases.emplace_back([](Request&) -> Task<std::string> { co_return "task of text"; },
                     "task of text");
  cases.emplace_back(
      [](Request&) -> Task<const char*> {
        co_await async::sleep_for(1s);
        co_return "later";
      },
      "later");
  cases.emplace_back(Callable(), "object");
  for (const auto& [app, expected] : cases) {
    Response response = call(app);
    EXPECT_EQ(response.status, Status::Ok);
    EXPECT_TRUE(response.fields.contains(http::FieldName::ContentType));
    EXPECT_EQ(text_of(std::move(response)), expected);
  }
}

TEST_F(AppTest, AnswersWithAStatus) {
  EXPECT_EQ(text_of(call([] { return Status::NotFound; })), "404 Not Found\n");
  EXPECT_EQ(text_of(call([] { return Status::NoContent; })), "");
}

TEST_F(AppTest, AnswersAnEmptyOptionalWith404) {
  using Note = FoundNote;
  const auto find = [](bool is_there) {
    return [is_there]() { return is_there ? std::optional(Note{"milk"}) : std::nullopt; };
  };
  EXPECT_EQ(text_of(call(find(true))), R"({"text":"milk"})");
  const App missing = find(false);
  EXPECT_EQ(text_of(call(missing)), "404 Not Found\n");
  const App later = []() -> Task<std::optional<Note>> {
    co_await async::sleep_for(1ms);
    co_return std::nullopt;
  };
  EXPECT_EQ(call(later).status, Status::NotFound);
  const App failed = []() -> base::Result<std::optional<Note>> { return base::fail("no disk"); };
  EXPECT_EQ(call(failed).status, Status::InternalServerError);
  const App empty = []() -> base::Result<std::optional<Note>> { return std::nullopt; };
  EXPECT_EQ(call(empty).status, Status::NotFound);
}

TEST_F(AppTest, SendsBorrowedTextWithoutACopy) {
  const std::string page(1000, 'x');
  Response response = call([&page] { return borrowed(page); });
  EXPECT_EQ(response.body.bytes()->data(), page.data());
  EXPECT_EQ(response.fields.get("Content-Type"), "text/plain; charset=utf-8");
}

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
/// Returns the c_str() of `words`, hidden from the compiler: Clang warns when it is in one
/// function.
[[gnu::noinline]] const char* as_c_text(const std::string& words) { return words.c_str(); }

TEST_F(AppTest, ASanitizerFindsACStrOfALocalString) {
  const App app = [] {
    const std::string local(1000, 'x');
    return as_c_text(local);
  };
  EXPECT_DEATH(call(app), "heap-use-after-free");
}
#endif

TEST_F(AppTest, CallsAPlainHandlerOnceItsBodyHasArrived) {
  const App app = [](Request& request) { return "got " + std::string(request.text()); };
  EXPECT_EQ(text_of(call(app, Method::Post, "/", slow_body())), "got first second");
  EXPECT_EQ(text_of(call(app, Method::Post, "/", Body("at once"))), "got at once");
  EXPECT_EQ(text_of(call(app)), "got ");
}

TEST_F(AppTest, LetsATaskPullItsBody) {
  const App app = [](Request& request) -> Task<std::string> {
    std::string pieces;
    while (const auto piece = co_await request.body().next())
      pieces += "[" + std::string(*piece) + "]";
    co_return pieces;
  };
  EXPECT_EQ(text_of(call(app, Method::Post, "/", slow_body())), "[first ][second]");
}

TEST_F(AppTest, RefusesABodyBeyondItsLimit) {
  exchange.most = 10;
  bool called = false;
  const App app = [&](Request&) {
    called = true;
    return "";
  };
  EXPECT_EQ(call(app, Method::Post, "/", slow_body()).status, Status::ContentTooLarge);
  EXPECT_FALSE(called);
}

TEST_F(AppTest, AnswersEveryException) {
  const App apps[] = {
      [](Request&) -> std::string { throw std::runtime_error("secret"); },
      [](Request&) -> std::string { throw 42; },
      [](Request&) -> Task<Response> {
        throw std::runtime_error("secret");
        co_return Response();
      },
      [](Request&) -> Task<Response> {
        co_await async::sleep_for(1ms);
        throw "text";
      },
      []() -> base::Result<std::string> { return base::fail("secret"); },
  };
  for (const App& app : apps) {
    exchange.recorded.lines.clear();
    Response response = call(app, Method::Get, "/broken");
    EXPECT_EQ(response.status, Status::InternalServerError);
    const std::string page = text_of(std::move(response));
    EXPECT_EQ(page.find("secret"), std::string::npos);
    ASSERT_EQ(exchange.recorded.lines.size(), 1u);
    const std::string reference = reference_id(42);
    EXPECT_NE(page.find(reference), std::string::npos);
    EXPECT_NE(exchange.recorded.lines[0].find(reference), std::string::npos);
    EXPECT_NE(exchange.recorded.lines[0].find("GET /broken"), std::string::npos);
  }
  call(apps[0]);
  EXPECT_NE(exchange.recorded.lines.back().find("std::runtime_error: secret"), std::string::npos);
}

Task<int> fails_deep() {
  co_await async::sleep_for(1ms);
  throw std::runtime_error("secret");
}

TEST_F(AppTest, LogsTheAwaitsThatAnExceptionCameThrough) {
  constexpr int kAwait = __LINE__ + 2;
  const App app(
      [](Request&) -> Task<std::string> { co_return std::to_string(co_await fails_deep()); });
  EXPECT_EQ(call(app).status, Status::InternalServerError);
  const std::string& line = exchange.recorded.lines.back();
  const auto inside = line.find(" (at app_test.cc:");
  const auto outside = line.find("; at app_test.cc:" + std::to_string(kAwait) + ", ");
  EXPECT_LT(inside, outside) << line;
  EXPECT_NE(outside, line.npos) << line;
  EXPECT_EQ(line.find("handler.h"), line.npos)
      << "awaits inside the library are left out: " << line;
}

TEST_F(AppTest, AnswersWithTheStatusThatWasThrown) {
  Response response = call([](Request&) -> std::string {
    throw HttpError(Status::TooManyRequests, "slow down").set("Retry-After", "5");
  });
  EXPECT_EQ(response.status, Status::TooManyRequests);
  EXPECT_EQ(response.fields.get("Retry-After"), "5");
  EXPECT_EQ(text_of(std::move(response)), "429 Too Many Requests\n\nslow down\n");
  EXPECT_TRUE(exchange.recorded.lines.empty());
}

TEST_F(AppTest, SurvivesAHandlerWithoutMemoryAndLogsIt) {
  EXPECT_EQ(call([](Request&) -> std::string { throw std::bad_alloc(); }).status,
            Status::ServiceUnavailable);
  ASSERT_EQ(exchange.recorded.lines.size(), 1u);
  EXPECT_NE(exchange.recorded.lines[0].find("GET /: std::bad_alloc"), std::string::npos)
      << exchange.recorded.lines[0];
}

TEST(Response, EscapesTheTargetOfARedirect) {
  const auto location = [](std::string_view to) {
    return std::string(*Response::redirect(to).fields.get("Location"));
  };
  EXPECT_EQ(location("/a?b=%20#c"), "/a?b=%20#c");
  EXPECT_EQ(location("./a//b"), "./a//b");
  EXPECT_EQ(location("/a b\xc3\xa4\"x"), "/a%20b%C3%A4%22x");
}

TEST(Response, RedirectsDoNotLeaveTheSite) {
  for (const char* to : {"https://evil.example/", "//evil.example", "/\\evil.example", "evil", "",
                         "/\t/evil.example", "/a\r\nSet-Cookie: x", "javascript:alert(1)"}) {
    EXPECT_THROW((void)Response::redirect(to), HttpError) << to;
  }
  EXPECT_EQ(Response::redirect_to_other_site("https://good.example/").fields.get("Location"),
            "https://good.example/");
}

TEST(Response, SetsTypedFields) {
  Response response = Response::json(std::vector<int>{1, 2}, Status::Created)
                          .set(http::CacheControl{.no_store = true})
                          .add(http::Link{.target = "/a", .rel = "next"})
                          .add(http::Link{.target = "/b", .rel = "prev"})
                          .set_cookie({.name = "id", .value = "7"});
  response.clear_cookie("old");
  EXPECT_EQ(response.status, Status::Created);
  EXPECT_EQ(response.fields.get("Cache-Control"), "no-store");
  EXPECT_EQ(response.fields.view().joined(http::FieldName::Link),
            "</a>; rel=\"next\", </b>; rel=\"prev\"");
  EXPECT_EQ(response.fields.view().joined(http::FieldName::SetCookie),
            "id=7; Path=/; SameSite=Lax; Secure; HttpOnly, "
            "old=; Path=/; Max-Age=0; SameSite=Lax; Secure; HttpOnly");
  EXPECT_EQ(text_of(std::move(response)), "[1,2]");
}

TEST_F(AppTest, RefusesFieldsThatWouldSplitAResponse) {
  Response response = call([](Request&) { return Response().set("X-A", "b\r\nX-C: d"); });
  EXPECT_EQ(response.status, Status::InternalServerError);
  EXPECT_FALSE(response.fields.get("X-C"));
}

TEST_F(AppTest, CallsFinishersInReverseOrder) {
  std::string order;
  const App app = [&](Request& request) {
    request.on_finish(
        [&](const Outcome& outcome) { order += "1:" + std::to_string(code(outcome.status)); });
    request.on_finish(
        [&, text = std::string(100, 'x')](const Outcome&) { order += "2," + text.substr(0, 1); });
    return Status::NotFound;
  };
  (void)call(app);
  EXPECT_EQ(order, "2,x1:404");
}

TEST_F(AppTest, CancelsAHandlerThatWaitsWhenTheContextStops) {
  bool cleaned = false;
  const App app = [&](Request&) -> Task<Response> {
    struct Cleanup {
      bool& done;
      ~Cleanup() { done = true; }
    } cleanup{cleaned};
    co_await async::sleep_for(1h);
    co_return Response();
  };
  exchange.start(app, Method::Get, "/");
  executor.run();
  EXPECT_FALSE(cleaned);
  exchange.stop();
  executor.run();
  EXPECT_TRUE(cleaned);
  EXPECT_EQ(exchange.take().status, Status::ServiceUnavailable);
}

TEST(ReferenceId, IsReadableAndDistinct) {
  EXPECT_EQ(reference_id(0), "0000000000000");
  EXPECT_EQ(reference_id(~std::uint64_t{0}).size(), 13u);
  EXPECT_NE(reference_id(1), reference_id(2));
  EXPECT_NE(reference_id(1), reference_id(std::uint64_t{1} << 63));
}

}  // namespace
}  // namespace mastic::app
