// The steps of the tutorial, as a client sees them. The last ones are the project in notes/.

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include "step_1.h"
#include "step_2.h"
#include "step_3.h"
#include "step_4.h"
#include "step_5.h"
#include "step_6.h"

using mastic::Status;
using mastic::testing::TestClient;

namespace {

constexpr std::string_view kMilk = R"({"title":"milk","text":"two bottles"})";

}  // namespace

TEST(Tutorial, Step1Answers) {
  TestClient client(step_1::make_site());
  EXPECT_EQ(client.get("/").text, "Your notes are at /notes.\n");
}

TEST(Tutorial, Step2WritesAndLists) {
  TestClient client(step_2::make_site());
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
  TestClient client(step_3::make_site());
  EXPECT_EQ(client.send_json("/notes", kMilk).field("Location"), "/notes/1");
  EXPECT_EQ(client.get("/notes/1").status, Status::Ok);
  const auto replaced = client.send_json("/notes/1", R"({"title":"milk","text":"three"})", "PUT");
  EXPECT_EQ(replaced.text, R"({"id":1,"title":"milk","text":"three"})");
  EXPECT_EQ(client.del("/notes/1").status, Status::NoContent);
  EXPECT_EQ(client.get("/notes/milk").status, Status::NotFound);
  EXPECT_EQ(client.get("/notes/1").status, Status::InternalServerError);
  const std::string& line = client.log().back();
  EXPECT_NE(line.find("GET /notes/1: NoSuchNote: There is no note 1.  id="), line.npos) << line;
}

TEST(Tutorial, Step4AnswersMissingNotesWith404) {
  auto site = step_3::make_site();
  step_4::answer_missing_notes(site);
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/notes/1").text, "404 Not Found\n\nThere is no note 1.\n");
  EXPECT_EQ(client.get("/notes/1", {{"Accept", "application/json"}}).field("Content-Type"),
            "application/problem+json");
}

TEST(Tutorial, Step5ChecksItsInput) {
  TestClient client(step_5::make_site());
  EXPECT_EQ(client.send_json("/notes", kMilk).status, Status::Created);
  EXPECT_EQ(client.send_json("/notes", R"({"title":"","text":""})").text,
            "422 Unprocessable Content\n\ntitle: must not be empty\n");
}

TEST(Tutorial, Step6ListsPageByPage) {
  TestClient client(step_6::make_site());
  EXPECT_EQ(client.get("/notes?word=milk&size=1&page=2").text,
            R"([{"id":3,"title":"milk, again","text":"it was sour"}])");
  EXPECT_EQ(client.get("/notes?size=0").text,
            "422 Unprocessable Content\n\nsize: must be from 1 to 100\n");
}
