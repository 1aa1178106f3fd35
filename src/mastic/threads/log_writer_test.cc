#include "mastic/threads/log_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "mastic/base/kernel_testing.h"

namespace mastic::threads {
namespace {

struct LogWriterTest : testing::Test {
  ~LogWriterTest() override { std::filesystem::remove(path); }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::string path = testing::TempDir() + "log_writer_test." + std::to_string(getpid());
};

TEST_F(LogWriterTest, WritesEveryLineWholeFromManyThreads) {
  {
    const auto writer = LogWriter::open(base::system_kernel(), path).value();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5000; ++i) writer->write("a line of text\n");
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(writer->dropped(), 0u);
  }
  std::istringstream lines(content());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) ASSERT_EQ(line, "a line of text");
  EXPECT_EQ(count, 20'000);
}

TEST_F(LogWriterTest, AppendsToWhatIsThere) {
  for (int i = 0; i < 2; ++i) LogWriter::open(base::system_kernel(), path).value()->write("x\n");
  EXPECT_EQ(content(), "x\nx\n");
}

TEST_F(LogWriterTest, CountsWhatAFullDiskLost) {
  base::FailingKernel kernel(base::system_kernel());
  const auto writer = LogWriter::open(kernel, "/dev/full").value();
  writer->write("one\n");
  writer->write("two\n");
  while (writer->dropped() < 2) std::this_thread::yield();
  EXPECT_EQ(writer->dropped(), 2u);
}

TEST_F(LogWriterTest, HasEverythingInTheFileAfterAFlush) {
  const auto writer = LogWriter::open(base::system_kernel(), path).value();
  EXPECT_TRUE(writer->flush(std::chrono::seconds(10))) << "nothing is written at once";
  writer->write("a line\n");
  EXPECT_TRUE(writer->flush(std::chrono::seconds(10)));
  EXPECT_EQ(std::filesystem::file_size(path), 7u);
}

TEST_F(LogWriterTest, DropsRatherThanGrowsWithoutBound) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto writer = LogWriter::open(base::system_kernel(), path).value();
  const std::string line(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) writer->write(line);
  EXPECT_GE(writer->dropped(), 100u - 2 * (LogWriter::kMostWaitingBytes >> 20));

  fcntl(reader, F_SETFL, 0);  // now the file takes what it is given
  std::thread reading([&] {
    std::string taken(1 << 20, ' ');
    while (read(reader, taken.data(), taken.size()) > 0) {
    }
  });
  writer.reset();
  reading.join();
  close(reader);
}

TEST_F(LogWriterTest, SaysWhichFileCannotBeOpened) {
  const auto writer = LogWriter::open(base::system_kernel(), "/no/such/place/log");
  ASSERT_FALSE(writer);
  EXPECT_EQ(
      writer.error().message,
      "cannot open the log '/no/such/place/log': No such file or directory; choose another file "
      "with --access-log-file");
}

}  // namespace
}  // namespace mastic::threads
