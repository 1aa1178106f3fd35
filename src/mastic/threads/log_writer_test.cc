#include "mastic/threads/log_writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <semaphore>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/threads/log_file_testing.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;
using base::system_kernel;

constexpr auto kLongest = 10s;

/// A kernel whose clock advances by a second at every reading.
class QuickClock : public base::FailingKernel {
 public:
  QuickClock() : FailingKernel(system_kernel()) {}
  base::Instant monotonic_now() override { return now_ += 1s; }

 private:
  base::Instant now_{1h};
};

struct LogWriterTest : TemporaryLog {};

TEST_F(LogWriterTest, WritesEveryLineWholeFromManyThreads) {
  {
    LogWriter writer(open(), {.linger = 200ms});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5000; ++i) writer.write("a line of text\n");
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(writer.dropped(), 0u);
  }
  std::istringstream lines(content(path));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) ASSERT_EQ(line, "a line of text");
  EXPECT_EQ(count, 20'000);
}

TEST_F(LogWriterTest, HasWrittenEverythingAfterAFlush) {
  LogWriter writer(open(), {.linger = 1h});
  EXPECT_TRUE(writer.flush(kLongest)) << "nothing is written at once";
  writer.write("a line\n");
  EXPECT_TRUE(writer.flush(kLongest));
  EXPECT_EQ(std::filesystem::file_size(path), 7u);
}

TEST_F(LogWriterTest, WritesAtOnceWhenItDoesNotLinger) {
  LogWriter writer(open());
  writer.write("a line\n");
  while (content(path).empty()) std::this_thread::yield();
  EXPECT_EQ(content(path), "a line\n");
}

TEST_F(LogWriterTest, FollowsARotatedFile) {
  QuickClock kernel;
  LogWriter writer(open(kernel));
  writer.write("one\n");
  EXPECT_TRUE(writer.flush(kLongest));
  rotate();
  writer.write("two\n");
  EXPECT_TRUE(writer.flush(kLongest));
  EXPECT_EQ(content(renamed), "one\n");
  EXPECT_EQ(content(path), "two\n");
}

TEST_F(LogWriterTest, ReopensItsFileWhenAsked) {
  LogWriter writer(open(), {.linger = 1h});
  writer.write("one\n");
  EXPECT_TRUE(writer.flush(kLongest));
  rotate();
  writer.reopen();
  EXPECT_TRUE(writer.flush(kLongest));
  EXPECT_TRUE(std::filesystem::exists(path)) << "though there is no line to write";
}

TEST_F(LogWriterTest, ReportsOnceThatItCannotReopen) {
  QuickClock kernel;
  std::vector<std::string> troubles;
  {
    LogWriter writer(open(kernel), {.report = [&](std::string_view trouble) {
                       troubles.emplace_back(trouble);
                       return std::string();
                     }});
    rotate();
    for (int nth = 1; nth <= 2; ++nth) kernel.fail("open", nth, EACCES);
    for (int i = 0; i < 3; ++i) {
      writer.write("a line\n");
      EXPECT_TRUE(writer.flush(kLongest));
    }
  }
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_EQ(troubles[0],
            "cannot open the log '" + path + "': Permission denied; still writing to the old file");
  EXPECT_EQ(content(renamed), "a line\na line\n");
  EXPECT_EQ(content(path), "a line\n");
}

TEST_F(LogWriterTest, ReportsInItsFileTheLinesLostToAFullDisk) {
  base::FailingKernel kernel(system_kernel());
  for (int nth = 1; nth <= 2; ++nth) kernel.fail("write", nth, ENOSPC);
  {
    LogWriter writer(open(kernel), {.linger = 1h, .report = [](std::string_view trouble) {
                                      return std::string(trouble) + "\n";
                                    }});
    writer.write("one\n");
    writer.write("two\n");
    EXPECT_TRUE(writer.flush(kLongest));
    EXPECT_EQ(writer.dropped(), 2u);
    writer.write("three\n");
  }
  EXPECT_EQ(content(path), "three\n2 lines were lost\n");
}

TEST_F(LogWriterTest, DropsRatherThanGrowsWithoutBound) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto writer = std::make_unique<LogWriter>(open());
  const std::string line(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) writer->write(line);
  EXPECT_GE(writer->dropped(), 100u - 2 * (LogWriter::kMaxWaitingBytes >> 20));

  fcntl(reader, F_SETFL, 0);  // now writes to the file succeed again
  std::thread reading([&] {
    std::string taken(1 << 20, ' ');
    while (read(reader, taken.data(), taken.size()) > 0) {
    }
  });
  writer.reset();
  reading.join();
  close(reader);
}

/// A kernel whose writes wait until they are released, and then fail.
class HeldKernel : public base::ForwardingKernel {
 public:
  HeldKernel() : ForwardingKernel(system_kernel()) {}
  ssize_t write(int, const void*, std::size_t) override {
    held.release();
    let_go.acquire();
    return -ENOSPC;
  }
  std::binary_semaphore held{0};
  std::binary_semaphore let_go{0};
};

TEST_F(LogWriterTest, IsDestroyedWithoutWaitingForAFileThatHangs) {
  HeldKernel kernel;
  const auto reported = std::make_shared<std::atomic<bool>>(false);
  LogWriter::Options options{.report = {}, .longest_end = 1ms};
  options.report = [reported](std::string_view) {
    *reported = true;
    return std::string();
  };
  auto writer = std::make_unique<LogWriter>(open(kernel), std::move(options));
  writer->write("a line\n");
  kernel.held.acquire();
  EXPECT_FALSE(writer->flush(0ms));
  writer.reset();
  kernel.let_go.release();
  while (reported.use_count() > 1) std::this_thread::yield();  // until its thread is done
  EXPECT_FALSE(*reported) << "the receiver of the report may be gone";
}

TEST_F(LogWriterTest, TakesAFifoThatHasNoReaderYet) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  LogWriter writer(open());
  writer.write("a line\n");
  EXPECT_TRUE(writer.flush(kLongest));
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  char line[100] = {};
  EXPECT_EQ(read(reader, line, sizeof line), 7) << "it waited in the FIFO";
  close(reader);
}

}  // namespace
}  // namespace mastic::threads
