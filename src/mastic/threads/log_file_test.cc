#include "mastic/threads/log_file.h"

#include <cerrno>

#include "mastic/base/kernel_testing.h"
#include "mastic/threads/log_file_testing.h"

namespace mastic::threads {
namespace {

using base::system_kernel;

struct LogFileTest : TemporaryLog {
  static bool append(LogFile& file, std::string_view text) { return file.append(text).has_value(); }
};
TEST_F(LogFileTest, AppendsToAnExistingFile) {
  for (int i = 0; i < 2; ++i) {
    LogFile file = open();
    EXPECT_TRUE(append(file, "x\n"));
  }
  EXPECT_EQ(content(path), "x\nx\n");
}

TEST_F(LogFileTest, ReopensItsPathOnceTheFileWasRenamedOrRemoved) {
  LogFile file = open();
  EXPECT_TRUE(file.follow());
  EXPECT_TRUE(append(file, "one\n"));
  rotate();
  EXPECT_TRUE(append(file, "two\n")) << "it keeps the old file until `follow`";
  EXPECT_TRUE(file.follow());
  EXPECT_TRUE(append(file, "three\n"));
  EXPECT_EQ(content(renamed), "one\ntwo\n");
  EXPECT_EQ(content(path), "three\n");
  std::filesystem::remove(path);
  EXPECT_TRUE(file.follow());
  EXPECT_TRUE(append(file, "four\n"));
  EXPECT_EQ(content(path), "four\n");
}

TEST_F(LogFileTest, KeepsItsFileWhenItCannotOpenAnother) {
  base::FailingKernel kernel(system_kernel());
  LogFile file = open(kernel);
  rotate();
  kernel.fail("open", 1, EACCES);
  const auto followed = file.follow();
  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().message, "cannot open the log '" + path + "': Permission denied");
  EXPECT_TRUE(append(file, "x\n"));
  EXPECT_EQ(content(renamed), "x\n");
  EXPECT_TRUE(file.follow());
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(LogFileTest, BeginsANewLineAfterAPartialWrite) {
  /// Takes three bytes and then none.
  class FullDisk final : public base::ForwardingKernel {
   public:
    FullDisk() : ForwardingKernel(system_kernel()) {}
    ssize_t write(int fd, const void* bytes, std::size_t size) override {
      if (!is_full) return ForwardingKernel::write(fd, bytes, size);
      if (std::exchange(has_taken, true)) return -ENOSPC;
      return ForwardingKernel::write(fd, bytes, 3);
    }
    bool is_full = true;
    bool has_taken = false;
  } disk;
  LogFile file = open(disk);
  std::string_view text = "first\nsecond\n";
  EXPECT_FALSE(file.append(text));
  EXPECT_EQ(text, "st\nsecond\n");
  disk.is_full = false;
  EXPECT_TRUE(append(file, "third\n"));
  EXPECT_EQ(content(path), "fir\nthird\n");
}

TEST_F(LogFileTest, SaysWhichFileCannotBeOpened) {
  const auto file = LogFile::open(system_kernel(), "/no/such/place/log");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            "cannot open the log '/no/such/place/log': No such file or directory");
}

}  // namespace
}  // namespace mastic::threads
