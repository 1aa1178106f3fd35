#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/temp_tree.h>
#include <mastic/testing/test_client.h>

#include <map>
#include <string>
#include <vector>

using mastic::Status;
using mastic::testing::TestClient;

namespace {

/// A shop with two teas.
struct JsonApiSqlite : testing::Test {
  JsonApiSqlite()
      : client(make_site({.database = database, .patience = std::chrono::milliseconds(0)})) {
    client.send_json("/teas", R"({"name":"Sencha","kind":"Green","price_cents":690})");
    client.send_json("/teas", R"({"name":"Assam","kind":"Black","price_cents":450})");
  }
  const mastic::testing::TempTree folder;
  const std::string database = folder.path_of("teas.db");
  TestClient client;
};

/// The member of a problem (RFC 9457) that tells which fields are wrong.
struct ProblemErrors {
  std::vector<std::map<std::string, std::string>> errors;
};

constexpr std::string_view kSencha = R"({"id":1,"name":"Sencha","kind":"Green","price_cents":690})";
constexpr std::string_view kAssam = R"({"id":2,"name":"Assam","kind":"Black","price_cents":450})";

}  // namespace

TEST_F(JsonApiSqlite, ListsTeas) {
  EXPECT_EQ(client.get("/teas").text, R"({"total":2,"page":1,"teas":[)" + std::string(kSencha) +
                                          "," + std::string(kAssam) + "]}");
  EXPECT_EQ(client.get("/teas?kind=Black").text,
            R"({"total":1,"page":1,"teas":[)" + std::string(kAssam) + "]}");
  EXPECT_EQ(client.get("/teas?name=x").text, R"({"total":0,"page":1,"teas":[]})");
  EXPECT_EQ(client.get("/teas?page=2&per_page=1").text,
            R"({"total":2,"page":2,"teas":[)" + std::string(kAssam) + "]}");
}

TEST_F(JsonApiSqlite, ReadsATea) {
  const auto tea = client.get("/teas/1");
  EXPECT_EQ(tea.field("Content-Type"), "application/json");
  EXPECT_EQ(tea.text, kSencha);
}

TEST_F(JsonApiSqlite, SaysWhichTeaIsMissing) {
  const auto missing = client.get("/teas/7");
  EXPECT_EQ(missing.status, Status::NotFound);
  EXPECT_EQ(missing.text, "404 Not Found\n\nThere is no tea 7.\n");
  EXPECT_EQ(client.del("/teas/7").status, Status::NotFound);
  EXPECT_EQ(client.send_json("/teas/7", R"({"price_cents":1})", "PATCH").status, Status::NotFound);
}

TEST_F(JsonApiSqlite, TellsTheLocationOfANewTea) {
  const auto added = client.send_json(
      "/teas", R"({"name":"Pai Mu Tan","kind":"White","price_cents":990,"note":"Light."})");
  EXPECT_EQ(added.status, Status::Created);
  EXPECT_EQ(added.field("Location"), "/teas/3");
  EXPECT_EQ(client.get("/teas/3").text, added.text);
}

TEST_F(JsonApiSqlite, ReplacesATea) {
  const std::string_view tea = R"({"id":1,"name":"Bancha","kind":"Green","price_cents":390})";
  EXPECT_EQ(client.send_json("/teas/1", tea, "PUT").text, tea);
  EXPECT_EQ(client.get("/teas/1").text, tea);
}

TEST_F(JsonApiSqlite, ChangesSomeFieldsOfATea) {
  EXPECT_EQ(client.send_json("/teas/2", R"({"note":"Strong."})", "PATCH").text,
            R"({"id":2,"name":"Assam","kind":"Black","price_cents":450,"note":"Strong."})");
}

TEST_F(JsonApiSqlite, DeletesATea) {
  EXPECT_EQ(client.del("/teas/1").status, Status::NoContent);
  EXPECT_EQ(client.get("/teas/1").status, Status::NotFound);
}

TEST_F(JsonApiSqlite, RefusesANameThatIsTaken) {
  const auto refused =
      client.send_json("/teas", R"({"name":"Assam","kind":"Black","price_cents":1})");
  EXPECT_EQ(refused.status, Status::Conflict);
  EXPECT_EQ(refused.text, "409 Conflict\n\nThere is a tea named 'Assam' already.\n");
}

TEST_F(JsonApiSqlite, ExplainsEveryFieldThatIsWrong) {
  const auto refused =
      client.post("/teas", R"({"name":"","kind":"White","price_cents":0})",
                  {{"Content-Type", "application/json"}, {"Accept", "application/problem+json"}});
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_EQ(refused.field("Content-Type"), "application/problem+json");
  EXPECT_EQ(mastic::from_json<ProblemErrors>(refused.text).value().errors,
            (std::vector<std::map<std::string, std::string>>{
                {{"field", "name"}, {"message", "must have 1 to 80 bytes"}},
                {{"field", "price_cents"}, {"message", "must be more than 0"}}}));
}

TEST_F(JsonApiSqlite, RefusesAnUnknownKind) {
  const auto refused =
      client.send_json("/teas", R"({"name":"Nilgiri","kind":"Blue","price_cents":1})");
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_EQ(
      refused.text,
      "422 Unprocessable Content\n\nkind: one of 'Black', 'Green', 'Herbal', 'Oolong', 'White' is "
      "expected, 'Blue' found\n");
  EXPECT_EQ(client.get("/teas?kind=Blue").status, Status::UnprocessableContent);
}

TEST_F(JsonApiSqlite, ExplainsAnInvalidQuery) {
  const auto refused = client.get("/teas?page=0&per_page=1000");
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_EQ(
      refused.text,
      "422 Unprocessable Content\n\npage: must be 1 to 1000000\nper_page: must be 1 to 100\n");
}

TEST_F(JsonApiSqlite, AnswersRetryAfterWhenTheDatabaseIsBusy) {
  sqlite::Connection other(database, std::chrono::milliseconds(0));
  other.run("BEGIN IMMEDIATE");
  const auto refused = client.del("/teas/1");
  EXPECT_EQ(refused.status, Status::ServiceUnavailable);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_EQ(client.get("/teas/1").text, kSencha) << "reading is still possible";
}

TEST_F(JsonApiSqlite, HidesOtherErrorsOfTheDatabase) {
  sqlite::Connection(database, std::chrono::milliseconds(0)).run("DROP TABLE teas");
  client.expect_errors("no such table: teas");
  const auto failed = client.get("/teas/1");
  EXPECT_EQ(failed.status, Status::InternalServerError);
  EXPECT_EQ(failed.text.find("no such table"), std::string::npos);
  EXPECT_NE(client.log().back().find("no such table: teas"), std::string::npos);
}
