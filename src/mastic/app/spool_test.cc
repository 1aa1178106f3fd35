#include "mastic/app/spool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "mastic/app/http_error.h"
#include "mastic/async/context_testing.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/temp_tree.h"

namespace mastic::app {
namespace {

namespace fs = std::filesystem;

const std::string kContent(600'000, 'x');

class SpoolTest : public testing::Test {
 protected:
  static Task<> fill(Spool& spool) {
    std::string_view rest = kContent;
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, 10'000);
      rest.remove_prefix(piece.size());
      co_await spool.add(piece);
    }
    co_await spool.finish();
  }
  /// The status of the answer when content cannot be stored; 0 if it can.
  int status_of_filling() {
    Spool spool(100, directory, kernel);
    try {
      run_to_end(fill(spool));
    } catch (const StorageError& error) {
      return static_cast<int>(error.status());
    }
    return 0;
  }
  static std::ptrdiff_t count(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  }

  base::TempTree tree;
  fs::path directory = tree.path();
  base::FailingKernel kernel{base::system_kernel()};
  const std::ptrdiff_t descriptors = count("/proc/self/fd");
};

TEST_F(SpoolTest, KeepsLargeContentAlsoWhereTheFileSystemKnowsNoUnnamedFiles) {
  kernel.fail("open", 1, EOPNOTSUPP);
  {
    Spool spool(100, directory, kernel);
    run_to_end(fill(spool));
    ASSERT_FALSE(spool.is_in_memory());
    EXPECT_EQ(count(directory), 0);
    std::string content(kContent.size(), '\0');
    EXPECT_EQ(base::read_at(*spool.file(), content.data(), content.size(), 0),
              static_cast<ssize_t>(kContent.size()));
    EXPECT_EQ(content, kContent);
  }
  EXPECT_EQ(count("/proc/self/fd"), descriptors);
}

TEST_F(SpoolTest, LeavesNothingWhenTheDiskIsFull) {
  for (const int nth : {1, 2, 3}) {
    for (const int number : {ENOSPC, EDQUOT, EFBIG}) {
      kernel.fail("write", nth, number);
      EXPECT_EQ(status_of_filling(), 507);
      EXPECT_EQ(count(directory), 0);
      EXPECT_EQ(count("/proc/self/fd"), descriptors);
    }
  }
  kernel.fail("open", 1, ENOSPC);
  EXPECT_EQ(status_of_filling(), 507);
}

TEST_F(SpoolTest, LeavesNothingWhenThereAreNoDescriptors) {
  for (const int number : {EMFILE, ENFILE, ENOMEM}) {
    kernel.fail("open", 1, number);
    EXPECT_EQ(status_of_filling(), 503);
    kernel.fail("open", 1, EOPNOTSUPP);
    kernel.fail("open", 2, number);
    EXPECT_EQ(status_of_filling(), 503);
    EXPECT_EQ(count(directory), 0);
    EXPECT_EQ(count("/proc/self/fd"), descriptors);
  }
  EXPECT_EQ(status_of_filling(), 0) << "the shortage is over";
}

}  // namespace
}  // namespace mastic::app
