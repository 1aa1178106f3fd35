// Deliberate errors of applications, each with exactly what a test client says about it.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/middleware.h"
#include "mastic/async/sleep.h"
#include "mastic/http/request_head.h"
#include "mastic/middleware/lint.h"
#include "mastic/routing/router.h"
#include "mastic/testing/memory_carrier.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using app::Body;
using app::Next;
using app::Request;
using app::Response;
using app::Task;
using http::Status;
using routing::Router;

/// Middleware that cuts the length short.
struct Shorten {
  void after(Request&, Response& response) const { response.set("Content-Length", "12"); }
};
/// Middleware that forgets what kind of content there is.
struct ForgetType {
  void after(Request&, Response& response) const { response.fields.remove("Content-Type"); }
};
/// Middleware that mends what the handlers leave out.
struct MendType {
  void after(Request&, Response& response) const { response.set("Content-Type", "text/plain"); }
};
struct Retry {
  Task<Response> operator()(Request& request, Next next) const {
    (void)co_await next(request);
    co_return co_await next(request);
  }
};
struct Forget {
  Task<Response> operator()(Request& request, Next next) const {
    {
      const Task<Response> dropped = next(request);
    }
    co_return Response::text("mine");
  }
};
struct ChangeMethod {
  std::optional<Response> before(Request& request) const {
    auto& head = request.ext<http::RequestHead>();
    head = request.facts().head;
    head.method = http::Method::Post;
    head.method_text = "POST";
    replace_head(request, head);
    return std::nullopt;
  }
};

/// An answer with one field more than a text needs.
Response with(std::string_view name, std::string_view value, Status status = Status::Ok) {
  return Response::text("x", status).set(name, value);
}
/// Content of pieces, of which the last one may come after an end.
Body pieces(std::vector<std::optional<std::string>> all) {
  return Body::produced_by(
      [all = std::move(all), next = std::size_t{0}]() mutable -> std::optional<std::string> {
        return next < all.size() ? all[next++] : std::nullopt;
      });
}
class EmptyPieces final : public app::BodySource {
 public:
  Task<std::optional<std::string_view>> next() override {
    if (sent_++ < 2) return std::optional<std::string_view>(sent_ == 1 ? "" : "x");
    return std::optional<std::string_view>();
  }

 private:
  int sent_ = 0;
};
/// Middleware that pulls content until twice nothing has come.
struct PullOn {
  static Task<Response> pull(Response response) {
    std::string all;
    for (int ends = 0; ends < 2;) {
      const auto piece = co_await response.body.next();
      piece ? void(all += *piece) : void(++ends);
    }
    response.body = Body(std::move(all));
    co_return response;
  }
  Task<Response> operator()(Request& request, Next next) const {
    Response response = co_await next(request);
    co_return co_await pull(std::move(response));
  }
};

struct Case {
  std::string name;
  std::function<void(Router&)> make;
  std::string says;  ///< behind "GET /cart"
  std::string method = "GET";
};

/// An error of a handler: the answer is what `respond` returns.
Case by_handler(std::string name, std::function<Response(Request&)> respond, std::string says,
                std::string method = "GET") {
  std::string all = " " + std::move(says);
  const std::size_t at = all.find("|");
  all.replace(at, 1, "Made by the handler of " + method + " /cart.");
  return {std::move(name),
          [respond, method](Router& site) {
            if (method == "POST") {
              site.post("/cart", [respond](Request& request) { return respond(request); });
            } else {
              site.get("/cart", [respond](Request& request) { return respond(request); });
            }
          },
          std::move(all), std::move(method)};
}
/// An error of a middleware around a handler that is right.
template <class M>
Case by_middleware(std::string name, M middleware, std::string says) {
  return {std::move(name),
          [middleware](Router& site) {
            site.get("/cart", [] { return "fifteen bytes.."; }).use(middleware);
          },
          " " + std::move(says)};
}

