#include "store.h"

#include <gtest/gtest.h>
#include <mastic/testing/temp_tree.h>

#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

NewTea named(std::string name, Kind kind = Kind::Green) {
  return {.name = std::move(name), .kind = kind, .price_cents = 450, .note = {}};
}

std::vector<std::string> names(const TeaPage& page) {
  std::vector<std::string> names;
  for (const Tea& tea : page.teas) names.push_back(tea.name);
  return names;
}

struct StoreTest : testing::Test {
  const mastic::testing::TempTree folder;
  const std::string database = folder.path_of("teas.db");
  Store store{{.database = database}};
};

}  // namespace

TEST_F(StoreTest, KeepsAddedTeas) {
  const Tea added = store.add(named("Sencha"));
  EXPECT_EQ(added.id, 1);
  EXPECT_EQ(store.find(1).value().name, "Sencha");
  EXPECT_FALSE(store.find(2));
}

TEST_F(StoreTest, FindsByKindAndPartOfTheName) {
  store.add(named("Sencha"));
  store.add(named("Assam", Kind::Black));
  store.add(named("Kabuse Sencha"));
  EXPECT_EQ(names(store.list({})), (std::vector<std::string>{"Sencha", "Assam", "Kabuse Sencha"}));
  EXPECT_EQ(names(store.list({.kind = Kind::Black})), std::vector<std::string>{"Assam"});
  EXPECT_EQ(names(store.list({.name = "Kab"})), std::vector<std::string>{"Kabuse Sencha"});
}

TEST_F(StoreTest, ListsPageByPage) {
  for (const char* name : {"a", "b", "c"}) store.add(named(name));
  const TeaPage second = store.list({.page = 2, .per_page = 2});
  EXPECT_EQ(second.total, 3);
  EXPECT_EQ(names(second), std::vector<std::string>{"c"});
  EXPECT_TRUE(store.list({.page = 3, .per_page = 2}).teas.empty());
}

TEST_F(StoreTest, ChangesOnlyTheGivenFields) {
  store.add(named("Sencha"));
  const Tea changed = store.change(1, {.price_cents = 500}).value();
  EXPECT_EQ(changed.name, "Sencha");
  EXPECT_EQ(changed.price_cents, 500);
  EXPECT_EQ(store.replace(1, named("Bancha")).value().price_cents, 450);
}

TEST_F(StoreTest, ChangesNothingForAnUnknownId) {
  EXPECT_FALSE(store.change(1, {.price_cents = 500}));
  EXPECT_FALSE(store.replace(1, named("Bancha")));
  EXPECT_FALSE(store.remove(1));
  EXPECT_EQ(store.list({}).total, 0);
}

TEST_F(StoreTest, RefusesANameThatIsTaken) {
  store.add(named("Sencha"));
  store.add(named("Assam"));
  EXPECT_THROW(store.add(named("Sencha")), NameTaken);
  EXPECT_THROW(store.change(2, {.name = "Sencha"}), NameTaken);
  EXPECT_NO_THROW(store.change(1, {.name = "Sencha"})) << "the tea has this name itself";
  EXPECT_EQ(store.list({}).total, 2);
}

TEST_F(StoreTest, NeverUsesAnIdAgain) {
  store.add(named("Sencha"));
  store.remove(1);
  EXPECT_EQ(store.add(named("Sencha")).id, 2);
}

TEST_F(StoreTest, KeepsTeasWhenItIsOpenedAgain) {
  store.add(named("Sencha"));
  EXPECT_EQ(Store({.database = database}).find(1).value().name, "Sencha");
}

TEST_F(StoreTest, CanBeUsedFromSeveralThreads) {
  store.add(named("Sencha"));
  const auto work = [this](const std::string& prefix) {
    for (int i = 0; i < 50; ++i) {
      store.add(named(prefix + std::to_string(i)));
      store.change(1, {.price_cents = i + 1});
      (void)store.list({.name = prefix});
    }
  };
  std::thread one(work, "a");
  std::thread two(work, "b");
  one.join();
  two.join();
  EXPECT_EQ(store.list({}).total, 101);
  EXPECT_EQ(store.find(1).value().price_cents, 50);
}

TEST_F(StoreTest, WaitsForAnotherWriterOnlyForItsPatience) {
  sqlite::Connection other(database, 0ms);
  other.run("BEGIN IMMEDIATE");
  Store impatient({.database = database, .patience = 0ms});
  EXPECT_THROW(impatient.add(named("Sencha")), sqlite::Busy);
  EXPECT_EQ(impatient.list({}).total, 0) << "reading is still possible";
}
