// The code of composition.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <string>

using mastic::App;
using mastic::Cascade;
using mastic::ErrorDocuments;
using mastic::HttpError;
using mastic::Request;
using mastic::Router;
using mastic::static_files;
using mastic::Status;
using mastic::Task;
using mastic::UrlMap;
using mastic::testing::TestClient;

namespace {

const std::string public_dir = std::string(MASTIC_SOURCE_DIR) + "/examples/02-static-site/public";

Router make_shop() {
  Router shop;
  shop.get<"/">([] { return "the shop\n"; }).name("home");
  shop.get<"/home">([](Request& request) { return request.url_for("home") + "\n"; });
  return shop;
}

Router make_api() {
  Router api;
  api.get<"/teas">([] { return "Assam\n"; });
  return api;
}

// All sites of a process.
App make_sites() {
  return UrlMap({{"/", make_shop()},
                 {"/docs", static_files(public_dir)},
                 {"api.example.com", make_api()},
                 {"*.example.com/docs", [] { return "the documents of a customer\n"; }}});
}

Router make_pages() {
  Router pages;
  pages.get<"/hello">([] { return "Hello!\n"; });
  pages.post<"/notes">([](Request& request) { return "kept " + std::string(request.text()); });
  return pages;
}

// Files, and pages where there is no file.
App make_site() {
  return Cascade({static_files(public_dir), make_pages()},
                 {.caught = {Status::NotFound, Status::MethodNotAllowed}});
}

Router make_members() {
  Router members;
  members.use(ErrorDocuments(
      {{Status::NotFound, "/errors/missing"}, {Status::Unauthorized, "/errors/login?from=here"}}));
  members.get<"/secret">([]() -> std::string {
    throw HttpError(Status::Unauthorized).set("WWW-Authenticate", "Basic realm=\"members\"");
  });
  members.get<"/errors/missing">([] { return "There is no such page. Try the index.\n"; });
  members.get<"/errors/login">([] { return "Members only. Please log in.\n"; });
  return members;
}

}  // namespace

TEST(Composition, ByHostAndPrefix) {
  TestClient client(make_sites());
  EXPECT_EQ(client.get("/home").text, "/\n");
  EXPECT_EQ(client.get("/docs/").status, Status::Ok);
  EXPECT_EQ(client.get("/teas", {{"Host", "api.example.com"}}).text, "Assam\n");
  EXPECT_EQ(client.get("/docs/x", {{"Host", "a.example.com"}}).text,
            "the documents of a customer\n");
  EXPECT_EQ(client.get("/home", {{"Host", "a.example.com"}}).text, "/\n");
}

TEST(Composition, NamesKnowWhereTheirApplicationIs) {
  TestClient client(UrlMap({{"/shop", make_shop()}}));
  EXPECT_EQ(client.get("/shop/home").text, "/shop/\n");
  EXPECT_EQ(client.get("/shopping").status, Status::NotFound);
}

TEST(Composition, OneAfterTheOther) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/").status, Status::Ok);
  EXPECT_EQ(client.get("/hello").text, "Hello!\n");
  EXPECT_EQ(client.post("/notes", "milk").text, "kept milk");
  EXPECT_EQ(client.post("/notes", std::string(100'000, 'x')).status, Status::Ok)
      << "static files leave content alone";
  EXPECT_EQ(client.get("/nowhere").status, Status::NotFound);
  EXPECT_EQ(client.get("/notes").status, Status::MethodNotAllowed)
      << "the last answer is taken as it is";
}

TEST(Composition, ContentThatOneHasReadIsThereForTheNext) {
  const App first = [](Request& request) -> Task<Status> {
    const auto piece = co_await request.body().next();
    co_return piece ? Status::NotFound : Status::BadRequest;
  };
  TestClient client(Cascade({first, make_pages()}));
  const std::string content(60'000, 'x');
  EXPECT_EQ(client.post("/notes", content).text, "kept " + content);
  EXPECT_EQ(client.post("/notes", "milk").text, "kept milk");
}

TEST(Composition, PagesForErrors) {
  TestClient client(make_members());
  const auto missing = client.get("/nowhere");
  EXPECT_EQ(missing.status, Status::NotFound);
  EXPECT_EQ(missing.text, "There is no such page. Try the index.\n");
  const auto refused = client.get("/secret");
  EXPECT_EQ(refused.status, Status::Unauthorized);
  EXPECT_EQ(refused.field("WWW-Authenticate"), "Basic realm=\"members\"");
  EXPECT_EQ(refused.text, "Members only. Please log in.\n");
}

TEST(Composition, PagesFromFiles) {
  const App files = static_files(public_dir);
  TestClient client(ErrorDocuments({{Status::NotFound, "/index.html"}})(files));
  const auto missing = client.get("/nowhere.html");
  EXPECT_EQ(missing.status, Status::NotFound);
  EXPECT_EQ(missing.text, client.get("/index.html").text);
  EXPECT_EQ(missing.field("Cache-Control"), std::nullopt);
  const auto head = client.head("/nowhere.html");
  EXPECT_EQ(head.status, Status::NotFound);
  EXPECT_EQ(head.text, "");
}
