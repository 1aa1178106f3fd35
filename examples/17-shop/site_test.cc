// The shop piece by piece: what it refuses, and what happens when something goes wrong.

#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/interleave.h>
#include <mastic/testing/test_client.h>

#include <string>

#include "shop.h"

using mastic::Status;
using mastic::testing::ClientLeft;
using mastic::testing::interleave;
using mastic::testing::TestClient;
using mastic::testing::TestResponse;

namespace {

/// Puts bags of Gyokuro, of which there are two, into the cart.
TestResponse take_gyokuro(TestClient& client, const std::string& amount) {
  return client.get("/teas/3").form("add").force("amount", amount).submit();
}

struct ShopTest : testing::Test {
  TestClient client{make_site(PUBLIC_DIR)};

  void SetUp() override {
    if (client.is_live()) GTEST_SKIP() << "each of these tests needs a shop of its own";
  }

  void log_in() {
    auto form = client.get("/login").form("login");
    form.set("customer", "ada").set("password", "lovelace").submit().expect(303);
  }
};

}  // namespace

TEST_F(ShopTest, FindsTeasByNameAndOrigin) {
  const auto page = client.get("/?words=BRAHMA");
  EXPECT_EQ(page.html().select(".teas a").size(), 1u);
  EXPECT_EQ(page.element(".teas a").text(), "Assam");
  client.get("/?words=coffee").expect_contains("There is no such tea.");
  EXPECT_EQ(client.get("/").html().select(".teas a").at(3).text(), "Rooibos & Vanilla");
}

TEST_F(ShopTest, SellsNoMoreThanThereIs) {
  take_gyokuro(client, "3").expect(422).expect_contains("There are not so many bags.");
  take_gyokuro(client, "0").expect(422).expect_contains("Take 1 to 100 bags.");
  take_gyokuro(client, "2").expect(303);
}

TEST_F(ShopTest, TellsWhoCameTooLate) {
  take_gyokuro(client, "2");
  TestClient other = client.another();
  take_gyokuro(other, "2");
  client.get("/cart").form("order").submit("Order").expect(200);
  const auto late = other.get("/cart").form("order").submit("Order").expect(409);
  late.expect_contains("Somebody was faster");
  late.form("order").submit("Empty the cart").expect(303);
  other.get("/cart").expect_contains("0.00 EUR");
}

TEST_F(ShopTest, SellsTheLastBagsOnceInEveryOrderOfItsCustomers) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    TestClient ada(make_site(PUBLIC_DIR));
    TestClient ben = ada.another();
    int sold = 0;
    const auto buy = [&sold](TestClient& customer) {
      if (take_gyokuro(customer, "2").expect({303, 422}).status != Status::SeeOther) return;
      const auto answer = customer.get("/cart").form("order").submit("Order").expect({200, 409});
      sold += answer.status == Status::Ok ? 1 : 0;
    };
    interleave({[&] { buy(ada); }, [&] { buy(ben); }}, seed);
    EXPECT_EQ(sold, 1);
  }
}

TEST_F(ShopTest, BelievesNoWrongPassword) {
  auto form = client.get("/login?next=/account").form("login");
  form.set("customer", "ada").set("password", "byron");
  form.submit().expect(422).expect_contains("do not belong together");
  client.get("/account").expect(303);
}

TEST_F(ShopTest, SendsCustomersBackToWhereTheyWere) {
  auto form = client.get("/account/picture").follow().form("login");
  EXPECT_EQ(form.value("next"), "/account/picture");
  form.set("customer", "ada").set("password", "lovelace");
  EXPECT_EQ(form.submit().field("Location"), "/account/picture");
}

TEST_F(ShopTest, SendsNobodyToAnotherSite) {
  auto form = client.get("/login?next=//evil.example").form("login");
  form.set("customer", "ada").set("password", "lovelace").submit().expect(400);
}

TEST_F(ShopTest, ChangesTheKeyOfAVisitWithTheLogin) {
  take_gyokuro(client, "1");
  const std::string before(client.cookies().get("visit").value());
  log_in();
  EXPECT_NE(client.cookies().get("visit"), before);
  client.get("/cart").expect_contains("1 x Gyokuro");
}

TEST_F(ShopTest, TakesPicturesOnly) {
  log_in();
  auto form = client.get("/account").form("picture");
  form.upload("picture", {"notes.txt", "text/plain", "tea"});
  form.submit_by_script().expect(422).expect_contains("Send a PNG or a JPEG.");
  client.get("/account/picture").expect(404);
}

TEST_F(ShopTest, KeepsNoPictureOfACustomerWhoLeavesInTheMiddle) {
  log_in();
  auto form = client.get("/account").form("picture");
  form.upload("picture", {"ada.png", "image/png", std::string(5000, 'x')});
  client.network({.leave_after_sent = 3000, .resets = true});
  EXPECT_THROW((void)form.submit(), ClientLeft);
  client.network({});
  client.get("/account/picture").expect(404);
}

TEST_F(ShopTest, FormsAreUsableByEverybody) {
  log_in();
  for (const char* const path : {"/", "/teas/1", "/login", "/account"}) {
    const auto page = client.get(path);
    for (std::size_t i = 0; i < page.html().forms().size(); ++i)
      EXPECT_EQ(page.form(i).lint(), std::vector<std::string>()) << path;
  }
}
