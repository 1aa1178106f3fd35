#include <gtest/gtest.h>

#include "mastic/app/route_list.h"
#include "mastic/files/static_files.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::files {
namespace {

TEST(StaticFiles, AreListedWithTheirDirectory) {
  const TemporaryTree files;
  const std::string root(files.root());
  app::RouteList list;
  list.add_below("", "/docs", static_files(root));
  ASSERT_EQ(list.routes().size(), 1u);
  EXPECT_EQ(list.routes()[0].method, "GET");
  EXPECT_EQ(list.routes()[0].path, "/docs/...");
  EXPECT_EQ(list.routes()[0].meaning, "files of " + root);
}

}  // namespace
}  // namespace mastic::files
