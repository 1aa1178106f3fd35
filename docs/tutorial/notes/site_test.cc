#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

using mastic::Status;
using mastic::testing::TestClient;

namespace {

const TestClient::FieldList kJsonWithKey = {{"Content-Type", "application/json"},
                                            {"X-Key", "sesame"}};
constexpr std::string_view kMilk = R"({"title":"milk","text":"two bottles"})";

struct NotesTest : testing::Test {
  TestClient client{make_site("sesame")};
};

}  // namespace

TEST_F(NotesTest, CreatesAndReadsANote) {
  const auto made = client.post("/notes", kMilk, kJsonWithKey);
  EXPECT_EQ(made.status, Status::Created);
  EXPECT_EQ(made.field("Location"), "/notes/1");
  EXPECT_EQ(client.get("/notes/1").text, R"({"id":1,"title":"milk","text":"two bottles"})");
}

TEST_F(NotesTest, ReplacesAndDeletesANote) {
  client.post("/notes", kMilk, kJsonWithKey);
  client.put("/notes/1", R"({"title":"milk","text":"three"})", kJsonWithKey);
  EXPECT_EQ(client.get("/notes/1").text, R"({"id":1,"title":"milk","text":"three"})");
  EXPECT_EQ(client.del("/notes/1", {{"X-Key", "sesame"}}).status, Status::NoContent);
  EXPECT_EQ(client.get("/notes/1").status, Status::NotFound);
}

TEST_F(NotesTest, AMissingNoteIsA404) {
  const auto missing = client.get("/notes/7");
  EXPECT_EQ(missing.status, Status::NotFound);
  EXPECT_EQ(missing.text, "404 Not Found\n\nThere is no note 7.\n");
}

TEST_F(NotesTest, RequiresATitle) {
  const auto refused = client.post("/notes", R"({"title":"","text":""})", kJsonWithKey);
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_EQ(refused.text, "422 Unprocessable Content\n\ntitle: must not be empty\n");
}

TEST_F(NotesTest, ListsNotesPageByPage) {
  for (const std::string title : {"milk", "tea", "milk, again"}) {
    client.post("/notes", R"({"title":")" + title + R"(","text":""})", kJsonWithKey);
  }
  EXPECT_EQ(client.get("/notes?word=milk&size=1&page=2").text,
            R"([{"id":3,"title":"milk, again","text":""}])");
  EXPECT_EQ(client.get("/notes?size=0").status, Status::UnprocessableContent);
}

TEST_F(NotesTest, WritingNeedsTheKey) {
  EXPECT_EQ(client.send_json("/notes", kMilk).status, Status::Forbidden);
  EXPECT_EQ(client.del("/notes/1", {{"X-Key", "please"}}).status, Status::Forbidden);
  EXPECT_EQ(client.get("/notes").text, "[]");
}
