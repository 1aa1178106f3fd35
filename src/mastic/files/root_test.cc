#include "mastic/files/root.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "mastic/base/kernel_testing.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::files {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct RootTest : testing::Test {
  RootTest() {
    files.write("first/which", "1");
    files.write("second/which", "22");
    fs::create_directory_symlink("first", link());
    root = Root::open(kernel, link()).value();
  }
  [[nodiscard]] fs::path link() const { return files.root() / "current"; }
  /// Switches the link atomically, as `ln -sfn` and deployments without downtime do.
  void switch_to(const char* target) {
    fs::create_directory_symlink(target, files.root() / "next");
    fs::rename(files.root() / "next", link());
  }
  /// Identifies the current tree by the size of its file; 0 if there is none.
  [[nodiscard]] std::uint64_t which() const {
    const auto tree = root->tree();
    return tree ? tree->open_file("which")->status.size : 0;
  }
  TemporaryTree files;
  base::ScriptedKernel kernel;
  std::unique_ptr<Root> root;
};

TEST_F(RootTest, NoticesASwitchedLinkInTheNextSecond) {
  switch_to("second");
  EXPECT_FALSE(root->look());
  EXPECT_EQ(which(), 1u);
  kernel.advance(1s);
  const auto change = root->look();
  ASSERT_TRUE(change);
  EXPECT_EQ(change->level, base::Level::Info);
  EXPECT_EQ(which(), 2u);
  EXPECT_EQ(root->current(), root->tree().get());
}

TEST_F(RootTest, NoticesADirectoryThatWasCreatedAgain) {
  fs::remove_all(files.root() / "first");
  files.write("first/which", "333");
  kernel.advance(1s);
  EXPECT_TRUE(root->look());
  EXPECT_EQ(which(), 3u);
}

TEST_F(RootTest, AsksTheKernelOncePerSecond) {
  kernel.advance(1s);
  const int before = kernel.total_calls();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(root->look());
  EXPECT_EQ(kernel.total_calls(), before + 1);
}

TEST_F(RootTest, KeepsATreeOpenWhileItIsUsed) {
  const auto former = root->tree();
  switch_to("second");
  kernel.advance(1s);
  EXPECT_TRUE(root->look());
  EXPECT_EQ(former->open_file("which")->status.size, 1u);
}

TEST_F(RootTest, HasNoTreeWhileNothingIsThereAndNoticesAtOnceWhenItIsBack) {
  fs::remove(link());
  kernel.advance(1s);
  const auto gone = root->look();
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->level, base::Level::Error);
  EXPECT_EQ(which(), 0u);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(root->look()) << "it is reported only once";
  fs::create_directory_symlink("second", link());
  EXPECT_TRUE(root->look());
  EXPECT_EQ(which(), 2u);
}

TEST_F(RootTest, KeepsTheFormerTreeIfTheNewOneCannotBeOpened) {
  switch_to("second");
  for (int i = 0; i < 3; ++i) {
    kernel.advance(1s);
    kernel.fail("openat", 1, EMFILE);
    EXPECT_EQ(root->look().has_value(), i == 0) << "it is reported only once";
    EXPECT_EQ(which(), 1u);
  }
  kernel.advance(1s);
  EXPECT_TRUE(root->look());
  EXPECT_EQ(which(), 2u);
}

TEST_F(RootTest, StaysRelativeToItsInitialWorkingDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(files.root());
  const auto relative = Root::open(kernel, "current").value();
  fs::current_path(before);
  switch_to("second");
  kernel.advance(1s);
  EXPECT_TRUE(relative->look());
  EXPECT_EQ(relative->tree()->open_file("which")->status.size, 2u);
}

}  // namespace
}  // namespace mastic::files
