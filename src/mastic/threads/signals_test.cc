#include "mastic/threads/signals.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <mutex>
#include <string>

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

/// Keeps the signals that it receives; a test can wait for them.
class Kept final : public SignalReceiver {
 public:
  void received(int signal) noexcept override { keep(signal); }
  void expired() noexcept override { keep(kExpired); }
  /// Waits until at least `count` have come, and returns all.
  std::vector<int> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return all_.size() >= count; });
    return all_;
  }
  static constexpr int kExpired = 0;

 private:
  void keep(int what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(what);
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> all_;
};

int status_of_child(const char* command) {
  const int status = std::system(command);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// ThreadSanitizer calls a handler when the thread next comes to a function of the C library that it
// knows.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MASTIC_HANDLERS_ARE_DELAYED
#endif
#endif
#ifdef MASTIC_HANDLERS_ARE_DELAYED
constexpr bool kHandlersAreDelayed = true;
#else
constexpr bool kHandlersAreDelayed = false;
#endif

TEST(Signals, AreReceivedWhicheverThreadGetsThem) {
  if (kHandlersAreDelayed)
    GTEST_SKIP() << "ThreadSanitizer holds back what a thread that waits gets";
  std::latch done(1);
  std::thread older([&] { done.wait(); });
  Kept kept;
  const Signals signals({SIGUSR1, SIGTERM}, kept);
  pthread_kill(older.native_handle(), SIGTERM);
  EXPECT_EQ(kept.wait_for(1), std::vector<int>{SIGTERM});
  pthread_kill(older.native_handle(), SIGUSR1);
  EXPECT_EQ(kept.wait_for(2), (std::vector<int>{SIGTERM, SIGUSR1}));
  done.count_down();
  older.join();
}

TEST(Signals, AreReceivedEvenIfAParentProcessLeftThemBlocked) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  Kept kept;
  const Signals signals({SIGTERM}, kept);
  kill(getpid(), SIGTERM);
  EXPECT_EQ(kept.wait_for(1), std::vector<int>{SIGTERM});
}

TEST(Signals, AreReceivedByAllObjects) {
  Kept kept;
  Kept others;
  const Signals signals({SIGUSR1}, kept);
  {
    const Signals more({SIGUSR1}, others);
    kill(getpid(), SIGUSR1);
    EXPECT_EQ(others.wait_for(1), std::vector<int>{SIGUSR1});
  }
  kill(getpid(), SIGUSR1);
  EXPECT_EQ(kept.wait_for(2), (std::vector<int>{SIGUSR1, SIGUSR1}));
}

TEST(Signals, HaveTheirEarlierActionAgainAfterwards) {
  struct sigaction before{};
  sigaction(SIGUSR1, nullptr, &before);
  Kept kept;
  {
    const Signals signals({SIGUSR1}, kept);
  }
  struct sigaction after{};
  sigaction(SIGUSR1, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(Signals, CallExpiredAtTheGivenMoment) {
  Kept kept;
  Signals signals({SIGUSR1}, kept);
  signals.expire_at(std::chrono::steady_clock::now() + 1h);
  signals.expire_at(std::chrono::steady_clock::now());
  EXPECT_EQ(kept.wait_for(1), std::vector<int>{Kept::kExpired});
}

TEST(Signals, AreNeitherBlockedNorIgnoredInAChild) {
  Kept kept;
  const Signals signals({SIGTERM, SIGINT, SIGHUP}, kept);
  let_writes_fail();
  for (const char* const name : {"TERM", "HUP", "PIPE", "XFSZ"}) {
    const std::string command = std::string("kill -s ") + name + " $$";
    EXPECT_GT(status_of_child(command.c_str()), 128) << name << " does not end a child";
  }
}

TEST(Signals, EndAChildThatHasNotCalledExecAndNothingElse) {
  if (kHandlersAreDelayed)
    GTEST_SKIP() << "ThreadSanitizer holds back what a thread that waits gets";
  Kept kept;
  const Signals signals({SIGTERM, SIGUSR1}, kept);
  const pid_t child = fork();
  if (child == 0) {
    while (true) pause();
  }
  kill(child, SIGTERM);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  kill(getpid(), SIGUSR1);
  EXPECT_EQ(kept.wait_for(1), std::vector<int>{SIGUSR1}) << "the parent received no other signal";
}

TEST(Signals, AWriteBeyondTheFileSizeLimitIsAnError) {
  const pid_t child = fork();
  if (child == 0) {
    let_writes_fail();
    const rlimit none{0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
    FILE* const file = tmpfile();
    const bool fails = write(fileno(file), "x", 1) == -1 && errno == EFBIG;
    _exit(fails ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace mastic::threads
