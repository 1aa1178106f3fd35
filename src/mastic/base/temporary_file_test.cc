#include "mastic/base/temporary_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

#include "mastic/base/failing_allocations.h"
#include "mastic/base/failures.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/temp_tree.h"

namespace mastic::base {
namespace {

namespace fs = std::filesystem;

class TemporaryFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory / "kept"; }
  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
  }

  TempTree tree;
  fs::path directory = tree.path();
  FailingKernel kernel{system_kernel()};
};

TEST_F(TemporaryFileTest, HasNoNameUntilItIsKept) {
  std::ofstream(path()) << "old";
  TemporaryFile file(kernel);
  ASSERT_EQ(file.create(directory), 0);
  ASSERT_EQ(file.write("new "), 0);
  ASSERT_EQ(file.write("content"), 0);
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(content(path()), "old");
  ASSERT_EQ(keep_file(*file.descriptor(), 11, path()), 0);
  EXPECT_EQ(content(path()), "new content");
  EXPECT_EQ(files(), 1);
  struct stat status{};
  const mode_t mask = umask(0);
  umask(mask);
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0666U & ~mask);
}

TEST_F(TemporaryFileTest, IsCreatedAndUnlinkedWhereTheFileSystemKnowsNoUnnamedFiles) {
  kernel.fail("open", 1, EOPNOTSUPP);
  TemporaryFile file(kernel);
  ASSERT_EQ(file.create(directory), 0);
  ASSERT_EQ(file.write("content"), 0);
  EXPECT_EQ(files(), 0);
  ASSERT_EQ(keep_file(*file.descriptor(), 7, path()), 0);  // it cannot be linked, and is copied
  EXPECT_EQ(content(path()), "content");
  EXPECT_EQ(files(), 1);
}

TEST_F(TemporaryFileTest, IsCopiedToAnotherFileSystem) {
  TemporaryFile file(kernel);
  ASSERT_EQ(file.create(directory), 0);
  const std::string large(600 << 10, 'x');
  ASSERT_EQ(file.write(large), 0);
  kernel.fail("linkat", 1, EXDEV);
  ASSERT_EQ(keep_file(*file.descriptor(), large.size(), path()), 0);
  EXPECT_EQ(content(path()), large);
}

TEST_F(TemporaryFileTest, SaysThatTheDiskIsFullAndLeavesNothing) {
  TemporaryFile file(kernel);
  ASSERT_EQ(file.create(directory), 0);
  kernel.fail("write", 1, ENOSPC);
  EXPECT_EQ(file.write("x"), -ENOSPC);
  EXPECT_EQ(files(), 0);
}

TEST_F(TemporaryFileTest, LeavesNoDescriptorWithoutMemory) {
  if (!counts_allocations()) GTEST_SKIP();
  const std::string folder = directory;
  // What is left behind while the file itself still exists is an error, too.
  const auto count = for_each_failure([&](Failures& failures) {
    const Leaks leaks;
    TemporaryFile file(kernel);
    try {
      failures.during([&] { (void)file.create(folder); });
    } catch (const std::bad_alloc&) {
    }
    if (failures.has_failed()) {
      EXPECT_EQ(leaks.to_string(), "");
    }
  });
  EXPECT_GT(count.allocations, 0u);
}

TEST_F(TemporaryFileTest, IsNotKeptInPlaceOfADirectory) {
  TemporaryFile file(kernel);
  ASSERT_EQ(file.create(directory), 0);
  EXPECT_EQ(keep_file(*file.descriptor(), 0, directory), -EISDIR);
  EXPECT_EQ(keep_file(*file.descriptor(), 0, directory / "no" / "folder"), -ENOENT);
  EXPECT_EQ(files(), 0);
}

}  // namespace
}  // namespace mastic::base
