#include "mastic/base/new_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "mastic/base/kernel_testing.h"
#include "mastic/base/temp_tree.h"

namespace mastic::base {
namespace {

namespace fs = std::filesystem;

class NewFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory / "note"; }
  [[nodiscard]] std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
  }

  TempTree tree;
  fs::path directory = tree.path();
  FailingKernel kernel{system_kernel()};
};

TEST_F(NewFileTest, AppearsOnceItIsKept) {
  std::ofstream(path()) << "old";
  {
    NewFile file(path(), kernel);
    ASSERT_EQ(file.create(0666), 0);
    ASSERT_EQ(file.write("new "), 0);
    ASSERT_EQ(file.write("content"), 0);
    EXPECT_EQ(content(), "old");
    ASSERT_EQ(file.keep(), 0);
  }
  EXPECT_EQ(content(), "new content");
  EXPECT_EQ(files(), 1);
}

TEST_F(NewFileTest, LeavesNothingBehindWhenItIsDestroyed) {
  std::ofstream(path()) << "old";
  {
    NewFile file(path(), kernel);
    ASSERT_EQ(file.create(0666), 0);
    ASSERT_EQ(file.write("half of the"), 0);
    EXPECT_EQ(files(), 2);
  }
  EXPECT_EQ(content(), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(NewFileTest, LeavesNothingBehindWhicheverCallFails) {
  const auto make = [&]() -> int {
    NewFile file(path(), kernel);
    if (const int result = file.create(0666); result != 0) return result;
    if (const int result = file.write("content"); result != 0) return result;
    return file.keep();
  };
  for (const char* const call : {"open", "write", "fsync", "rename"}) {
    kernel.fail(call, 1, ENOSPC);
    EXPECT_EQ(make(), -ENOSPC) << call;
    EXPECT_EQ(files(), 0) << call;
  }
  kernel.fail("write", 1, EINTR);
  kernel.fail("fsync", 1, EINTR);
  EXPECT_EQ(make(), 0) << "an interruption is not a failure";
  EXPECT_EQ(content(), "content");
}

TEST_F(NewFileTest, IsKeptWhereTheFileSystemHasNoFsync) {
  kernel.fail("fsync", 1, EINVAL);
  NewFile file(path(), kernel);
  ASSERT_EQ(file.create(0666), 0);
  EXPECT_EQ(file.keep(), 0);
  EXPECT_EQ(content(), "");
}

TEST_F(NewFileTest, HasThePermissionsThatTheUmaskLeaves) {
  const mode_t before = ::umask(027);
  NewFile file(path(), kernel);
  ASSERT_EQ(file.create(0666), 0);
  ASSERT_EQ(file.keep(), 0);
  ::umask(before);
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

TEST_F(NewFileTest, ReplacesALinkAndNotItsTarget) {
  std::ofstream(directory / "other") << "other";
  fs::create_symlink("other", path());
  NewFile file(path(), kernel);
  ASSERT_EQ(file.create(0666), 0);
  ASSERT_EQ(file.write("own"), 0);
  ASSERT_EQ(file.keep(), 0);
  EXPECT_FALSE(fs::is_symlink(path()));
  std::ifstream other(directory / "other");
  std::string word;
  other >> word;
  EXPECT_EQ(word, "other");
}

TEST_F(NewFileTest, RefusesPathsThatCannotBeAFile) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const auto create = [&](std::string at) { return NewFile(std::move(at), kernel).create(0666); };
  EXPECT_EQ(create(path()), -EEXIST) << "a pipe";
  EXPECT_EQ(create(directory), -EISDIR);
  EXPECT_EQ(create(directory / "sub/"), -EISDIR);
  EXPECT_EQ(create(directory / "none/note"), -ENOENT);
  EXPECT_EQ(create(""), -ENOENT);
  EXPECT_EQ(create(std::string("/tmp/a\0b", 8)), -EINVAL);
  EXPECT_EQ(create(directory / std::string(300, 'x')), -ENAMETOOLONG);
  EXPECT_EQ(files(), 1);
}

TEST_F(NewFileTest, HasRoomForTheLongestName) {
  NewFile file(directory / std::string(255, 'x'), kernel);
  ASSERT_EQ(file.create(0666), 0);
  EXPECT_EQ(file.keep(), 0);
}

}  // namespace
}  // namespace mastic::base
