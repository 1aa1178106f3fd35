#include "mastic/testing/temp_tree.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace mastic::testing {
namespace {

TEST(TempTree, HasItsFilesAndIsGoneAtTheEnd) {
  std::filesystem::path path;
  {
    const TempTree tree{{"public/index.html", "<p>hi"}, {"uploads/"}};
    path = tree.path();
    EXPECT_EQ(tree.read("public/index.html"), "<p>hi");
    EXPECT_TRUE(std::filesystem::is_directory(path / "uploads"));
    EXPECT_TRUE(tree.contains("uploads"));
    EXPECT_FALSE(tree.contains("uploads/a"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TempTree, ShowsWhatHasChanged) {
  const TempTree tree{{"a.txt", "1"}, {"b.txt", "2"}, {"c.txt", "3"}};
  EXPECT_TRUE(tree.changes().empty());
  tree.write("b.txt", "other");
  tree.write("new/d.txt", "4");
  std::filesystem::remove(tree.path() / "c.txt");
  std::filesystem::create_symlink("a.txt", tree.path() / "link");
  EXPECT_EQ(tree.changes().to_string(),
            "created link\ncreated new/\ncreated new/d.txt\nchanged b.txt\ndeleted c.txt\n");
  const TreeSnapshot now = tree.snapshot();
  tree.write("a.txt", "");
  EXPECT_EQ(tree.changes(now).to_string(), "changed a.txt\n");
}

TEST(TempTree, RefusesPathsThatLeadOut) {
  const TempTree tree;
  EXPECT_THROW(tree.write("../x", ""), std::runtime_error);
  EXPECT_THROW(tree.write("/etc/x", ""), std::runtime_error);
  EXPECT_THROW((void)tree.read("none"), std::runtime_error);
}

}  // namespace
}  // namespace mastic::testing
