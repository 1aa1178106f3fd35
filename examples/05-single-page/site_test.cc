#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

using mastic::Status;
using mastic::testing::TestClient;

namespace {

/// The Accept fields of browsers: when they open a page, and when a script fetches something.
constexpr std::string_view kPageAccept = "text/html,application/xhtml+xml,*/*;q=0.8";
constexpr std::string_view kScriptAccept = "*/*";

struct SinglePage : testing::Test {
  TestClient client{make_site(PUBLIC_DIR)};
};

}  // namespace

TEST_F(SinglePage, KeepsItems) {
  EXPECT_EQ(client.get("/api/items").text, "[]");
  const auto added = client.send_json("/api/items", R"({"title":"Buy tea","done":false})");
  EXPECT_EQ(added.status, Status::Created);
  EXPECT_EQ(added.field("Location"), "/api/items/1");
  EXPECT_EQ(added.text, R"({"id":1,"title":"Buy tea","done":false})");

  const auto changed = client.send_json(
      "/api/items/1", R"({"title":"Buy tea","due":"2026-12-24","done":true})", "PUT");
  EXPECT_EQ(changed.text, R"({"id":1,"title":"Buy tea","due":"2026-12-24","done":true})");
  EXPECT_EQ(client.get("/api/items").text, "[" + changed.text + "]");

  EXPECT_EQ(client.del("/api/items/1").status, Status::NoContent);
  EXPECT_EQ(client.get("/api/items").text, "[]");
}

TEST_F(SinglePage, ReportsErrorsByField) {
  const auto refused =
      client.post("/api/items", R"({"title":" ","due":"2026-02-30","done":false})",
                  {{"Content-Type", "application/json"}, {"Accept", "application/json"}});
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_NE(refused.text.find(R"({"field":"title","message":"Say what there is to do."})"),
            std::string::npos);
  EXPECT_NE(refused.text.find(R"({"field":"due","message":"Give a day, such as 2026-12-24."})"),
            std::string::npos);
}

TEST_F(SinglePage, ServesItsFiles) {
  const auto page = client.get("/");
  EXPECT_EQ(page.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(client.get("/app.js").field("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(client.get("/style.css").field("Content-Type"), "text/css; charset=utf-8");
  const auto again = client.get("/", {{"If-None-Match", *page.field("ETag")}});
  EXPECT_EQ(again.status, Status::NotModified);
}

TEST_F(SinglePage, AnswersItsOwnRoutesWithThePage) {
  const std::string page = client.get("/").text;
  for (const char* path : {"/open", "/done", "/items/7", "/no/such/page"}) {
    const auto answer = client.get(path, {{"Accept", kPageAccept}});
    EXPECT_EQ(answer.status, Status::Ok) << path;
    EXPECT_EQ(answer.text, page) << path;
    EXPECT_EQ(answer.field("Vary"), "Accept");
  }
  EXPECT_EQ(client.head("/open", {{"Accept", kPageAccept}}).status, Status::Ok);
}

TEST_F(SinglePage, ServesANewReleaseAtOnce) {
  namespace fs = std::filesystem;
  const fs::path copy = fs::path(testing::TempDir()) / "single-page-release";
  fs::copy(PUBLIC_DIR, copy, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  TestClient site{make_site(copy)};
  EXPECT_EQ(site.get("/open", {{"Accept", kPageAccept}}).text, client.get("/").text);
  std::ofstream(copy / "index.html") << "another release";
  EXPECT_EQ(site.get("/open", {{"Accept", kPageAccept}}).text, "another release");
  fs::remove_all(copy);
}

TEST_F(SinglePage, AnswersNotFoundForAllOtherPaths) {
  EXPECT_EQ(client.get("/missing.js", {{"Accept", kScriptAccept}}).status, Status::NotFound);
  EXPECT_EQ(client.get("/open").status, Status::NotFound);
  EXPECT_EQ(client.post("/open", "", {{"Accept", kPageAccept}}).status, Status::MethodNotAllowed);
  EXPECT_EQ(client.get("/api/missing", {{"Accept", kPageAccept}}).status, Status::NotFound);
  EXPECT_EQ(client.del("/api/items/7").status, Status::NotFound);
}

TEST_F(SinglePage, LetsPagesLoadFromThisSiteOnly) {
  for (const char* path : {"/", "/open", "/app.js", "/api/items"}) {
    const auto answer = client.get(path, {{"Accept", kPageAccept}});
    const auto policy = answer.field("Content-Security-Policy").value_or("");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'")) << path;
    EXPECT_EQ(policy.find("unsafe"), std::string_view::npos);
  }
}

TEST_F(SinglePage, ThrowsWithoutItsDirectory) {
  EXPECT_THROW(make_site("/no/such/place"), std::runtime_error);
}
