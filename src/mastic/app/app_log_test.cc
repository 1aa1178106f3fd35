#include "mastic/app/app_log.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/app/lifecycle.h"
#include "mastic/base/clock.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/base/log_testing.h"

namespace mastic::app {
namespace {

/// Keeps what is written to standard error.
class ErrorStream final : public base::ForwardingKernel {
 public:
  ErrorStream() : ForwardingKernel(base::system_kernel()) {}
  ssize_t write(int fd, const void* bytes, std::size_t size) override {
    if (fd != 2) return ForwardingKernel::write(fd, bytes, size);
    written.append(static_cast<const char*>(bytes), size);
    return static_cast<ssize_t>(size);
  }
  std::string written;
};

class AppLogTest : public testing::Test {
 protected:
  ErrorStream errors;
  const base::ClockScope scope{errors};
  base::RecordingLog log;
  Lifecycle lifecycle;
};

TEST_F(AppLogTest, WritesToTheServersLog) {
  const AppLog expire = lifecycle.log("expire");
  const LogConnection connection = lifecycle.connect(log);
  expire.info("forgot ", 3, " sessions");
  EXPECT_EQ(log.lines, std::vector<std::string>{"info expire: forgot 3 sessions"});
  EXPECT_EQ(errors.written, "");
}

TEST_F(AppLogTest, HasTheLevelOfItsLogger) {
  const AppLog expire = lifecycle.log("expire");
  const LogConnection connection = lifecycle.connect(log);
  log.least = base::Level::Error;
  expire.warning("it takes long");
  EXPECT_FALSE(expire.takes(base::Level::Warning));
  EXPECT_TRUE(log.lines.empty());
}

TEST_F(AppLogTest, WritesWarningsToStandardErrorWithoutAServer) {
  const AppLog expire = lifecycle.log("expire");
  expire.info("begins");
  expire.warning("the file is not there yet");
  EXPECT_TRUE(errors.written.ends_with("warning expire: the file is not there yet\n"))
      << errors.written;
  {
    const LogConnection connection = lifecycle.connect(log);
    expire.warning("here");
  }
  errors.written.clear();
  expire.error("the file\ncannot be written");
  EXPECT_TRUE(errors.written.ends_with("error expire: the file\\x0Acannot be written\n"))
      << errors.written;
  EXPECT_EQ(log.lines.size(), 1u);
}

TEST_F(AppLogTest, MayOutliveItsApplication) {
  std::optional<Lifecycle> short_lived(std::in_place);
  const AppLog expire = short_lived->log("expire");
  LogConnection connection = short_lived->connect(log);
  short_lived.reset();
  expire.info("still here");
  EXPECT_EQ(log.lines.size(), 1u);
  connection = {};
  expire.info("nowhere");
  EXPECT_EQ(log.lines.size(), 1u);
}

TEST_F(AppLogTest, WritesToTheServersLogFromAMountedRouterToo) {
  Lifecycle inner;
  const AppLog of_inner = inner.log("inner");
  const AppLog of_outer = lifecycle.log("outer");
  lifecycle.take(std::move(inner));
  const LogConnection connection = lifecycle.connect(log);
  of_inner.info("one");
  of_outer.info("two");
  EXPECT_EQ(log.lines, (std::vector<std::string>{"info inner: one", "info outer: two"}));
}

TEST_F(AppLogTest, DoesNotUseALogThatWasDisconnected) {
  const AppLog busy = lifecycle.log("busy");
  std::optional<base::RecordingLog> short_lived(std::in_place);
  std::optional<LogConnection> connection(lifecycle.connect(*short_lived));
  std::jthread talker([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) busy.info("and on");
  });
  while (short_lived->text().empty()) std::this_thread::yield();
  connection.reset();
  short_lived.reset();
}

TEST_F(AppLogTest, WritesToTheServerThatWasStartedLast) {
  const AppLog expire = lifecycle.log("expire");
  base::RecordingLog second_log;
  std::optional<LogConnection> first(lifecycle.connect(log));
  const LogConnection second = lifecycle.connect(second_log);
  first.reset();
  expire.info("here");
  EXPECT_TRUE(log.lines.empty());
  EXPECT_EQ(second_log.lines.size(), 1u);
}

}  // namespace
}  // namespace mastic::app
