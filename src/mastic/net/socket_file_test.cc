#include "mastic/net/socket_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/base/failures.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/net/listener.h"
#include "mastic/net/socket_address.h"

namespace mastic::net {
namespace {

using base::Address;
using base::system_kernel;

struct SocketFileTest : testing::Test {
  SocketFileTest() { std::filesystem::create_directory(directory); }
  ~SocketFileTest() override { std::filesystem::remove_all(directory); }

  /// Leaves the socket file that a killed server leaves.
  void leave_behind() {
    SocketAddress where(address);
    const base::Descriptor dead(system_kernel(), system_kernel().socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(system_kernel().bind(dead.fd(), where.data(), *where.size()), 0);
  }
  [[nodiscard]] bool somebody_listens() {
    SocketAddress where(address);
    const base::Descriptor client(system_kernel(), system_kernel().socket(AF_UNIX, SOCK_STREAM, 0));
    return system_kernel().connect(client.fd(), where.data(), *where.size()) == 0;
  }
  [[nodiscard]] struct stat status() {
    struct stat found{};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0);
    return found;
  }
  [[nodiscard]] std::size_t files() const {
    using Iterator = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(Iterator(directory), Iterator()));
  }

  const std::string directory = testing::TempDir() + "mastic-socket-file-" +
                                std::to_string(getpid()) + "-" +
                                testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path = directory + "/s";
  const Address address = Address::unix_socket(path);
};

TEST_F(SocketFileTest, RemovesItsFiles) {
  {
    const auto listener = Listener::open(system_kernel(), address);
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_TRUE(somebody_listens());
    EXPECT_EQ(files(), 1u);
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(SocketFileTest, DoesNotRemoveTheFileOfItsSuccessor) {
  auto old = Listener::open(system_kernel(), address);
  ASSERT_TRUE(old);
  std::filesystem::remove(path);  // as an operator may
  const auto successor = Listener::open(system_kernel(), address);
  ASSERT_TRUE(successor) << successor.error().message;
  old->close();
  EXPECT_TRUE(somebody_listens());
}

TEST_F(SocketFileTest, DoesNotRemoveAFileThatReplacedIt) {
  auto listener = Listener::open(system_kernel(), address);
  ASSERT_TRUE(listener);
  std::filesystem::remove(path);
  std::ofstream(path) << "precious";
  listener->close();
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

/// Calls `meanwhile` when a socket is bound and does not listen yet.
class SlowStarter final : public base::ForwardingKernel {
 public:
  explicit SlowStarter(std::function<void()> meanwhile)
      : ForwardingKernel(system_kernel()), meanwhile_(std::move(meanwhile)) {}
  int listen(int fd, int backlog) override {
    meanwhile_();
    return ForwardingKernel::listen(fd, backlog);
  }

 private:
  std::function<void()> meanwhile_;
};

/// Calls `seen` before a lock is taken.
class LockWatch final : public base::ForwardingKernel {
 public:
  explicit LockWatch(std::function<void()> seen)
      : ForwardingKernel(system_kernel()), seen_(std::move(seen)) {}
  int flock(int fd, int operation) override {
    seen_();
    return ForwardingKernel::flock(fd, operation);
  }

 private:
  std::function<void()> seen_;
};

TEST_F(SocketFileTest, OfTwoThatOpenAtOnceOneSucceeds) {
  for (const bool stale : {false, true}) {
    if (stale) leave_behind();
    std::atomic<bool> second_goes_on{false};
    std::atomic<bool> second_won{false};
    std::thread second;
    const auto go_on = [&] {
      second_goes_on = true;
      second_goes_on.notify_all();
    };
    SlowStarter kernel([&] {
      second = std::thread([&] {
        LockWatch watched(go_on);
        const auto listener = Listener::open(watched, address);
        second_won = listener.has_value();
        go_on();
      });
      second_goes_on.wait(false);  // until it waits for the lock, or has opened its listener
    });
    const auto first = Listener::open(kernel, address);
    second.join();
    EXPECT_TRUE(first) << first.error().message;
    EXPECT_FALSE(second_won);
    EXPECT_TRUE(somebody_listens());
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(SocketFileTest, OfManyThatOpenAtOnceOneSucceeds) {
  constexpr int kRounds = 200;
  constexpr int kThreads = 4;
  std::atomic<int> winners{0};
  std::barrier together(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        if (t == 0) leave_behind();
        together.arrive_and_wait();
        {
          const auto listener = Listener::open(system_kernel(), address);
          winners += listener ? 1 : 0;
          together.arrive_and_wait();
        }
        together.arrive_and_wait();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(winners, kRounds);
  EXPECT_EQ(files(), 0u);
}

TEST_F(SocketFileTest, ALockFileLeftByACrashIsHarmless) {
  std::ofstream(SocketFileLock::path_for(path)).flush();
  const auto listener = Listener::open(system_kernel(), address);
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_EQ(files(), 1u);
}

TEST_F(SocketFileTest, TheLockFileIsBesideTheSocket) {
  EXPECT_EQ(SocketFileLock::path_for("/run/site/s.sock"), "/run/site/.s.sock.mastic-lock");
  EXPECT_EQ(SocketFileLock::path_for("s.sock"), ".s.sock.mastic-lock");
}

TEST_F(SocketFileTest, ReportsAFailedLock) {
  base::FailingKernel kernel(system_kernel());
  kernel.fail("flock", 1, ENOLCK);
  const auto listener = Listener::open(kernel, address);
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().message, "cannot listen on unix:" + path +
                                          ": No locks available; the file system does not support "
                                          "locks: choose a directory such as /run");
}

TEST_F(SocketFileTest, WaitsForTheLockDespiteASignal) {
  base::FailingKernel kernel(system_kernel());
  kernel.fail("flock", 1, EINTR);
  EXPECT_TRUE(Listener::open(kernel, address));
}

TEST_F(SocketFileTest, LeavesNothingBehindWhenAnyCallFails) {
  const auto run = [&](base::Failures& failures) {
    failures.during([&] { (void)Listener::open(failures.kernel(), address); });
    const auto again = Listener::open(system_kernel(), address);
    EXPECT_TRUE(again) << failures.text() << ": " << again.error().message;
  };
  const auto count = base::for_each_failure(run, {.allocations = false, .errors = {EIO}});
  EXPECT_GT(count.calls, 5u);
}

// ---- who may connect ----

/// Knows one user and one group, and records changes of a file's owner, which only root could make.
class UserKernel final : public base::ForwardingKernel {
 public:
  UserKernel() : ForwardingKernel(system_kernel()) {}
  int getpwnam(const char* name, unsigned& user) override {
    user = 33;
    return std::string_view(name) == "www" ? 0 : -ENOENT;
  }
  int getgrnam(const char* name, unsigned& group) override {
    group = 44;
    return std::string_view(name) == "web" ? 0 : -ENOENT;
  }
  int lchown(const char*, unsigned user, unsigned group) override {
    given = {user, group};
    return result;
  }
  std::pair<unsigned, unsigned> given;
  int result = 0;
};

constexpr unsigned kNotSet = static_cast<unsigned>(-1);

TEST(SocketAccess, ReadsOwnersByNameAndNumber) {
  UserKernel kernel;
  const auto owner = [&](std::string_view text) {
    const auto access = SocketAccess::parse(kernel, "660", text);
    EXPECT_TRUE(access) << access.error().message;
    return std::pair(access->user.value_or(kNotSet), access->group.value_or(kNotSet));
  };
  EXPECT_EQ(owner(""), std::pair(kNotSet, kNotSet));
  EXPECT_EQ(owner("www"), std::pair(33u, kNotSet));
  EXPECT_EQ(owner(":web"), std::pair(kNotSet, 44u));
  EXPECT_EQ(owner("www:web"), std::pair(33u, 44u));
  EXPECT_EQ(owner("1000:7"), std::pair(1000u, 7u));
}

TEST(SocketAccess, NamesWhatDoesNotExist) {
  UserKernel kernel;
  const auto fault = [&](std::string_view mode, std::string_view owner) {
    const auto access = SocketAccess::parse(kernel, mode, owner);
    return access ? std::string() : access.error().message;
  };
  EXPECT_EQ(fault("660", "wwww"), "there is no user 'wwww'; write USER:GROUP, USER or :GROUP");
  EXPECT_EQ(fault("660", "www:"), "there is no group ''; write USER:GROUP, USER or :GROUP");
  EXPECT_EQ(fault("660", ":4294967295"),
            "there is no group '4294967295'; write USER:GROUP, USER or :GROUP");
  EXPECT_EQ(fault("rw", ""),
            "'rw' is not a socket mode; write octal digits up to 777, such as 660");
}

TEST_F(SocketFileTest, SetsTheConfiguredOwner) {
  UserKernel kernel;
  const auto listener = Listener::open(kernel, address, {.mode = 0660, .group = 44});
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_EQ(kernel.given, std::pair(kNotSet, 44u));
  EXPECT_EQ(status().st_mode & 0777, 0660u);
}

TEST_F(SocketFileTest, IsForTheSameUserByDefault) {
  const mode_t before = ::umask(0);
  UserKernel kernel;
  const auto listener = Listener::open(kernel, address);
  ::umask(before);
  ASSERT_TRUE(listener);
  EXPECT_EQ(status().st_mode & 0777, 0600u);
  EXPECT_EQ(kernel.given, std::pair(0u, 0u)) << "it was given to somebody";
}

TEST_F(SocketFileTest, SaysWhoMayChangeTheOwner) {
  UserKernel kernel;
  kernel.result = -EPERM;
  const auto listener = Listener::open(kernel, address, {.user = 33});
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().message,
            "cannot listen on unix:" + path +
                ": Operation not permitted; only root may give it to another user, or to a group "
                "that this user is not in");
  EXPECT_EQ(files(), 0u);
}

TEST(SystemKernel, KnowsTheUsersOfThisMachine) {
  unsigned number = 1;
  EXPECT_EQ(system_kernel().getpwnam("root", number), 0);
  EXPECT_EQ(number, 0u);
  number = 1;
  EXPECT_EQ(system_kernel().getgrnam("root", number), 0);
  EXPECT_EQ(number, 0u);
  EXPECT_EQ(system_kernel().getpwnam("no such user", number), -ENOENT);
}

}  // namespace
}  // namespace mastic::net
