#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/files/temporary_tree_testing.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

TEST(TestClientOfASiteFile, ServesItsApplication) {
  files::TemporaryTree site;
  site.write("site.ini", "[app:main]\nuse = mastic#static\nroot = public\n");
  site.write("public/a.txt", "a file\n");
  const std::string uri = "config:" + (site.root() / "site.ini").string();
  TestClient client(uri);
  EXPECT_EQ(client.get("/a.txt").text, "a file\n");
  EXPECT_EQ(TestClient(uri.c_str()).get("/b.txt").status, http::Status::NotFound);
}

TEST(TestClientOfASiteFile, ThrowsWithWhatIsWrong) {
  EXPECT_THROW(TestClient("config:no/such.ini"), std::runtime_error);
}

}  // namespace
}  // namespace mastic::testing
