#include "mastic/deploy/text_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "mastic/base/kernel_testing.h"
#include "mastic/base/temp_tree.h"

namespace mastic::deploy {
namespace {

struct TextFileTest : testing::Test {
  std::string read(const std::filesystem::path& path, std::uint64_t max_bytes = 100) {
    const auto text = read_text_file(base::system_kernel(), path, max_bytes);
    return text ? *text : text.error().message;
  }

  base::TempTree tree{{"file", "text"}};
  std::filesystem::path folder = tree.path();
};

TEST_F(TextFileTest, ReadsAFile) { EXPECT_EQ(read(folder / "file"), "text"); }

TEST_F(TextFileTest, SaysWhatAPathIsThatIsNoFile) {
  mkfifo((folder / "fifo").c_str(), 0600);
  EXPECT_EQ(read(folder / "nothing"), "does not exist");
  EXPECT_EQ(read(folder), "is a directory, not a file");
  EXPECT_EQ(read(folder / "fifo"), "is not a regular file");
  EXPECT_EQ(read("/dev/zero"), "is not a regular file");
  EXPECT_EQ(read(folder / "file" / "below"), "cannot be read: Not a directory");
}

TEST_F(TextFileTest, LimitsTheSize) {
  EXPECT_EQ(read(folder / "file", 4), "text");
  EXPECT_EQ(read(folder / "file", 3), "is larger than 3 bytes, which is the most that is read");
  EXPECT_EQ(read("/proc/self/status", 3), "is larger than 3 bytes, which is the most that is read")
      << "fstat tells no size for files of /proc";
}

TEST_F(TextFileTest, ReportsWhateverFails) {
  for (const std::string call : {"open", "fstat", "read"}) {
    base::FailingKernel kernel(base::system_kernel());
    kernel.fail(call, 1, EACCES);
    const auto text = read_text_file(kernel, folder / "file", 100);
    ASSERT_FALSE(text) << call;
    EXPECT_EQ(text.error().message, "cannot be read: Permission denied");
  }
}

}  // namespace
}  // namespace mastic::deploy
