// A visit to the shop, from the first page to the order: in process, directly, over a socket, and
// with MASTIC_TARGET_URL=http://127.0.0.1:8080 at a server that runs already.

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>
#include <mastic/testing/test_server.h>

#include "shop.h"
#include "site.h"

using mastic::testing::TestClient;

namespace {

void buy_tea(TestClient& client) {
  const auto found = client.get("/").form("search").set("words", "shizu").submit();
  const auto tea = found.expect_absent("Assam").click("Sencha").expect_contains("From Shizuoka");
  auto form = tea.form("add");
  const auto cart = form.set("amount", "two").check("as_gift").submit().expect(303).follow();
  EXPECT_EQ(cart.expect().element("#sum").text(), "17.80 EUR");

  auto watched = client.websocket("/stock");
  cart.form("order").submit("Order").expect_contains("Thank you. Your order has the number");
  const auto change = watched.receive_json<StockChange>();
  for (const Tea& each : client.get("/api/teas").expect().json<std::vector<Tea>>()) {
    if (each.name == "Sencha") EXPECT_EQ(each.stock, change.stock);
  }
}

void send_picture(TestClient& client) {
  const auto login = client.get("/account").expect(303).follow();
  auto form = login.form("login").set("customer", "ada").set("password", "lovelace");
  const auto account = form.submit().expect(303).follow().expect_contains("Hello, ada");
  auto picture = account.form("picture").upload("picture", {"ada.png", "image/png", "\x89PNG"});
  const auto sent = picture.submit().expect(303).follow();
  EXPECT_EQ(sent.element("main img").attribute("src"), "/account/picture");
  EXPECT_EQ(client.get("/account/picture").expect().text, "\x89PNG");
  sent.form(0).submit("Log out").expect(303);
  client.get("/account").expect(303);
}

void visit(TestClient&& client) {
  buy_tea(client);
  send_picture(client);
}

}  // namespace

TEST(Visit, InProcess) { visit(TestClient(make_site(PUBLIC_DIR))); }
TEST(Visit, Directly) { visit(TestClient::direct(make_site(PUBLIC_DIR))); }
TEST(Visit, OverASocket) {
  const mastic::testing::TestServer server(make_site(PUBLIC_DIR));
  visit(TestClient::connect(server.url()));
}
