#include "mastic/routing/path_table.h"

#include <gtest/gtest.h>

namespace mastic::routing {
namespace {

TEST(PathTable, FindsNothingWhileItIsEmpty) {
  EXPECT_EQ(PathTable().find("/"), PathTable::kNone);
  EXPECT_EQ(PathTable().find(""), PathTable::kNone);
}

TEST(PathTable, FindsEachPathAndNoOther) {
  PathTable table;
  std::vector<std::string> paths;
  for (std::size_t size = 0; size < 40; ++size) {  // every size, and paths that differ in one byte
    for (const char last : {'a', 'b', '/'}) paths.push_back("/" + std::string(size, 'x') + last);
  }
  for (std::size_t i = 0; i < paths.size(); ++i) table.add(paths[i], i);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    EXPECT_EQ(table.find(paths[i]), i);
    EXPECT_EQ(table.find(paths[i] + "c"), PathTable::kNone);
    EXPECT_EQ(table.find(paths[i].substr(1)), PathTable::kNone);
  }
}

}  // namespace
}  // namespace mastic::routing
