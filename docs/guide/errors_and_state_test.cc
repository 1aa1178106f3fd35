// The code of errors-and-state.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using mastic::HttpError;
using mastic::Problem;
using mastic::Request;
using mastic::Response;
using mastic::Result;
using mastic::Router;
using mastic::Status;
using mastic::Task;
using mastic::testing::TestClient;
using namespace std::chrono_literals;

namespace {

struct SoldOut : std::runtime_error {
  SoldOut() : std::runtime_error("There is none left.") {}
};

/// The number of pieces that are left to sell.
class Stock {
 public:
  explicit Stock(int most) : most_(most) {}
  void fill() { left_ = most_; }
  void close() { left_ = 0; }
  int take() {
    const int before = left_.fetch_sub(1);
    if (before <= 0) throw SoldOut();
    return before - 1;
  }

 private:
  const int most_;
  std::atomic<int> left_{0};
};

/// The price of a pound, from the list of the shop.
Result<int> find_price(const std::string& tea) {
  if (tea == "assam") return 7;
  return mastic::fail("The list has no price of ", tea, ".");
}

struct User {
  std::string name;
};

struct WhoIsIt {
  std::optional<Response> before(Request& request) const {
    request.ext<User>().name = request.field("X-User").value_or("guest");
    return std::nullopt;
  }
};

/// A book of committed entries.
struct Ledger {
  std::vector<std::string> entries;
  bool is_full = false;
};

/// A transaction on a ledger. Its entries are dropped unless they are committed.
class Transaction {
 public:
  void begin(Ledger& ledger) { ledger_ = &ledger; }
  void enter(std::string text) { entries_.push_back(std::move(text)); }
  void commit() {
    if (ledger_->is_full) throw std::runtime_error("the ledger is full");
    for (std::string& entry : entries_) ledger_->entries.push_back(std::move(entry));
  }

 private:
  Ledger* ledger_ = nullptr;
  std::vector<std::string> entries_;
};

struct InTransaction {
  Ledger& ledger;
  std::optional<Response> before(Request& request) const {
    request.ext<Transaction>().begin(ledger);
    return std::nullopt;
  }
  Task<> after(Request& request, Response& response) const {
    if (is_error(response.status)) co_return;  // it rolls back by itself
    auto commit = [&transaction = request.ext<Transaction>()] { transaction.commit(); };
    co_await mastic::run_blocking(commit);
  }
};

Router make_book(Ledger& ledger) {
  Router book;
  book.post<"/entries/{text}">([](Request& request, std::string text) {
    request.ext<Transaction>().enter(text);
    return text == "nonsense" ? Response(Status::BadRequest) : Response::text("entered " + text);
  });
  book.use(InTransaction{ledger});
  return book;
}

Router make_site() {
  Router site;
  auto& stock = site.own<Stock>(3);
  site.post<"/buy">([&stock](Request& request) {
    return std::to_string(stock.take()) + " left, " + request.ext<User>().name;
  });
  site.get<"/orders">([](Request& request) {
    if (!request.field("Authorization")) {
      throw HttpError(Status::Unauthorized, "Log in first.")
          .set("WWW-Authenticate", "Basic realm=\"shop\"");
    }
    return "Your orders: none.\n";
  });
  site.get<"/raw-price/{tea}">([](std::string tea) -> Result<std::string> {
    const auto price = find_price(tea);
    if (!price) return std::unexpected(price.error());
    return std::to_string(*price) + "\n";
  });
  site.get<"/price/{tea}">([](std::string tea) {
    const auto price = find_price(tea);
    if (!price) throw HttpError(Status::NotFound, price.error().message);
    return std::to_string(*price) + "\n";
  });
  site.on_exception<SoldOut>([](const SoldOut& sold_out) {
    return Problem{.status = Status::Conflict, .detail = sold_out.what()};
  });
  site.on_error(Status::NotFound, [](Request&, const Problem&) -> std::optional<Response> {
    return Response::html("<h1>Nothing here</h1>");
  });
  site.on_start([&stock] { stock.fill(); });
  site.on_stop([&stock] { stock.close(); });
  site.in_background("restock", [&stock]() -> Task<> {
    while (true) {
      co_await mastic::sleep_for(1h);
      stock.fill();
    }
  });
  site.use(WhoIsIt());
  return site;
}

}  // namespace

TEST(ErrorsAndState, StateIsSharedAndFilledInTheBackground) {
  TestClient client(make_site());
  EXPECT_EQ(client.post("/buy", "", {{"X-User", "Ada"}}).text, "2 left, Ada");
  EXPECT_EQ(client.post("/buy", "").text, "1 left, guest");
  EXPECT_EQ(client.post("/buy", "").text, "0 left, guest");
  const auto sold_out = client.post("/buy", "");
  EXPECT_EQ(sold_out.status, Status::Conflict);
  EXPECT_EQ(sold_out.text, "409 Conflict\n\nThere is none left.\n");
  client.pass(61min);
  EXPECT_EQ(client.post("/buy", "").status, Status::Ok);
}

TEST(ErrorsAndState, AnErrorMayHaveFields) {
  TestClient client(make_site());
  const auto refused = client.get("/orders");
  EXPECT_EQ(refused.status, Status::Unauthorized);
  EXPECT_EQ(refused.field("WWW-Authenticate"), "Basic realm=\"shop\"");
  EXPECT_EQ(client.get("/orders", {{"Authorization", "Basic QTpi"}}).status, Status::Ok);
}

TEST(ErrorsAndState, AFailureIsAnsweredWith500UnlessTheHandlerSaysOtherwise) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/raw-price/assam").text, "7\n");
  client.expect_errors("The list has no price of mate.");
  EXPECT_EQ(client.get("/raw-price/mate").status, Status::InternalServerError);
  EXPECT_NE(client.log().back().find(
                "GET /raw-price/mate: std::runtime_error: The list has no price of mate."),
            std::string::npos)
      << client.log().back();
  EXPECT_EQ(client.get("/price/assam").text, "7\n");
  EXPECT_EQ(client.get("/price/mate").status, Status::NotFound);
}

TEST(ErrorsAndState, AStatusHasItsOwnPage) {
  TestClient client(make_site());
  const auto page = client.get("/nowhere");
  EXPECT_EQ(page.status, Status::NotFound);
  EXPECT_EQ(page.text, "<h1>Nothing here</h1>");
}

TEST(ErrorsAndState, CommitsBeforeTheAnswerLeaves) {
  Ledger ledger;
  TestClient client(make_book(ledger));
  EXPECT_EQ(client.post("/entries/tea", "").text, "entered tea");
  EXPECT_EQ(ledger.entries, std::vector<std::string>{"tea"});
  EXPECT_EQ(client.post("/entries/nonsense", "").status, Status::BadRequest);
  EXPECT_EQ(ledger.entries.size(), 1u) << "the answer is an error: nothing is committed";
  ledger.is_full = true;
  client.expect_errors("the ledger is full");
  const auto answer = client.post("/entries/coffee", "");
  EXPECT_EQ(answer.status, Status::InternalServerError);
  EXPECT_EQ(answer.text.find("entered coffee"), std::string::npos)
      << "nothing of the old answer leaves";
}
