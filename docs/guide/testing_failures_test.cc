// The code of testing.md about the contract and about failures: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/base/new_file.h>
#include <mastic/mastic.h>
#include <mastic/testing/failures.h>
#include <mastic/testing/leaks.h>
#include <mastic/testing/temp_tree.h>
#include <mastic/testing/test_client.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::base::NewFile;
using mastic::testing::Failures;
using mastic::testing::for_each_failure;
using mastic::testing::HitByFailure;
using mastic::testing::Leaks;
using mastic::testing::TempTree;
using mastic::testing::TestClient;

namespace {

/// Sets a length before others have completed the content.
struct Shorten {
  void after(Request&, Response& response) const { response.set("Content-Length", "12"); }
};

TEST(Contract, NamesTheLayerThatBreaksIt) {
  Router site;
  site.get("/cart", [] { return "fifteen bytes.."; }).use(Shorten{});
  TestClient client(std::move(site));
  try {
    client.get("/cart");
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_TRUE(
        std::string_view(error.what())
            .contains("GET /cart (200): Content-Length is 12, and the content has 15 bytes. "
                      "Made by the middleware Shorten (around the handler of GET /cart). "
                      "RFC 9112 §6.2."))
        << error.what();
  }
}

std::string join_names(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += name + "\n";
  return all;
}

TEST(Names, SurviveALackOfMemory) {
  for_each_failure([] { join_names({"a name that is too long for a short string", "another"}); });
}

Router make_shop() {
  Router shop;
  auto& orders = shop.own<std::atomic<int>>();
  shop.post("/orders", [&orders](Request& request) {
    ++orders;
    return "Thank you. You have ordered: " + std::string(request.text());
  });
  shop.get("/orders", [&orders] { return std::to_string(orders) + " orders"; });
  return shop;
}

TEST(Shop, AnswersAgainAfterALackOfMemory) {
  for_each_failure([](Failures& failures) {
    TestClient client(make_shop());
    try {
      failures.during([&] { client.post("/orders", "50 g Assam"); });
    } catch (const HitByFailure&) {  // the server has not answered, or has logged an error
    }
    client.get("/orders").expect(200);
  });
}

TEST(Settings, AreOldOrNewWhenSavingFails) {
  const TempTree tree{{"site.conf", "old"}};
  const auto save = [&](Failures& failures) {
    NewFile file(tree.path_of("site.conf"), failures.kernel());
    failures.during([&] {
      if (file.create(0644) == 0 && file.write("new") == 0) (void)file.keep();
    });
    const std::string kept = tree.read("site.conf");
    EXPECT_TRUE(kept == "old" || kept == "new") << failures.text() << " leaves " << kept;
  };
  for_each_failure(save, {.errors = {ENOSPC, EIO}, .folders = {tree.path()}});
  EXPECT_EQ(tree.changes().to_string(), "changed site.conf\n");
}

TEST(Site, LeavesNothingBehind) {
  const Leaks leaks;
  {
    Router site;
    site.get<"/">([] { return "hello"; });
    TestClient client(std::move(site));
    client.get("/");
  }
  EXPECT_EQ(leaks.to_string(), "");
}

}  // namespace
