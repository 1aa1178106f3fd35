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

/// A kernel without openat2, as before Linux 5.6 or under an old seccomp profile. openat2 fails
/// with `rejected`, or works if that is 0.
class OldKernel final : public base::FailingKernel {
 public:
  explicit OldKernel(int rejected) : FailingKernel(base::system_kernel()), rejected_(rejected) {}

  int openat2(int directory, const char* path, int flags, std::uint64_t resolve) override {
    if (rejected_ != 0) return -rejected_;
    return FailingKernel::openat2(directory, path, flags, resolve);
  }

 private:
  int rejected_;
};

/// Every test runs with paths that the kernel resolves, and with paths that open_by_steps resolves.
struct TreeTest : testing::TestWithParam<int> {
  TreeTest() {
    files.write("a.txt", "hello");
    files.write("sub/b.txt", "world");
    std::ofstream(files.outside() / "secret") << "secret";
  }
  Status open(const std::string& path) {
    const auto opened = tree.open_file(path);
    return opened ? Status::Ok : opened.error();
  }
  /// The system call that opens the last name of a path.
  [[nodiscard]] const char* opening_call() const { return GetParam() == 0 ? "openat2" : "openat"; }
  TemporaryTree files;
  OldKernel kernel{GetParam()};
  Tree tree = Tree::open(kernel, files.root()).value();
};

bool any_name(std::string_view) { return true; }

TEST_P(TreeTest, OpensFilesAndDirectoriesBelowItsRoot) {
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

TEST_P(TreeTest, NeverLeavesItsRoot) {
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

TEST_P(TreeTest, ResolvesPathsThatStayInside) {
  namespace fs = std::filesystem;
  fs::create_directories(files.root() / "deep/er");
  fs::create_symlink("../..", files.root() / "deep/er/top");
  fs::create_symlink("deep/er/top/sub", files.root() / "winding");
  fs::create_symlink("a.txt", files.root() / "name0");
  for (int i = 1; i <= 45; ++i) {
    fs::create_symlink("name" + std::to_string(i - 1), files.root() / ("name" + std::to_string(i)));
  }
  for (const char* path : {"winding/b.txt", "deep/er/top/a.txt", "./sub/.././a.txt", "sub//b.txt",
                           "winding/", "deep/er/top/", "sub/..", "sub/.", "winding/..", "name39"}) {
    EXPECT_EQ(open(path), Status::Ok) << path;
  }
  for (const char* path : {"", "a.txt/", "a.txt/.", "a.txt/..", "name0/", "name40", "winding/../..",
                           "deep/er/top/../secret", "nothing/../a.txt", "/a.txt", "./"}) {
    const bool is_root = std::string_view(path) == "./";
    EXPECT_EQ(open(path), is_root ? Status::Ok : Status::NotFound) << path;
  }
  EXPECT_EQ(tree.open_file("sub/..")->status, tree.open_file(".")->status);
}

TEST_P(TreeTest, LeavesNoDescriptorOpen) {
  const auto count = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = count();
  for (const char* path : {"sub/b.txt", "sub/../a.txt", "sub/../../secret", "sub/nothing"}) {
    (void)tree.open_file(path);
  }
  EXPECT_EQ(count(), before);
}

TEST_P(TreeTest, DoesNotWaitForAFifo) {
  ASSERT_EQ(mkfifo((files.root() / "fifo").c_str(), 0600), 0);
  const auto opened = tree.open_file("fifo");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->status.kind, FileStatus::Kind::Other);
}

TEST_P(TreeTest, DistinguishesShortageFromMissingPermission) {
  for (const auto& [number, status] : {std::pair(EMFILE, Status::ServiceUnavailable),
                                       {ENOMEM, Status::ServiceUnavailable},
                                       {EACCES, Status::Forbidden},
                                       {ELOOP, Status::NotFound},
                                       {EIO, Status::NotFound}}) {
    kernel.fail(opening_call(), 1, number);
    EXPECT_EQ(open("a.txt"), status) << number;
  }
}

TEST(Tree, TriesAgainAfterARaceWithARename) {
  TemporaryTree files;
  files.write("a.txt", "hello");
  OldKernel kernel(0);
  const Tree tree = Tree::open(kernel, files.root()).value();
  kernel.fail("openat2", 1, EAGAIN);
  EXPECT_TRUE(tree.open_file("a.txt"));
}

TEST_P(TreeTest, ListsFilesDirectoriesAndLinksThatStayInside) {
  namespace fs = std::filesystem;
  fs::create_symlink("../a.txt", files.root() / "sub/inside");
  fs::create_symlink("../../secret", files.root() / "sub/outside");
  ASSERT_EQ(mkfifo((files.root() / "sub/fifo").c_str(), 0600), 0);
  fs::create_directory(files.root() / "sub/deeper");
  const auto found = tree.entries("sub", 100, any_name);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->complete);
  auto entries = found->list;
  std::ranges::sort(entries, {}, &Tree::Entry::name);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].name, "b.txt");
  EXPECT_EQ(entries[1].status.kind, FileStatus::Kind::Directory);
  EXPECT_EQ(entries[2].name, "inside");
  EXPECT_EQ(entries[2].status.size, 5u);
}

