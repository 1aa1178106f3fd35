#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <string>

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::testing::TestClient;

namespace {

Router make_site() {
  Router site;
  site.get("/", [] { return Response::html("<h1>Teas</h1><a href=/order>Order tea</a>"); });
  site.get("/order", [] {
    return Response::html(
        "<title>Order</title><form id=order method=post>"
        "<label>Name <input name=name required></label>"
        "<select name=tea><option value=1>Assam<option value=2>Sencha</select>"
        "<button>Order</button></form>");
  });
  site.post("/order", [](Request& request) {
    return Response(Status::SeeOther).set("Location", "/thanks?" + std::string(request.text()));
  });
  site.get("/thanks", [](Request& request) {
    return Response::html("<p class=done>Thank you: <b>" + std::string(request.query()) + "</b>");
  });
  return site;
}

}  // namespace

TEST(Pages, AreUsedAsAPersonDoes) {
  TestClient client(make_site());
  const auto thanks = client.get("/")
                          .click("Order tea")
                          .form("order")
                          .set("name", "Ada")
                          .set("tea", "Sencha")
                          .submit()
                          .follow()
                          .expect_contains("Thank you");
  EXPECT_EQ(thanks.html().first("p.done b")->text(), "name=Ada&tea=2");
}

TEST(Pages, RefuseWhatAPersonCouldNotDo) {
  TestClient client(make_site());
  auto form = client.get("/order").form();
  EXPECT_THROW(form.submit(), std::logic_error);            // 'name' (Name): it is required
  EXPECT_THROW(form.set("tea", "Mate"), std::logic_error);  // it has '1', 'Assam', '2', 'Sencha'
  form.force("tea", "99").force("name", "");
  EXPECT_EQ(form.submit().field("Location"), "/thanks?name=&tea=99");
}
