#include "site.h"

#include <mastic/middleware/response_fields.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "pages.h"
#include "shop.h"

using mastic::Checked;
using mastic::FieldErrors;
using mastic::File;
using mastic::Form;
using mastic::HttpError;
using mastic::Query;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::SetCookie;
using mastic::Status;
using mastic::Task;
using mastic::WebSocket;
using mastic::middleware::ResponseFields;

namespace {

// ---- what forms send ----

struct Search {
  std::string words;
};
struct AfterLogin {
  std::string next = "/";
};
struct Login {
  std::string customer;
  std::string password;
  std::string next = "/";
};
struct Sent {
  File picture;

  void validate(FieldErrors& errors) const {
    constexpr std::array kTypes{"image/png", "image/jpeg"};
    errors.require(std::ranges::find(kTypes, picture.media_type()) != kTypes.end(), "picture",
                   "Send a PNG or a JPEG.");
    errors.require(picture.size() <= 1'000'000, "picture", "Send at most 1 MB.");
  }
};
struct Decision {
  std::string what;
};

// ---- visits: a cookie that cannot be guessed names what the shop keeps ----

/// The visit of a request. What a handler changes is kept when it has answered.
struct CurrentVisit {
  std::string key;
  Visit visit;
};

/// Finds the visit of each request, or begins one.
class Visits {
 public:
  explicit Visits(Shop& shop) : shop_(shop) {}

  std::optional<Response> before(Request& request) const {
    auto& current = request.ext<CurrentVisit>();
    current.key = std::string(request.cookie("visit").value_or(""));
    if (auto known = shop_.visit(current.key)) {
      current.visit = std::move(*known);
    } else {
      current.key.clear();
    }
    return std::nullopt;
  }
  /// A visit begins with the first thing that is worth keeping, so that robots leave nothing behind.
  void after(Request& request, Response& response) const {
    auto& [key, visit] = request.ext<CurrentVisit>();
    const bool is_empty = visit.customer.empty() && visit.cart.empty();
    if (key.empty() && is_empty) return;
    if (key.empty()) {
      key = shop_.begin_visit();
      response.set_cookie(SetCookie{.name = "visit", .value = key});
    }
    shop_.keep(key, visit);
  }

 private:
  Shop& shop_;
};

Visit& visit_of(Request& request) { return request.ext<CurrentVisit>().visit; }

// ---- customers ----

/// Sends those who have not logged in to the page where they can, and back afterwards.
struct LoggedIn {
  std::optional<Response> before(Request& request) const {
    if (!visit_of(request).customer.empty()) return std::nullopt;
    return Response::redirect("/login?next=" + mastic::percent_encode_segment(request.target()));
  }
};

/// A visit gets a new key when somebody logs in, so that a key that another person has planted in
/// the browser before is worth nothing.
Response log_in(Request& request, Shop& shop, const Login& login) {
  auto& [key, visit] = request.ext<CurrentVisit>();
  if (!shop.knows(login.customer, login.password)) {
    return login_page(visit, login.next, "Name and password do not belong together.");
  }
  shop.forget(std::exchange(key, ""));
  visit.customer = login.customer;
  return Response::redirect(login.next);
}

// ---- the cart ----

Response put_into_cart(Request& request, const Shop& shop, const CartLine& line) {
  const auto tea = shop.tea(line.tea);
  if (!tea) throw HttpError(Status::NotFound, "There is no such tea.");
  FieldErrors errors;
  errors.require(line.amount >= 1 && line.amount <= 100, "amount", "Take 1 to 100 bags.");
  errors.require(tea->stock >= line.amount, "amount", "There are not so many bags.");
  if (!errors.empty()) return tea_page(visit_of(request), *tea, errors);
  visit_of(request).cart.push_back(line);
  return Response::redirect("/cart");
}

Response order(Request& request, Shop& shop, const Decision& decision) {
  Visit& visit = visit_of(request);
  if (decision.what == "empty") {
    visit.cart.clear();
    return Response::redirect("/cart");
  }
  const auto number = shop.order(visit.cart);
  if (!number)
    return cart_page(visit, shop, "Somebody was faster: a tea of your cart is sold out.");
  visit.cart.clear();
  return order_page(visit, *number);
}

// ---- pictures ----

Response take_picture(Request& request, Checked<Form<Sent>> sent) {
  Visit& visit = visit_of(request);
  if (!sent.errors.empty()) return account_page(visit, sent.errors);
  visit.picture = Picture{sent->picture.media_type(), sent->picture.read()};
  return Response::redirect("/account");
}

Response show_picture(Request& request) {
  const Visit& visit = visit_of(request);
  if (!visit.picture) throw HttpError(Status::NotFound, "There is no picture.");
  return Response::of_type(visit.picture->media_type, mastic::Body(visit.picture->content));
}

}  // namespace

Router make_site(const std::string& public_dir) {
  Router site;
  auto& shop = site.own<Shop>();

  site.get("/", [&shop](Request& request, Query<Search> search) {
    return start_page(visit_of(request), shop.find(search->words), search->words);
  });
  site.get<"/teas/{id:int}">([&shop](Request& request, int id) {
    const auto tea = shop.tea(id);
    if (!tea) throw HttpError(Status::NotFound, "There is no such tea.");
    return tea_page(visit_of(request), *tea, {});
  });

  site.get("/cart", [&shop](Request& request) { return cart_page(visit_of(request), shop, ""); });
  site.post("/cart", [&shop](Request& request, Form<CartLine> line) {
    return put_into_cart(request, shop, *line);
  });
  site.post("/orders", [&shop](Request& request, Form<Decision> decision) {
    return order(request, shop, *decision);
  });

  site.get("/login", [](Request& request, Query<AfterLogin> after) {
    return login_page(visit_of(request), after->next, "");
  });
  site.post("/login",
            [&shop](Request& request, Form<Login> login) { return log_in(request, shop, *login); });
  site.post("/logout", [&shop](Request& request) {
    shop.forget(request.ext<CurrentVisit>().key);
    request.ext<CurrentVisit>() = {};
    return Response::redirect("/").clear_cookie("visit");
  });
  site.get("/account", [](Request& request) { return account_page(visit_of(request), {}); })
      .use(LoggedIn());
  site.get("/account/picture", show_picture).use(LoggedIn());
  site.post("/account/picture", take_picture).use(LoggedIn());

  // For programs, and for the script of the pages.
  site.get("/api/teas", [&shop] { return shop.find(""); });
  site.websocket<"/stock">([&shop](WebSocket& socket) -> Task<> {
    co_await socket.subscribe(shop.stock());
    while (co_await socket.receive()) continue;
  });

  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}));
  site.use(Visits(shop));
  site.use(ResponseFields({{{"Content-Security-Policy", "default-src 'self'; base-uri 'none'"},
                            {"X-Content-Type-Options", "nosniff"}}}));
  return site;
}
