#include "mastic/catalog/service.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <latch>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "mastic/async/sleep.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/net/socket_address.h"
#include "mastic/routing/router.h"
#include "mastic/threads/thread.h"

namespace mastic::catalog {
namespace {

using namespace std::chrono_literals;
using base::system_kernel;

/// Keeps what is written to standard error, which is the log of a service, and lets a test wait
/// for a text in it.
class WatchedKernel final : public base::ForwardingKernel {
 public:
  WatchedKernel() : ForwardingKernel(system_kernel()) {}
  ssize_t write(int fd, const void* bytes, std::size_t size) override {
    if (fd != STDERR_FILENO || passes_on) return ForwardingKernel::write(fd, bytes, size);
    const std::lock_guard lock(mutex_);
    text_.append(static_cast<const char*>(bytes), size);
    changed_.notify_all();
    return static_cast<ssize_t>(size);
  }
  /// Waits until the log contains `words`; returns the whole log.
  std::string wait_for(const std::string& words) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return text_.find(words) != std::string::npos; });
    return text_;
  }

  std::atomic<bool> passes_on{false};  ///< writes to the real standard error and keeps nothing

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

struct ServiceTest : testing::Test {
  ServiceTest() {
    options.bind = {*base::Address::parse("127.0.0.1:0")};
    options.server.loop.loops = 1;
    options.server.linger_idle = 10ms;
    options.server.drain_idle = 10ms;
  }
  /// Serves `app` on a new thread, which plays the program's main, and returns the server's
  /// address.
  base::Address start(app::App app) {
    main = std::thread([this, app = std::make_shared<app::App>(std::move(app))] {
      code = serve(std::move(*app), "test", options, log);
    });
    const std::string text = log.wait_for("transfer");
    const std::size_t at = text.find("http://") + 7;
    return *base::Address::parse(text.substr(at, text.find("/\n", at) - at));
  }
  void signal(int number = SIGTERM) { pthread_kill(main.native_handle(), number); }
  static std::string get(const base::Address& address,
                         std::string_view request = "GET / HTTP/1.0\r\n\r\n") {
    net::SocketAddress where(address);
    const base::Descriptor socket(system_kernel(),
                                  system_kernel().socket(where.family(), SOCK_STREAM, 0));
    EXPECT_EQ(system_kernel().connect(socket.fd(), where.data(), *where.size()), 0);
    EXPECT_EQ(system_kernel().send(socket.fd(), request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    std::string all;
    char buffer[4096];
    for (ssize_t got = 1; got > 0;) {
      got = system_kernel().recv(socket.fd(), buffer, sizeof buffer, 0);
      if (got > 0) all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  Options options;
  WatchedKernel log;
  std::thread main;
  ExitCode code{};
};

TEST_F(ServiceTest, EndsGracefullyAtASignal) {
  const base::Address address = start(app::App([] { return "hello"; }));
  EXPECT_TRUE(get(address).ends_with("hello"));
  signal();
  main.join();
  EXPECT_EQ(code, ExitCode::Ended);
  EXPECT_NE(log.wait_for("ended").find("ending: requests under way are answered"),
            std::string::npos);
}

TEST_F(ServiceTest, LogsUncaughtExceptions) {
  const base::Address address = start(app::App([] {
    std::jthread(threads::named("importer", [] { throw std::runtime_error("no disk"); })).join();
    return "hello";
  }));
  EXPECT_TRUE(get(address).ends_with("hello"));
  log.wait_for("error app: thread 'importer' ended by an exception: no disk");
  signal();
  main.join();
}

TEST_F(ServiceTest, AbortsRequestsAtASecondSignal) {
  std::atomic<bool> begun{false};
  const base::Address address = start(app::App([&](app::Request&) -> async::Task<std::string> {
    begun = true;
    begun.notify_all();
    co_await async::sleep_for(1h);
    co_return "";
  }));
  std::thread client([&] { EXPECT_EQ(get(address), ""); });
  begun.wait(false);
  signal();
  log.wait_for("ending");
  signal();
  main.join();
  client.join();
  EXPECT_EQ(code, ExitCode::Ended);
}

TEST_F(ServiceTest, ExitsAlthoughAHandlerDoesNotReturn) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::latch begun(1);
        const base::Address address = start(app::App([&] {
          begun.count_down();
          std::this_thread::sleep_for(1h);
          return "";
        }));
        std::thread([&] { (void)get(address); }).detach();
        begun.wait();
        signal();
        log.wait_for("ending");
        log.passes_on = true;
        signal();
        main.join();
      },
      testing::ExitedWithCode(3),
      "a handler or a background task has not ended in time; exiting anyway");
}

TEST_F(ServiceTest, SaysWhyItCannotStart) {
  options.bind = {*base::Address::parse("192.0.2.1:80")};
  EXPECT_EQ(serve(app::App([] { return ""; }), "test", options, log), ExitCode::CannotStart);
  options.bind = {*base::Address::parse("127.0.0.1:0")};
  options.access_log = AccessLogChoice::Json;
  options.access_log_file = "/no/such/place/log";
  EXPECT_EQ(serve(app::App([] { return ""; }), "test", options, log), ExitCode::CannotStart);
  log.wait_for("cannot open the log '/no/such/place/log'");
}

TEST_F(ServiceTest, DoesNotStartWhenAHookFails) {
  routing::Router site;
  site.on_start([] { throw std::runtime_error("no database"); });
  EXPECT_EQ(serve(std::move(site), "test", options, log), ExitCode::CannotStart);
  log.wait_for("on_start failed: std::runtime_error: no database");
}

TEST_F(ServiceTest, RefusesDebugModeOnAddressesThatOthersCanReach) {
  options.server.debug = true;
  EXPECT_TRUE(options.check());
  options.bind = {*base::Address::parse("[::1]:0"), base::Address::unix_socket("/tmp/s")};
  EXPECT_TRUE(options.check());
  options.bind.push_back(*base::Address::parse(":8080"));
  const auto refused = options.check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "--debug shows the inside of the application, and 0.0.0.0:8080 can be reached from "
            "other machines; bind to 127.0.0.1, or leave --debug out");
}

