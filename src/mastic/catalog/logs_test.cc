#include "mastic/catalog/logs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mastic/base/kernel_testing.h"

namespace mastic::catalog {
namespace {

using base::Level;
using base::system_kernel;

constexpr auto kLongest = std::chrono::seconds(10);

struct LogsTest : testing::Test {
  LogsTest() {
    options.log_file = base + ".log";
    options.access_log_file = base + ".access";
  }
  ~LogsTest() override {
    std::filesystem::remove(options.log_file);
    std::filesystem::remove(options.access_log_file);
  }
  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  const std::string base = testing::TempDir() + "logs_test." + std::to_string(getpid());
  Options options;
};

TEST_F(LogsTest, ApplyTheLevelsAndTheFormatOfTheOptions) {
  options.log_level = {"warning", "store=debug"};
  options.log_format = LogFormatChoice::Json;
  {
    const auto logs = Logs::open(options, system_kernel()).value();
    EXPECT_FALSE(logs->log().takes(Level::Info, "app"));
    logs->log().write(Level::Info, "not kept");
    logs->log().write({Level::Debug, "store", "kept", {}});
  }
  const std::string text = content(options.log_file);
  EXPECT_TRUE(text.starts_with("{\"time\":\"")) << text;
  EXPECT_TRUE(text.ends_with(",\"level\":\"debug\",\"logger\":\"store\",\"message\":\"kept\"}\n"))
      << text;
}

TEST_F(LogsTest, HaveAnAccessLogOnlyIfTheOptionsAskForOne) {
  const auto logs = Logs::open(options, system_kernel()).value();
  EXPECT_TRUE(logs->open_access_log(options));
  EXPECT_FALSE(logs->access_log());
  options.access_log = AccessLogChoice::Combined;
  EXPECT_TRUE(logs->open_access_log(options));
  ASSERT_TRUE(logs->access_log());
  logs->access_log()->write_rejected({.status = http::Status::RequestTimeout});
  logs->flush(kLongest);
  EXPECT_NE(content(options.access_log_file).find("\"-\" 408 "), std::string::npos);
}

TEST_F(LogsTest, ReportFailuresOfTheAccessLog) {
  /// Plays a disk that is full, but only for the access log.
  class FullDisk final : public base::ForwardingKernel {
   public:
    FullDisk() : ForwardingKernel(system_kernel()) {}
    int open(const char* path, int flags, unsigned mode) override {
      const int fd = ForwardingKernel::open(path, flags, mode);
      if (std::string_view(path).ends_with(".access")) full = fd;
      return fd;
    }
    ssize_t write(int fd, const void* bytes, std::size_t size) override {
      return fd == full ? -ENOSPC : ForwardingKernel::write(fd, bytes, size);
    }
    int full = -1;
  } kernel;
  options.access_log = AccessLogChoice::Combined;
  const auto logs = Logs::open(options, kernel).value();
  ASSERT_TRUE(logs->open_access_log(options));
  logs->access_log()->write_rejected({});
  logs->flush(kLongest);
  EXPECT_EQ(logs->dropped_accesses(), 1u);
  const std::string text = content(options.log_file);
  EXPECT_NE(text.find(" warning server: the access log: cannot write the log: No space left"),
            std::string::npos)
      << text;
}

TEST_F(LogsTest, NameTheOptionOfAFileThatCannotBeOpened) {
  options.log_file = "/no/such/log";
  EXPECT_EQ(Logs::open(options, system_kernel()).error().message,
            "cannot open the log '/no/such/log': No such file or directory; choose another file "
            "with --log-file");
}

TEST(Options, RefuseUnknownLogLevels) {
  Options options;
  options.log_level = {"store=loud"};
  EXPECT_EQ(options.check().error().message,
            "--log-level: 'store=loud' is not a level; write debug, info, warning or error, or "
            "LOGGER=LEVEL");
}

}  // namespace
}  // namespace mastic::catalog
