#include "site.h"

#include <mastic/middleware/response_fields.h>
#include <mastic/middleware/uploads.h>

#include <stdexcept>
#include <vector>

#include "guestbook.h"
#include "pages.h"

using namespace std::chrono_literals;
using mastic::Body;
using mastic::Checked;
using mastic::File;
using mastic::Form;
using mastic::Problem;
using mastic::Query;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Task;
using mastic::to_json;
using mastic::Topic;
using mastic::UploadOptions;
using mastic::WebSocket;
using mastic::middleware::ResponseFields;
using mastic::middleware::Uploads;

namespace {

// ---- a JSON endpoint: its parameters and its result are plain structs ----

struct Manner {
  bool loud = false;
};
struct Greeting {
  std::string text;
  std::size_t letters = 0;
};

Greeting greet(std::string_view name, Query<Manner> manner) {
  const std::string end = manner->loud ? "!!!" : ".";
  return {"Hello, " + std::string(name) + end, name.size()};
}

// ---- a streamed answer: produced while it is sent, without holding a thread ----

struct Countdown {
  int left = 10;

  Task<std::optional<std::string>> operator()() {
    if (left == 0) co_return std::nullopt;
    co_await mastic::sleep_for(250ms);
    co_return std::to_string(left--) + "\n";
  }
};

Response count_down() { return Response::of_type("text/plain", Body::produced_by(Countdown())); }

// ---- a form: errors are shown beside its fields ----

Response show_again(const Guestbook& book, const Checked<Form<Entry>>& form) {
  return guestbook_page(book, *form, form.errors);
}

// ---- a chat: what one page says reaches all of them ----

struct Said {
  std::string name;
  std::string text;
};

struct Chat {
  Topic room;

  Task<> operator()(WebSocket& socket) const {
    co_await socket.subscribe(room);
    while (auto said = co_await socket.receive_json<Said>()) {
      room.publish(to_json(*said));
    }
  }
};

// ---- an upload: a file is a field of a struct ----

struct Parcel {
  File content;
};
struct Receipt {
  std::string name;
  std::uint64_t bytes = 0;
};

Receipt receive(Form<Parcel> parcel) {
  const File& file = parcel->content;
  return {file.name(), file.size()};
}

// ---- errors: people get a page in the site's style, programs get problem+json ----

Response fail() { throw std::logic_error("a secret"); }

std::optional<Response> explain(Request& request, const Problem& problem) {
  if (request.preferred_type({"application/json", "text/html"}) != "text/html") return {};
  return error_page(problem);
}

// ---- the list of routes, as the router knows it ----

struct RouteLine {
  std::string method;
  std::string pattern;
};

std::vector<RouteLine> list_routes(const Router& site) {
  std::vector<RouteLine> lines;
  for (const auto& route : site.routes()) {
    lines.push_back({route.method_name, route.pattern});
  }
  return lines;
}

}  // namespace

Router make_site(const std::string& public_dir) {
  Router site;
  auto& book = site.own<Guestbook>();

  site.get<"/api/greeting/{name}">(greet);
  site.get<"/api/countdown">(count_down);

  site.get<"/guestbook">([&book] { return guestbook_page(book); });
  site.post<"/guestbook">([&book](Checked<Form<Entry>> form) {
    if (!form.errors.empty()) return show_again(book, form);
    book.add(*form);
    return Response::redirect("/guestbook");
  });

  site.websocket<"/api/chat">(Chat());
  const UploadOptions small{.max_upload_bytes = 16'000'000};
  site.post<"/api/upload">(receive).use(Uploads(small));

  site.get<"/broken">(fail);
  site.on_error(explain);

  site.get<"/api/routes">([lines = list_routes(site)] { return lines; });
  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}));
  site.use(ResponseFields({{{"Content-Security-Policy", "default-src 'self'; base-uri 'none'"},
                            {"X-Content-Type-Options", "nosniff"}}}));
  return site;
}