TEST_P(TreeTest, ListsNoMoreThanAsked) {
  for (int i = 0; i < 20; ++i) files.write("many/" + std::to_string(i), "");
  const auto found = tree.entries("many", 10, any_name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->list.size(), 10u);
  EXPECT_FALSE(found->complete);
}

TEST_P(TreeTest, CountsOnlyTheNamesItShows) {
  for (int i = 0; i < 20; ++i) files.write("many/.hidden" + std::to_string(i), "");
  for (int i = 0; i < 10; ++i) files.write("many/" + std::to_string(i), "");
  std::filesystem::create_symlink("nowhere", files.root() / "many" / "dangling");
  const auto found =
      tree.entries("many", 10, [](std::string_view name) { return !name.starts_with('.'); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->list.size(), 10u);
  EXPECT_TRUE(found->complete);
}

TEST_P(TreeTest, SaysWhyADirectoryCannotBeRead) {
  // With names of this length it takes several calls to read the directory.
  for (int i = 0; i < 200; ++i)
    files.write("many/" + std::string(200, 'n') + std::to_string(i), "");
  const auto answer = [&](std::string_view call, int nth, int number) {
    kernel.fail(call, nth, number);
    return tree.entries("many", 10'000, any_name).error().answer;
  };
  for (const int nth : {1, 2}) {
    EXPECT_EQ(answer("getdents64", nth, EIO), Status::InternalServerError);
    EXPECT_EQ(answer("getdents64", nth, EACCES), Status::Forbidden);
    EXPECT_EQ(answer("getdents64", nth, ENOMEM), Status::ServiceUnavailable);
    EXPECT_EQ(answer("getdents64", nth, ENOENT), Status::NotFound)
        << "the directory was removed meanwhile";
  }
  kernel.fail("getdents64", 1, EIO);
  EXPECT_EQ(tree.entries("many", 1, any_name).error().number, EIO);
  EXPECT_EQ(answer(opening_call(), 5, EMFILE), Status::ServiceUnavailable);
  EXPECT_EQ(tree.entries("many", 10'000, any_name)->list.size(), 200u);
}

TEST_P(TreeTest, SaysWhyADirectoryCannotBeOpened) {
  const auto error = [](const std::string& path) {
    return Tree::open(base::system_kernel(), path).error().message;
  };
  EXPECT_EQ(error("/no/such/place"),
            "cannot open the directory '/no/such/place': No such file or directory; "
            "give a directory that this user may read");
  EXPECT_EQ(error("/etc/passwd"),
            "'/etc/passwd' is not a directory; give a directory that this user may read");
  kernel.fail("openat", 1, EMFILE);
  EXPECT_EQ(Tree::open(kernel, "/").error().message,
            "cannot open the directory '/': Too many open files");
}

INSTANTIATE_TEST_SUITE_P(, TreeTest, testing::Values(0, ENOSYS, EPERM), [](const auto& test) {
  switch (test.param) {
    case ENOSYS:
      return "StepByStepOnAnOldKernel";
    case EPERM:
      return "StepByStepInAnOldContainer";
    default:
      return "ByTheKernel";
  }
});

}  // namespace
}  // namespace mastic::files
