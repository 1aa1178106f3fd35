#include "store.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace {

NewTea named(std::string name, Kind kind = Kind::Green) {
  return {.name = std::move(name), .kind = kind, .price_cents = 450, .note = {}};
}

std::vector<std::string> names(const TeaPage& page) {
  std::vector<std::string> names;
  for (const Tea& tea : page.teas) names.push_back(tea.name);
  return names;
}

}  // namespace

TEST(Store, KeepsAddedTeas) {
  Store store;
  const Tea added = store.add(named("Sencha"));
  EXPECT_EQ(added.id, 1);
  EXPECT_EQ(store.find(1).value().name, "Sencha");
  EXPECT_FALSE(store.find(2));
}

TEST(Store, FindsByKindAndPartOfTheName) {
  Store store;
  store.add(named("Sencha"));
  store.add(named("Assam", Kind::Black));
  store.add(named("Kabuse Sencha"));
  EXPECT_EQ(names(store.list({})), (std::vector<std::string>{"Sencha", "Assam", "Kabuse Sencha"}));
  EXPECT_EQ(names(store.list({.kind = Kind::Black})), std::vector<std::string>{"Assam"});
  EXPECT_EQ(names(store.list({.name = "Kab"})), std::vector<std::string>{"Kabuse Sencha"});
}

TEST(Store, ListsPageByPage) {
  Store store;
  for (const char* name : {"a", "b", "c"}) store.add(named(name));
  const TeaPage second = store.list({.page = 2, .per_page = 2});
  EXPECT_EQ(second.total, 3);
  EXPECT_EQ(names(second), std::vector<std::string>{"c"});
  EXPECT_TRUE(store.list({.page = 3, .per_page = 2}).teas.empty());
}

TEST(Store, ChangesOnlyTheGivenFields) {
  Store store;
  store.add(named("Sencha"));
  const Tea changed = store.change(1, {.price_cents = 500}).value();
  EXPECT_EQ(changed.name, "Sencha");
  EXPECT_EQ(changed.price_cents, 500);
  EXPECT_EQ(store.replace(1, named("Bancha")).value().price_cents, 450);
}

TEST(Store, ChangesNothingForAnUnknownId) {
  Store store;
  EXPECT_FALSE(store.change(1, {.price_cents = 500}));
  EXPECT_FALSE(store.replace(1, named("Bancha")));
  EXPECT_FALSE(store.remove(1));
  EXPECT_EQ(store.list({}).total, 0);
}

TEST(Store, RefusesANameThatIsTaken) {
  Store store;
  store.add(named("Sencha"));
  store.add(named("Assam"));
  EXPECT_THROW(store.add(named("Sencha")), NameTaken);
  EXPECT_THROW(store.change(2, {.name = "Sencha"}), NameTaken);
  EXPECT_NO_THROW(store.change(1, {.name = "Sencha"})) << "the tea has this name itself";
  EXPECT_EQ(store.list({}).total, 2);
}

TEST(Store, NeverUsesAnIdAgain) {
  Store store;
  store.add(named("Sencha"));
  store.remove(1);
  EXPECT_EQ(store.add(named("Sencha")).id, 2);
}

TEST(Store, CanBeUsedFromSeveralThreads) {
  Store store;
  const auto work = [&store](const std::string& prefix) {
    for (int i = 0; i < 100; ++i) store.add(named(prefix + std::to_string(i)));
  };
  std::thread one(work, "a");
  std::thread two(work, "b");
  one.join();
  two.join();
  EXPECT_EQ(store.list({}).total, 200);
}
