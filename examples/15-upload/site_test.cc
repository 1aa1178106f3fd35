#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include "shelf.h"

using mastic::Status;
using mastic::testing::TestClient;

namespace {

struct Listing {
  std::vector<ShelfEntry> files;
};

struct FileShelf : testing::Test {
  TestClient client{make_site(PUBLIC_DIR)};

  std::vector<ShelfEntry> shelf() { return client.get("/files").json<Listing>().files; }
};

const std::string kLarge(3'000'000, 'x');

}  // namespace

TEST_F(FileShelf, KeepsFiles) {
  const auto answer = client.upload(
      "/files", {{"sender", "Ada"}},
      {{"files", "notes.txt", "text/plain", "three minutes"}, {"files", "sea.jpg", "", kLarge}});
  EXPECT_EQ(answer.status, Status::Created);
  ASSERT_EQ(shelf().size(), 2u);
  EXPECT_EQ(shelf()[0].name, "sea.jpg");
  EXPECT_EQ(shelf()[0].bytes, kLarge.size());
  EXPECT_EQ(shelf()[1].name, "notes.txt");
  EXPECT_EQ(shelf()[1].sender, "Ada");
  EXPECT_EQ(client.get("/files/1").text, "three minutes");
  EXPECT_TRUE(client.get("/files/2").text == kLarge);
}

// Otherwise a page that somebody uploads would run its scripts as a part of this site.
TEST_F(FileShelf, NeverShowsAFileAsAPage) {
  client.upload("/files", {{"sender", "Eve"}}, {{"files", "../x.html", "text/html", "<script>"}});
  const auto answer = client.get("/files/1");
  EXPECT_EQ(answer.field("Content-Type"), "application/octet-stream");
  EXPECT_EQ(answer.field("Content-Disposition"), "attachment; filename=\"x.html\"");
  EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
}

TEST_F(FileShelf, SaysWhatIsWrongWithTheForm) {
  const auto refused =
      client.upload("/files", {{"sender", ""}}, {}, {{"Accept", "application/json"}});
  refused.expect(422).expect_contains("Who sends this?");
  refused.expect_contains("Choose at least one file.");
}

TEST_F(FileShelf, RefusesMoreFilesThanItsLimit) {
  const std::vector<mastic::testing::TestFile> files(11, {"files", "a", "", "a"});
  EXPECT_EQ(client.upload("/files", {{"sender", "Ada"}}, files).status,
            Status::UnprocessableContent);
  EXPECT_TRUE(shelf().empty());
}

TEST_F(FileShelf, RefusesMoreBytesThanItsLimit) {
  const std::string huge(32'000'001, 'x');
  const auto refused = client.upload("/files", {{"sender", "Ada"}}, {{"files", "huge", "", huge}});
  EXPECT_EQ(refused.status, Status::ContentTooLarge);
  EXPECT_TRUE(shelf().empty());
}

TEST_F(FileShelf, TellsHowFarAnUploadIs) {
  const std::string token = "0123456789abcdef";
  client.upload("/files?upload=" + token, {{"sender", "Ada"}}, {{"files", "a", "", kLarge}});
  const auto progress = client.get("/upload-progress?upload=" + token);
  progress.expect_contains(R"("state":"done")");
}

TEST(Shelf, KeepsTheNewestFiles) {
  Shelf shelf;
  for (int i = 1; i <= 60; ++i) shelf.put("Ada", {mastic::File(std::to_string(i), "", "content")});
  EXPECT_EQ(shelf.entries().size(), Shelf::kMaxFiles);
  EXPECT_EQ(shelf.entries().front().name, "60");
  EXPECT_FALSE(shelf.find(10));
  EXPECT_TRUE(shelf.find(11));
}