std::vector<Case> all_cases() {
  const auto text = [](std::string_view name, std::string_view value, Status status = Status::Ok) {
    return [name = std::string(name), value = std::string(value), status](Request&) {
      return with(name, value, status);
    };
  };
  const auto plain = [](Status status) { return [status](Request&) { return Response(status); }; };
  return {
      by_middleware("shortened", Shorten{},
                    "(200): Content-Length is 12, and the content has 15 bytes. Made by the "
                    "middleware mastic::testing::Shorten (around the handler of GET /cart). "
                    "RFC 9112 §6.2."),
      by_middleware(
          "type forgotten", ForgetType{},
          "(200): there is content without Content-Type. Made by the middleware "
          "mastic::testing::ForgetType (around the handler of GET /cart). RFC 9110 §8.3."),
      by_middleware(
          "next twice", Retry{},
          "(200): next was called twice. Made by the middleware mastic::testing::Retry (around "
          "the handler of GET /cart). app/middleware.h, Next: an application answers "
          "once."),
      by_middleware("method changed", ChangeMethod{},
                    "(200): the method was changed from GET to POST. Made by the middleware "
                    "mastic::testing::ChangeMethod (around the handler of POST /cart). "
                    "app/request.h, replace_head: layers above act by the method."),
      {"next forgotten",
       [](Router& site) {
         site.get("/cart",
                  [](Request&) -> Task<std::string> {
                    co_await async::sleep_for(1s);
                    co_return "late";
                  })
             .use(Forget{});
       },
       " (200): next was called, and its task was never awaited. Made by the middleware "
       "mastic::testing::Forget (around the handler of GET /cart). app/middleware.h, Next."},
      {"a middleware that is a lambda",
       [](Router& site) {
         site.get("/cart", [] { return "x"; })
             .use([](Request& request, Next next) -> Task<Response> {
               Response response = co_await next(request);
               co_return std::move(response.set("Connection", "close"));
             });
       },
       " (200): Connection must be set by the server only. Made by the middleware a lambda of "
       "mastic::testing::all_cases (around the handler of GET /cart). app/response.h, Response: "
       "the "
       "server frames the message (RFC 9110 §7.6.1)."},
      {"of the whole site",
       [](Router& site) {
         site.get("/cart", [] { return "fifteen bytes.."; });
         site.use(Shorten{});
       },
       " (200): Content-Length is 12, and the content has 15 bytes. Made by the middleware "
       "mastic::testing::Shorten (around the handler of GET /cart). RFC 9112 §6.2."},
      {"in a mount",
       [](Router& site) {
         Router inner;
         inner.get("/cart", [] { return Response(Status::Found); }).use(MendType{});
         site.mount("/", std::move(inner));
       },
       " (302): Location is missing. Made by the handler of GET /cart. RFC 9110 §15.4.3."},
      by_handler(
          "too few bytes",
          [](Request&) {
            return Response::text_body(pieces({"12345", "6789"})).set("Content-Length", "12");
          },
          "(200): Content-Length is 12, and the content ends after 9 bytes. | "
          "RFC 9112 §6.2."),
      by_handler(
          "too many bytes",
          [](Request&) {
            return Response::text_body(pieces({"12345", "6789"})).set("Content-Length", "8");
          },
          "(200): Content-Length is 8, and 9 bytes of content have come. | "
          "RFC 9112 §6.2."),
      by_handler(
          "an empty piece",
          [](Request&) { return Response::text_body(Body(std::make_unique<EmptyPieces>())); },
          "(200): a piece of the content is empty. | app/body.h, BodySource::next."),
      {"content after the end",
       [](Router& site) {
         site.get(
                 "/cart",
                 [] { return Response::text_body(pieces({"a", std::nullopt, "b", std::nullopt})); })
             .use(PullOn{});
       },
       " (200): content was produced after its end. Made by the handler of GET /cart. "
       "app/body.h, BodySource::next."},
      by_handler(
          "read twice",
          [](Request& request) {
            const Body taken = std::move(request.body());
            request.body() = Body::taken();
            return Response::text(std::string(request.text()));
          },
          "(500): the content of the request was read twice. | app/body.h, Body: content is read "
          "at most once.",
          "POST"),
      by_handler("a status of its own", plain(static_cast<Status>(700)),
                 "(700): the status is 700. | RFC 9110 §15."),
      by_handler(
          "204 with content", [](Request&) { return Response::text("x", Status::NoContent); },
          "(204): the status forbids content, but there is some. | RFC 9110 §15.3.5."),
      by_handler(
          "205 with content", [](Request&) { return Response::text("x", Status::ResetContent); },
          "(205): the status forbids content, but there is some. | RFC 9110 §15.3.6."),
      by_handler(
          "304 with content", [](Request&) { return Response::text("x", Status::NotModified); },
          "(304): the status forbids content, but there is some. | RFC 9110 §15.4.5."),
      by_handler(
          "a length with 204",
          [](Request&) { return Response(Status::NoContent).set("Content-Length", "0"); },
          "(204): Content-Length is set, and an answer with the status 204 has none. | "
          "RFC 9110 §8.6."),
      by_handler(
          "426 without a protocol",
          [](Request&) { return Response::text("x", Status::UpgradeRequired); },
          "(426): the status is 426, but no upgrade names a protocol. | RFC 9110 §15.5.22."),
      by_handler(
          "401 without a challenge",
          [](Request&) { return Response::text("x", Status::Unauthorized); },
          "(401): WWW-Authenticate is missing. | RFC 9110 §15.5.2."),
      by_handler(
          "405 without methods",
          [](Request&) { return Response::text("x", Status::MethodNotAllowed); },
          "(405): Allow is missing. | RFC 9110 §15.5.6."),
      by_handler("405 that allows the method", text("Allow", "HEAD, GET", Status::MethodNotAllowed),
                 "(405): the status is 405, but Allow has GET. | RFC 9110 §15.5.6."),
      by_handler(
          "416 without a size",
          [](Request&) { return Response::text("x", Status::RangeNotSatisfiable); },
          "(416): Content-Range is missing. | RFC 9110 §15.5.17."),
      by_handler("206 of another size",
                 text("Content-Range", "bytes 0-4/10", Status::PartialContent),
                 "(206): Content-Range is 'bytes 0-4/10', and the content has 1 bytes. | "
                 "RFC 9110 §14.4."),
      by_handler("a byte beyond ASCII", text("X-Name", "J\xc3\xb6rg"),
                 "(200): X-Name has a byte beyond ASCII. | RFC 9110 §5.5."),
      by_handler("a wrong type", text("Content-Type", "text"),
                 "(200): Content-Type is 'text'. | RFC 9110 §8.3.1."),
      by_handler("a wrong tag", text("ETag", "v1"), "(200): ETag is 'v1'. | RFC 9110 §8.8.3."),
      by_handler("a wrong date", text("Last-Modified", "yesterday"),
                 "(200): Last-Modified is 'yesterday'. | RFC 9110 §5.6.7."),
      by_handler(
          "a date in the future",
          [](Request&) {
            return with("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
                .set("Last-Modified", "Sun, 06 Nov 1994 08:49:38 GMT");
          },
          "(200): Last-Modified is later than Date. | RFC 9110 §8.8.2.1."),
      by_handler("a wrong cookie", text("Set-Cookie", "a b=secret"),
                 "(200): the cookie 'a b' has a name that is no token. | RFC 6265 §4.1.1."),
      by_handler("a cookie for all sites without TLS", text("Set-Cookie", "a=1; SameSite=None"),
                 "(200): the cookie 'a' is SameSite=None without Secure. | RFC 6265 §4.1.1."),
      by_handler("a wrong place", text("Location", "/a b"),
                 "(200): Location is '/a b'. | RFC 9110 §10.2.2."),
      by_handler("wrong caching", text("Cache-Control", "max-age=1h"),
                 "(200): Cache-Control is 'max-age=1h'. | RFC 9111 §5.2."),
      by_handler("caching for all and for one", text("Cache-Control", "public, private"),
                 "(200): Cache-Control is 'public, private'. | RFC 9111 §5.2."),
      by_handler("a wrong delay", text("Retry-After", "soon"),
                 "(200): Retry-After is 'soon'. | RFC 9110 §10.2.3."),
      by_handler("a wrong list", text("Vary", "Accept Encoding"),
                 "(200): Vary is 'Accept Encoding'. | RFC 9110 §12.5.5."),
      by_handler(
          "a repeated field", [](Request&) { return with("ETag", "\"1\"").add("ETag", "\"2\""); },
          "(200): ETag is repeated. | RFC 9110 §5.3."),
  };
}

TEST(LintTable, SaysWhatIsWrongAndWhoHasMadeIt) {
  const std::vector<Case> cases = all_cases();
  ASSERT_GE(cases.size(), 20u);
  for (const Case& each : cases) {
    Router site;
    each.make(site);
    TestClient client(std::move(site));
    if (each.method == "POST") client.expect_errors("the handler has taken the body");
    std::string said = "nothing";
    try {
      (void)client.send_raw(each.method + " /cart HTTP/1.1\r\nHost: a\r\n" +
                            (each.method == "POST" ? "Content-Length: 1\r\n\r\nx" : "\r\n"));
    } catch (const std::logic_error& error) {
      const std::string_view all = error.what();  // begins with the place in the test
      said = all.substr(std::min(all.find("the application breaks"), all.size()));
    }
    EXPECT_EQ(said, "the application breaks its contract:\n  " + each.method + " /cart" + each.says)
        << each.name;
  }
}

TEST(LintTable, AcceptsWhatALayerAboveHasMended) {
  Router site;
  site.get("/cart", [] { return Response(Status::Ok, Body(std::string("x"))); }).use(MendType{});
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/cart").text, "x");
}

TEST(LintTable, NamesTheRouterWhereNoHandlerAnswers) {
  Router site;
  site.use(Shorten{});
  TestClient client(std::move(site));
  try {
    (void)client.get("/none");
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_NE(
        std::string_view(error.what()).find("Made by the middleware mastic::testing::Shorten."),
        std::string_view::npos)
        << error.what();
  }
}

TEST(LintTable, SaysThatAHandlerRunsOnAfterItsClientHasLeft) {
  Router site;
  site.get("/report/{id}", [](Request&) -> Task<Response> {
    co_await async::sleep_for(30s);
    co_return Response::text("late");
  });
  MemoryCarrier server(std::move(site), {});
  ClientEnd& peer = server.connect();
  server.send(peer, "GET /report/7 HTTP/1.1\r\nHost: a\r\n\r\n");
  server.pass(10s);
  server.leave(peer);
  server.pass(10s);
  EXPECT_NO_THROW(server.check_contract());
  server.pass(15s);
  try {
    server.check_contract();
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(),
                 "the application breaks its contract:\n  GET /report/7 (200): the handler of GET "
                 "/report/{id} ran on for 20 s after the client left. app/app.h, App: the stop "
                 "token says when to end.");
  }
}

}  // namespace
}  // namespace mastic::testing