TEST_F(ServiceTest, GivesItsUnixSocketTheModeAndOwnerOfTheOptions) {
  const std::string path = testing::TempDir() + "service_test.sock." + std::to_string(getpid());
  options.bind.push_back(base::Address::unix_socket(path));
  options.socket_mode = "660";
  options.socket_owner = std::to_string(getuid()) + ":" + std::to_string(getgid());
  (void)start(app::App([] { return "hello"; }));
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0660));
  EXPECT_TRUE(get(base::Address::unix_socket(path)).ends_with("hello"));
  signal();
  main.join();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServiceTest, RefusesAMalformedModeAndAnUnknownGroup) {
  options.socket_mode = "rw";
  EXPECT_EQ(options.check().error().message,
            "--socket-mode: 'rw' is not a socket mode; write octal digits up to 777, such as 660");
  options.socket_mode = "660";
  options.socket_owner = ":no such group";
  EXPECT_EQ(serve(app::App([] { return ""; }), "test", options, log), ExitCode::CannotStart);
  log.wait_for("--socket-owner: there is no group 'no such group'");
}

TEST_F(ServiceTest, AlsoWritesToItsLogFileWhyItCannotStart) {
  const std::string path = testing::TempDir() + "service_test.log." + std::to_string(getpid());
  options.log_file = path;
  options.bind = {*base::Address::parse("192.0.2.1:80")};
  EXPECT_EQ(serve(app::App([] { return ""; }), "test", options, log), ExitCode::CannotStart);
  log.wait_for("192.0.2.1:80");
  EXPECT_NE(content(path).find("error server: "), std::string::npos);
  std::filesystem::remove(path);
  options.log_file = "/no/such/place/log";
  EXPECT_EQ(serve(app::App([] { return ""; }), "test", options, log), ExitCode::CannotStart);
  log.wait_for("choose another file with --log-file");
}

TEST_F(ServiceTest, PutsRejectedRequestsIntoTheAccessLog) {
  const std::string path = testing::TempDir() + "service_test.log." + std::to_string(getpid());
  options.access_log = AccessLogChoice::Combined;
  options.access_log_file = path;
  const base::Address address = start(app::App([] { return "hello"; }));
  (void)get(address);
  (void)get(address, "GET / HTTP/7.7\r\n\r\n");
  signal();
  main.join();
  const std::string written = content(path);
  EXPECT_NE(written.find("\"GET / HTTP/1.0\" 200 5 \"-\" \"-\""), std::string::npos) << written;
  EXPECT_NE(written.find("\"-\" 505 "), std::string::npos) << written;
  std::filesystem::remove(path);
}

TEST_F(ServiceTest, ReopensItsLogsAtSighup) {
  const std::string path = testing::TempDir() + "service_test.log." + std::to_string(getpid());
  options.access_log = AccessLogChoice::Json;
  options.access_log_file = path;
  const base::Address address = start(app::App([] { return "hello"; }));
  std::filesystem::remove(path);
  signal(SIGHUP);
  log.wait_for("SIGHUP: reopening the log files");
  EXPECT_TRUE(get(address).ends_with("hello"));
  signal();
  main.join();
  EXPECT_EQ(code, ExitCode::Ended);
  EXPECT_NE(content(path).find("\"status\":200"), std::string::npos);
  std::filesystem::remove(path);
}

TEST_F(ServiceTest, LogsMessagesOfHandlersWithTheirRequest) {
  options.log_level = {"store=debug"};
  const base::Address address = start(app::App([](app::Request& request) {
    request.log().debug("not kept");
    request.log("store").debug("kept");
    return "";
  }));
  (void)get(address);
  signal();
  main.join();
  const std::string text = log.wait_for(" info server: ended\n");
  EXPECT_NE(text.find(" debug store: kept  id="), std::string::npos) << text;
  EXPECT_NE(text.find(" client=127.0.0.1\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("not kept"), std::string::npos) << text;
}

TEST(Version, SaysWhatItWasBuiltWith) {
  const std::string text = version_text();
  EXPECT_TRUE(text.starts_with("mastic 0.")) << text;
  EXPECT_NE(text.find("liburing"), std::string::npos);
}

}  // namespace
}  // namespace mastic::catalog
