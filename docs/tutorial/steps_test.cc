// The steps of the tutorial, as a client sees them. The last ones are the project in notes/. Each
// file of steps/ is site.cc after that step, compiled with another name for its make_site.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

using mastic::Status;
using mastic::testing::TestClient;

mastic::Router make_step_1();
mastic::Router make_step_2();
mastic::Router make_step_3();
mastic::Router make_step_4();
mastic::Router make_step_5();
mastic::Router make_step_6();

namespace {

constexpr std::string_view kMilk = R"({"title":"milk","text":"two bottles"})";

}  // namespace

TEST(Tutorial, Step1Answers) {
  TestClient client(make_step_1());
  EXPECT_EQ(client.get("/").text, "Your notes are at /notes.\n");
}

TEST(Tutorial, Step2WritesAndLists) {
  TestClient client(make_step_2());
  EXPECT_EQ(client.get("/").text, "Your notes are at /notes.\n");
  EXPECT_EQ(client.get("/notes").text, "[]");
  const auto made = client.send_json("/notes", kMilk);
  EXPECT_EQ(made.status, Status::Created);
  EXPECT_EQ(made.text, R"({"id":1,"title":"milk","text":"two bottles"})");
  EXPECT_EQ(client.get("/notes").text, "[" + made.text + "]");
  EXPECT_EQ(client.send_json("/notes", R"({"title":7})").text,
            "422 Unprocessable Content\n\n"
            "title: a string is expected, a whole number found\ntext: it is missing\n");
}

TEST(Tutorial, Step3ReadsReplacesAndDeletes) {
  TestClient client(make_step_3());
  EXPECT_EQ(client.send_json("/notes", kMilk).field("Location"), "/notes/1");
  EXPECT_EQ(client.get("/notes/1").status, Status::Ok);
  const auto replaced = client.send_json("/notes/1", R"({"title":"milk","text":"three"})", "PUT");
  EXPECT_EQ(replaced.text, R"({"id":1,"title":"milk","text":"three"})");
  EXPECT_EQ(client.del("/notes/1").status, Status::NoContent);
  EXPECT_EQ(client.get("/notes/milk").status, Status::NotFound);
  client.expect_errors("There is no note 1.");
  EXPECT_EQ(client.get("/notes/1").status, Status::InternalServerError);
  const std::string& line = client.log().back();
  EXPECT_NE(line.find("GET /notes/1: NoSuchNote: There is no note 1.  id="), line.npos) << line;
}

TEST(Tutorial, Step4AnswersMissingNotesWith404) {
  TestClient client(make_step_4());
  EXPECT_EQ(client.get("/notes/1").text, "404 Not Found\n\nThere is no note 1.\n");
  EXPECT_EQ(client.get("/notes/1", {{"Accept", "application/json"}}).field("Content-Type"),
            "application/problem+json");
}

TEST(Tutorial, Step5ChecksItsInput) {
  TestClient client(make_step_5());
  EXPECT_EQ(client.send_json("/notes", kMilk).status, Status::Created);
  EXPECT_EQ(client.send_json("/notes", R"({"title":"","text":""})").text,
            "422 Unprocessable Content\n\ntitle: must not be empty\n");
}

TEST(Tutorial, Step6ListsPageByPage) {
  TestClient client(make_step_6());
  client.send_json("/notes", kMilk);
  client.send_json("/notes", R"({"title":"tea","text":"green"})");
  client.send_json("/notes", R"({"title":"milk, again","text":"it was sour"})");
  EXPECT_EQ(client.get("/notes?word=tea&size=5").text,
            R"([{"id":2,"title":"tea","text":"green"}])");
  EXPECT_EQ(client.get("/notes?word=milk&size=1&page=2").text,
            R"([{"id":3,"title":"milk, again","text":"it was sour"}])");
  EXPECT_EQ(client.get("/notes?size=0").text,
            "422 Unprocessable Content\n\nsize: must be from 1 to 100\n");
}
