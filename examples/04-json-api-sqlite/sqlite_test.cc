#include "sqlite.h"

#include <gtest/gtest.h>
#include <mastic/testing/temp_tree.h>

using namespace std::chrono_literals;
using sqlite::Connection;

namespace {

enum class Size { Small, Large };
struct Cup {
  std::string name;
  Size size = Size::Small;
  std::optional<double> litres;
};

struct Sqlite : testing::Test {
  Sqlite() : db(database, 0ms) {
    db.run("CREATE TABLE cups (name TEXT UNIQUE, size TEXT, litres REAL) STRICT");
  }
  int count() { return db.first<int>("SELECT count(*) FROM cups").value(); }

  const mastic::testing::TempTree folder;
  const std::string database = folder.path_of("teas.db");
  Connection db;
};

}  // namespace

TEST_F(Sqlite, ReadsRowsAsStructs) {
  db.run("INSERT INTO cups VALUES (?, ?, ?)", "blue", Size::Large, 0.4);
  db.run("INSERT INTO cups VALUES (?, ?, ?)", std::string("broken"), Size::Small, nullptr);
  const auto cups = db.all<Cup>("SELECT name, size, litres FROM cups ORDER BY name");
  ASSERT_EQ(cups.size(), 2u);
  EXPECT_EQ(cups[0].name, "blue");
  EXPECT_EQ(cups[0].size, Size::Large);
  EXPECT_EQ(cups[0].litres, 0.4);
  EXPECT_FALSE(cups[1].litres);
  EXPECT_EQ(db.first<std::string>("SELECT size FROM cups"), "Large");
  EXPECT_FALSE(db.first<Cup>("SELECT name, size, litres FROM cups WHERE name = ?", "red"));
}

TEST_F(Sqlite, RefusesRowsThatDoNotFitTheStruct) {
  db.run("INSERT INTO cups VALUES ('blue', 'Huge', 2.0)");
  EXPECT_THROW((void)db.first<Cup>("SELECT name, size, litres FROM cups"), sqlite::Error);
  EXPECT_THROW((void)db.first<Cup>("SELECT name, size FROM cups"), std::logic_error);
}

TEST_F(Sqlite, NeverPutsValuesIntoTheStatement) {
  const std::string name = "'); DROP TABLE cups; --";
  db.run("INSERT INTO cups (name) VALUES (?)", name);
  db.run("INSERT INTO cups (name) VALUES (?)", std::string_view());
  EXPECT_EQ(db.all<std::string>("SELECT name FROM cups ORDER BY rowid"),
            (std::vector<std::string>{name, ""}));
}

TEST_F(Sqlite, ThrowsErrorsWithTheirReason) {
  db.run("INSERT INTO cups (name) VALUES ('small')");
  EXPECT_THROW(db.run("INSERT INTO cups (name) VALUES ('small')"), sqlite::NotUnique);
  try {
    db.run("SELECT * FROM saucers");
    FAIL() << "there is no such table";
  } catch (const sqlite::Error& error) {
    EXPECT_STREQ(error.what(), "no such table: saucers");
  }
  EXPECT_THROW(Connection("/no/such/place/shop.db", 0ms), sqlite::Error);
}

TEST_F(Sqlite, ATransactionIsAllOrNothing) {
  const auto fail = [&]() -> int {
    db.run("INSERT INTO cups (name) VALUES ('small')");
    throw std::runtime_error("the cup fell");
  };
  EXPECT_THROW(db.transaction(Connection::Access::Write, fail), std::runtime_error);
  EXPECT_EQ(count(), 0);
  const int changed = db.transaction(Connection::Access::Write, [&] {
    return db.run("INSERT INTO cups (name) VALUES ('small'), ('large')");
  });
  EXPECT_EQ(changed, 2);
  EXPECT_EQ(count(), 2);
}

TEST_F(Sqlite, ReadersDoNotWaitForAWriter) {
  Connection other(database, 0ms);
  db.run("BEGIN IMMEDIATE");
  EXPECT_EQ(other.first<int>("SELECT count(*) FROM cups"), 0);
  EXPECT_THROW(other.run("INSERT INTO cups (name) VALUES ('small')"), sqlite::Busy);
}
