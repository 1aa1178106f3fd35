#include "mastic/files/tree.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>

#include "mastic/base/kernel_testing.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::files {
namespace {

using http::Status;

struct TreeTest : testing::Test {
  TreeTest() {
    files.write("a.txt", "hello");
    files.write("sub/b.txt", "world");
    std::ofstream(files.outside() / "secret") << "secret";
  }
  Status open(const std::string& path) {
    const auto opened = tree.open_file(path);
    return opened ? Status::Ok : opened.error();
  }
  TemporaryTree files;
  Tree tree = Tree::open(base::system_kernel(), files.root()).value();
};

TEST_F(TreeTest, OpensFilesAndDirectoriesBelowItsRoot) {
  const auto file = tree.open_file("sub/b.txt");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->status.kind, FileStatus::Kind::File);
  EXPECT_EQ(file->status.size, 5u);
  EXPECT_EQ(file->status.modified, 1'000'000'000);
  EXPECT_EQ(tree.open_file(".")->status.kind, FileStatus::Kind::Directory);
  EXPECT_EQ(open("nothing"), Status::NotFound);
  EXPECT_EQ(open("a.txt/b"), Status::NotFound);
  EXPECT_EQ(open(std::string(5000, 'x')), Status::NotFound);
}

TEST_F(TreeTest, NeverLeavesItsRoot) {
  namespace fs = std::filesystem;
  fs::create_symlink("../secret", files.root() / "relative");
  fs::create_symlink(files.outside() / "secret", files.root() / "absolute");
  fs::create_symlink("/", files.root() / "slash");
  fs::create_symlink("..", files.root() / "up");
  fs::create_symlink("loop", files.root() / "loop");
  const std::string secret = files.outside() / "secret";
  ASSERT_TRUE(fs::exists("/proc/self/root" + secret));
  fs::create_symlink("/proc/self/root" + secret, files.root() / "magic");
  for (const char* path : {"../secret", "sub/../../secret", "relative", "absolute",
                           "slash/etc/passwd", "up/secret", "loop", "magic", "/etc/passwd"}) {
    EXPECT_EQ(open(path), Status::NotFound) << path;
  }
  fs::create_symlink("a.txt", files.root() / "inside");
  fs::create_symlink("../a.txt", files.root() / "sub/inside");
  EXPECT_EQ(open("inside"), Status::Ok);
  EXPECT_EQ(open("sub/inside"), Status::Ok);
}

TEST_F(TreeTest, DoesNotWaitForAFifoAndKnowsItIsNoFile) {
  ASSERT_EQ(mkfifo((files.root() / "fifo").c_str(), 0600), 0);
  const auto opened = tree.open_file("fifo");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->status.kind, FileStatus::Kind::Other);
}

TEST_F(TreeTest, AnswersShortageAndMissingPermissionAsWhatTheyAre) {
  base::FailingKernel kernel(base::system_kernel());
  const Tree failing = Tree::open(kernel, files.root()).value();
  for (const auto& [number, status] : {std::pair(EMFILE, Status::ServiceUnavailable),
                                       {ENOMEM, Status::ServiceUnavailable},
                                       {EACCES, Status::Forbidden},
                                       {ELOOP, Status::NotFound},
                                       {EIO, Status::NotFound}}) {
    kernel.fail("openat2", 1, number);
    EXPECT_EQ(failing.open_file("a.txt").error(), status) << number;
  }
  kernel.fail("openat2", 1, EAGAIN);
  EXPECT_TRUE(failing.open_file("a.txt")) << "a race with a rename is tried again";
}

TEST_F(TreeTest, ListsFilesAndDirectoriesAndLinksThatStayInside) {
  namespace fs = std::filesystem;
  fs::create_symlink("../a.txt", files.root() / "sub/inside");
  fs::create_symlink("../../secret", files.root() / "sub/outside");
  ASSERT_EQ(mkfifo((files.root() / "sub/fifo").c_str(), 0600), 0);
  fs::create_directory(files.root() / "sub/deeper");
  bool complete = false;
  auto entries = tree.entries("sub", tree.open_file("sub")->descriptor, 100, complete);
  std::ranges::sort(entries, {}, &Tree::Entry::name);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_TRUE(complete);
  EXPECT_EQ(entries[0].name, "b.txt");
  EXPECT_EQ(entries[1].status.kind, FileStatus::Kind::Directory);
  EXPECT_EQ(entries[2].name, "inside");
  EXPECT_EQ(entries[2].status.size, 5u);
}

TEST_F(TreeTest, ListsNoMoreThanAsked) {
  for (int i = 0; i < 20; ++i) files.write("many/" + std::to_string(i), "");
  bool complete = true;
  EXPECT_EQ(tree.entries("many", tree.open_file("many")->descriptor, 10, complete).size(), 10u);
  EXPECT_FALSE(complete);
}

TEST_F(TreeTest, SaysWhyADirectoryCannotBeOpened) {
  const auto error = [](const std::string& path) {
    return Tree::open(base::system_kernel(), path).error().message;
  };
  EXPECT_EQ(error("/no/such/place"),
            "cannot open the directory '/no/such/place': No such file or directory");
  EXPECT_EQ(error("/etc/passwd"), "'/etc/passwd' is not a directory");
  base::FailingKernel kernel(base::system_kernel());
  kernel.fail("openat2", 1, ENOSYS);
  EXPECT_NE(Tree::open(kernel, files.root()).error().message.find("openat2 (Linux 5.6)"),
            std::string::npos);
}

}  // namespace
}  // namespace mastic::files
