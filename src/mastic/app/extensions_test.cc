#include "mastic/app/extensions.h"

#include <gtest/gtest.h>

#include <string>

namespace mastic::app {

struct SharedUser {
  std::string name;
};

namespace {

struct OwnUser {
  int id = 0;
};

/// A TypeKey of T, as another shared object would have one.
template <class T>
TypeKey key_of(std::size_t size = sizeof(T)) {
  return {typeid(T), size};
}

TEST(Extensions, FindsEachValueByItsType) {
  base::Arena memory;
  Extensions values;
  EXPECT_EQ(values.find<SharedUser>(), nullptr);
  values.emplace<SharedUser>(memory).name = "ada";
  EXPECT_EQ(values.find<OwnUser>(), nullptr);
  values.emplace<OwnUser>(memory).id = 7;
  EXPECT_EQ(values.find<SharedUser>()->name, "ada");
  EXPECT_EQ(values.find<OwnUser>()->id, 7);
}

TEST(Extensions, DestroysTheLastValueFirst) {
  static std::string order;
  struct First {
    ~First() { order += "first"; }
  };
  struct Second {
    ~Second() { order += "second "; }
  };
  base::Arena memory;
  {
    Extensions values;
    values.emplace<First>(memory);
    values.emplace<Second>(memory);
  }
  EXPECT_EQ(order, "second first");
}

TEST(TypeKey, IsTheSameForATypeThatOthersCanName) {
  EXPECT_TRUE(TypeKey::are_same(key_of<SharedUser>(), key_of<SharedUser>()));
  EXPECT_FALSE(TypeKey::are_same(key_of<SharedUser>(), key_of<std::string>()));
  EXPECT_FALSE(TypeKey::are_same(key_of<SharedUser>(), key_of<SharedUser>(1))) << "another size";
}

TEST(TypeKey, DiffersBetweenObjectsForATypeThatOthersCannotName) {
  struct Local {};
  EXPECT_FALSE(TypeKey::are_same(key_of<OwnUser>(), key_of<OwnUser>()));
  EXPECT_FALSE(TypeKey::are_same(key_of<Local>(), key_of<Local>()));
}

}  // namespace
}  // namespace mastic::app
