// The code of values.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

using mastic::Body;
using mastic::CacheControl;
using mastic::Checked;
using mastic::ContentDisposition;
using mastic::Cookie;
using mastic::FieldErrors;
using mastic::Form;
using mastic::html_escape;
using mastic::InvalidInput;
using mastic::Json;
using mastic::JsonTag;
using mastic::Query;
using mastic::RenamedField;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::testing::TestClient;
using namespace std::chrono_literals;

/// The caller, identified by the key in the request.
struct Caller {
  std::string name;
};

template <>
struct mastic::routing::FromRequest<Caller> {
  static constexpr bool kNeedsContent = false;
  static Caller take(mastic::Request& request) {
    if (request.field("X-Key") == "open sesame") return {"Ali Baba"};
    throw mastic::HttpError(mastic::Status::Forbidden, "Say the word.");
  }
};

namespace {

struct Booking {
  std::string name;
  int seats = 1;

  void validate(FieldErrors& errors) const {
    errors.require(!name.empty(), "name", "must not be empty");
    errors.require(seats >= 1 && seats <= 8, "seats", "must be 1 to 8");
  }
};

struct Member {
  std::string name;
};
class Members {
 public:
  /// Whether the name was free.
  bool add(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return names_.insert(name).second;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};

struct Tag {
  std::string text;
  std::optional<std::string> colour;
};
struct Greeting {
  std::string text;
};
struct Room {
  int number = 0;
  int beds = 0;
};

struct Shirt {
  std::string class_;
  int chest_width = 0;
  static constexpr RenamedField kRenamedFields[] = {{"class_", "class"},
                                                    {"chest_width", "chestWidth"}};
};

struct Card {
  static constexpr JsonTag kJsonTag{"card"};
  std::string number;
};
struct Cash {
  static constexpr JsonTag kJsonTag{"cash"};
};
struct Payment {
  int cents = 0;
  std::variant<Card, Cash> by;
};

/// An input field with what the user typed, or `at_first`, and with its error message.
std::string field(const Checked<Form<Booking>>& form, std::string_view name,
                  std::string_view at_first) {
  std::string html = "<label>";
  html.append(name).append(" <input name=\"").append(name).append("\" value=\"");
  html.append(html_escape(form.typed.of(name, at_first))).append("\"></label> <em>");
  return html.append(html_escape(form.errors.of(name))).append("</em>\n");
}

std::string booking_page(const Checked<Form<Booking>>& form) {
  return "<!doctype html>\n<form method=\"post\">\n" + field(form, "name", "") +
         field(form, "seats", "1") + "<button>Book</button></form>\n";
}

Router make_site() {
  Router site;
  site.get<"/hello">([](Cookie<"name", std::optional<std::string>> name) {
    return "Hello, " + name->value_or("stranger") + "!\n";
  });
  site.post<"/name/{name}">([](std::string name) {
    return Response::redirect("/hello").set_cookie({.name = "name", .value = name, .max_age = 24h});
  });
  site.post<"/bookings">([](Json<Booking> booking) { return *booking; });
  auto& members = site.own<Members>();
  site.post<"/members">([&members](Json<Member> member) {
    if (!members.add(member->name)) {
      FieldErrors errors;
      errors.add("name", "is taken");
      throw InvalidInput(std::move(errors));
    }
    return Status::Created;
  });
  site.post<"/strict">(
      [](Json<Booking, mastic::UnknownMembers::Refuse> booking) { return *booking; });
  site.post<"/book">([](Checked<Form<Booking>> form) {
    if (form.errors.empty()) return Response::redirect("/thanks");
    return Response::html("<p>Seats " + std::string(form.errors.of("seats")),
                          Status::UnprocessableContent);
  });
  site.get<"/tables">([] { return Response::html(booking_page({})); });
  site.post<"/tables">([](Checked<Form<Booking>> form) {
    if (form.errors.empty()) return Response::redirect("/thanks");
    return Response::html(booking_page(form), Status::UnprocessableContent);
  });
  site.get<"/cave">([](Caller caller) { return "Come in, " + caller.name + "!\n"; });
  site.post<"/shirts">([](Json<Shirt> shirt) { return *shirt; });
  site.get<"/shirts">([](Query<Shirt> shirt) { return shirt->class_; });
  site.get<"/rooms/{number:int}">([](int number) -> std::optional<Room> {
    if (number != 7) return std::nullopt;
    return Room{.number = 7, .beds = 2};
  });
  site.get<"/report">([] {
    Response response = Response::of_type("text/csv", Body("a,b\n1,2\n"));
    response.set(CacheControl{.is_private = true, .max_age = 1h});
    response.set(ContentDisposition{.filename = "report.csv"});
    return response;
  });
  site.get<"/greeting">([](Request& request) -> Response {
    const bool german = request.preferred_language({"en", "de"}) == "de";
    if (request.preferred_type({"application/json", "text/plain"}) == "application/json") {
      return Response::json(Greeting{german ? "Hallo" : "Hello"});
    }
    return Response::text(german ? "Hallo\n" : "Hello\n");
  });
  return site;
}

struct Values : testing::Test {
  TestClient client{make_site()};
};

TEST_F(Values, TellsStructsApartByTheirTag) {
  EXPECT_EQ(mastic::to_json(Payment{250, Cash()}), R"({"cents":250,"by":{"type":"cash"}})");
  Router site;
  site.post<"/pay">([](Json<Payment> payment) {
    const auto* card = std::get_if<Card>(&payment->by);
    return card != nullptr ? "card " + card->number : std::string("cash");
  });
  TestClient shop(std::move(site));
  const auto paid =
      shop.send_json("/pay", R"({"cents": 250, "by": {"type": "card", "number": "42"}})");
  EXPECT_EQ(paid.text, "card 42");
  const auto wrong = shop.send_json("/pay", R"({"cents": 250, "by": {"type": "shells"}})");
  EXPECT_EQ(wrong.status, Status::UnprocessableContent);
  EXPECT_NE(wrong.text.find("by.type: one of 'card', 'cash' is expected, 'shells' found"),
            std::string::npos)
      << wrong.text;
}

}  // namespace

TEST_F(Values, SetsAndReadsCookies) {
  EXPECT_EQ(client.get("/hello").text, "Hello, stranger!\n");
  const auto named = client.post("/name/Ada", "");
  EXPECT_EQ(named.field("Set-Cookie"),
            "name=Ada; Path=/; Max-Age=86400; SameSite=Lax; Secure; HttpOnly");
  EXPECT_EQ(client.get("/hello", {{"Cookie", "name=Ada"}}).text, "Hello, Ada!\n");
}

TEST_F(Values, TakesParametersOfCustomTypes) {
  EXPECT_EQ(client.get("/cave", {{"X-Key", "open sesame"}}).text, "Come in, Ali Baba!\n");
  const auto refused = client.get("/cave");
  EXPECT_EQ(refused.status, Status::Forbidden);
  EXPECT_EQ(refused.text, "403 Forbidden\n\nSay the word.\n");
}

TEST_F(Values, ChecksInput) {
  const auto wrong = client.send_json("/bookings", R"({"name":"Ada","seats":9})", "POST",
                                      {{"Accept", "application/json"}});
  EXPECT_EQ(wrong.status, Status::UnprocessableContent);
  EXPECT_NE(wrong.text.find(R"("errors":[{"field":"seats","message":"must be 1 to 8"}])"),
            std::string::npos);
  EXPECT_EQ(client.post_form("/book", "name=Ada&seats=9").text, "<p>Seats must be 1 to 8");
  EXPECT_EQ(client.post_form("/book", "name=Ada&seats=2").field("Location"), "/thanks");
  EXPECT_EQ(client.send_json("/strict", R"({"name":"Ada","seats":2,"x":1})").status,
            Status::UnprocessableContent);
}

TEST_F(Values, ReportsFaultsThatAHandlerFinds) {
  EXPECT_EQ(client.send_json("/members", R"({"name":"Ada"})").status, Status::Created);
  const auto taken =
      client.send_json("/members", R"({"name":"Ada"})", "POST", {{"Accept", "application/json"}});
  EXPECT_EQ(taken.status, Status::UnprocessableContent);
  EXPECT_NE(taken.text.find(R"("errors":[{"field":"name","message":"is taken"}])"),
            std::string::npos);
}

TEST_F(Values, ContentThatIsNoFormIsRefused) {
  EXPECT_EQ(client.post("/book", "name=Ada", {{"Content-Type", "text/plain"}}).status,
            Status::UnsupportedMediaType);
}

TEST(ValuesAsJson, LeaveOutEmptyOptionals) {
  EXPECT_EQ(mastic::to_json(Tag{.text = "tea"}), R"({"text":"tea"})");
  EXPECT_EQ(mastic::to_json(Tag{.text = "tea", .colour = "green"}),
            R"({"text":"tea","colour":"green"})");
  EXPECT_EQ(mastic::from_json<Tag>(R"({"text":"tea","colour":null})")->colour, std::nullopt);
}

TEST_F(Values, ReportsAllErrorsAtOnce) {
  EXPECT_EQ(client.send_json("/bookings", R"({"name":"","seats":"two"})").text,
            "422 Unprocessable Content\n\n"
            "seats: a whole number is expected, a string found\nname: must not be empty\n");
}

TEST_F(Values, ShowsAFormAgainAsItWasTyped) {
  EXPECT_NE(client.get("/tables").text.find("<input name=\"seats\" value=\"1\"></label> <em></em>"),
            std::string::npos);
  const auto again = client.post_form("/tables", "name=%3CAda%3E&seats=two");
  EXPECT_EQ(again.status, Status::UnprocessableContent);
  EXPECT_EQ(again.text,
            "<!doctype html>\n<form method=\"post\">\n"
            "<label>name <input name=\"name\" value=\"&lt;Ada&gt;\"></label> <em></em>\n"
            "<label>seats <input name=\"seats\" value=\"two\"></label> "
            "<em>a whole number in its range is expected, &#39;two&#39; found</em>\n"
            "<button>Book</button></form>\n");
  EXPECT_EQ(client.post_form("/tables", "name=Ada&seats=2").field("Location"), "/thanks");
}

TEST_F(Values, RenamesFields) {
  EXPECT_EQ(client.send_json("/shirts", R"({"class":"plain","chestWidth":40})").text,
            R"({"class":"plain","chestWidth":40})");
  EXPECT_EQ(client.send_json("/shirts", R"({"class":7,"chestWidth":40})").text,
            "422 Unprocessable Content\n\nclass: a string is expected, a whole number found\n");
  EXPECT_EQ(client.get("/shirts?class=striped&chestWidth=40").text, "striped");
}

TEST_F(Values, AnswersAnEmptyOptionalWith404) {
  EXPECT_EQ(client.get("/rooms/7").text, R"({"number":7,"beds":2})");
  EXPECT_EQ(client.get("/rooms/8").status, Status::NotFound);
}

TEST_F(Values, SetsFieldsByTypes) {
  const auto report = client.get("/report");
  EXPECT_EQ(report.field("Cache-Control"), "private, max-age=3600");
  EXPECT_EQ(report.field("Content-Disposition"), "attachment; filename=\"report.csv\"");
}

TEST_F(Values, AnswersAsTheClientPrefers) {
  EXPECT_EQ(client.get("/greeting").text, R"({"text":"Hello"})");
  EXPECT_EQ(client.get("/greeting", {{"Accept", "text/*"}, {"Accept-Language", "de-AT"}}).text,
            "Hallo\n");
}
