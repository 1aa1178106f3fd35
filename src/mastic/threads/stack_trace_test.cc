#include "mastic/threads/stack_trace.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <latch>
#include <thread>

#include "mastic/base/kernel_testing.h"

namespace mastic::threads {

// Not in the anonymous namespace, so that every compiler puts their names into the symbol table.

/// Computes until it is told to stop.
__attribute__((noinline)) void go_round_in_circles(const std::atomic<bool>& stop) {
  while (!stop) {
    (void)::access("/", F_OK);  // ThreadSanitizer lets signals through in such calls only
  }
}

/// Is inlined: there is no call in the machine code, but there is one in the stack.
[[gnu::always_inline]] inline void go_round_within(const std::atomic<bool>& stop) {
  while (!stop) (void)::access("/", F_OK);
}
__attribute__((noinline)) void go_round_without_a_call(const std::atomic<bool>& stop) {
  go_round_within(stop);
}

/// Sleeps in the kernel until there is a byte in the pipe.
__attribute__((noinline)) ssize_t read_a_pipe(int fd) {
  char byte = 0;
  const ssize_t got = ::read(fd, &byte, 1);
  asm volatile("" ::: "memory");  // no tail call
  return got;
}

__attribute__((noinline)) void dig(std::size_t depth, const std::atomic<bool>& stop) {
  if (depth == 0) {
    go_round_in_circles(stop);
  } else {
    dig(depth - 1, stop);
  }
  asm volatile("" ::: "memory");
}

namespace {

using namespace std::chrono_literals;

#if defined(MASTIC_LIBDW) && !defined(NDEBUG)  // such builds have debug information
constexpr bool kHasLines = true;
#else
constexpr bool kHasLines = false;
#endif

constexpr base::Duration kLong = 20s;  // a shared machine may be slow

/// Runs `work` on a new thread, and knows the number of that thread.
class Worker {
 public:
  explicit Worker(std::function<void()> work)
      : thread_([this, work = std::move(work)] {
          number_ = base::system_kernel().gettid();
          started_.count_down();
          work();
        }) {
    started_.wait();
  }
  [[nodiscard]] int number() const { return number_; }
  void join() { thread_.join(); }

 private:
  std::latch started_{1};
  std::atomic<int> number_ = 0;
  std::jthread thread_;
};

std::string stack_of(int thread) {
  const auto addresses = capture_stack(thread, kLong);
  return describe_stack(symbolize(addresses));
}

/// Captures until `words` appear: a thread that has just started may not have got there yet.
std::string stack_with(int thread, std::string_view words) {
  std::string stack;
  for (int i = 0; i < 20 && stack.find(words) == stack.npos; ++i) stack = stack_of(thread);
  return stack;
}

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  void write(char byte) const { EXPECT_EQ(::write(ends_[1], &byte, 1), 1); }

 private:
  int ends_[2];
};

TEST(StackTrace, ShowsTheFunctionThatAThreadComputesIn) {
  std::atomic<bool> stop = false;
  Worker worker([&] { go_round_in_circles(stop); });
  const std::string stack = stack_with(worker.number(), "go_round_in_circles");
  stop = true;
  EXPECT_NE(stack.find("mastic::threads::go_round_in_circles(std::atomic<bool> const&)"),
            std::string::npos)
      << stack;
  if (kHasLines) {
    EXPECT_NE(stack.find("stack_trace_test.cc:"), std::string::npos) << stack;
  }
}

TEST(StackTrace, ShowsTheFunctionThatSleepsInTheKernelWithoutEndingTheSleep) {
  const Pipe pipe;
  ssize_t got = 0;
  Worker worker([&] { got = read_a_pipe(pipe.read_end()); });
  const std::string stack = stack_with(worker.number(), "read_a_pipe");
  EXPECT_NE(stack.find("mastic::threads::read_a_pipe(int)"), std::string::npos) << stack;
  pipe.write('x');
  worker.join();
  EXPECT_EQ(got, 1);  // and not EINTR
}

TEST(StackTrace, ShowsInlinedCallsAsFramesOfTheirOwn) {
  std::atomic<bool> stop = false;
#ifdef __clang__
  GTEST_SKIP() << "with a sanitizer it says of some instructions only that they were inlined";
#endif
  if (!kHasLines) GTEST_SKIP();
  Worker worker([&] { go_round_without_a_call(stop); });
  const std::string stack = stack_with(worker.number(), "go_round_within");
  stop = true;
  const std::size_t inner = stack.find("go_round_within(");
  const std::size_t outer = stack.find("go_round_without_a_call(");
  ASSERT_NE(inner, std::string::npos) << stack;
  ASSERT_NE(outer, std::string::npos) << stack;
  EXPECT_LT(inner, outer) << stack;
}

TEST(StackTrace, BeginsWithTheInterruptedCallAndNotWithTheHandler) {
  std::atomic<bool> stop = false;
  Worker worker([&] { go_round_in_circles(stop); });
  stack_with(worker.number(), "go_round_in_circles");
  const auto frames = symbolize(capture_stack(worker.number(), kLong));
  stop = true;
  for (const StackFrame& frame : frames) {
    EXPECT_EQ(frame.function.find("take_frame"), std::string::npos) << describe_stack(frames);
  }
  ASSERT_FALSE(frames.empty());
}

TEST(StackTrace, CapturesTheCallingThread) {
  const std::string stack = stack_of(base::system_kernel().gettid());
  EXPECT_NE(stack.find("CapturesTheCallingThread"), std::string::npos) << stack;
}

TEST(StackTrace, IsEmptyForAThreadThatHasEnded) {
  Worker worker([] {});
  worker.join();
  EXPECT_TRUE(capture_stack(worker.number(), kLong).empty());
  EXPECT_TRUE(capture_stack(-1, kLong).empty());
  EXPECT_TRUE(capture_stack(1, kLong).empty() || ::getpid() == 1);  // a thread of another process
}

TEST(StackTrace, IsEmptyWhenTheSignalCannotBeSent) {
  base::FailingKernel kernel(base::system_kernel());
  kernel.fail("tgsigqueue", 1, EAGAIN);
  std::atomic<bool> stop = false;
  Worker worker([&] { go_round_in_circles(stop); });
  EXPECT_TRUE(capture_stack(worker.number(), kLong, kernel).empty());
  EXPECT_FALSE(capture_stack(worker.number(), kLong, kernel).empty());
  stop = true;
}

TEST(StackTrace, IsEmptyForAThreadThatDoesNotAnswerAndALateAnswerDoesNoHarm) {
  std::atomic<bool> stop = false;
  std::atomic<bool> unblock = false;
  Worker deaf([&] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!unblock) std::this_thread::yield();
    pthread_sigmask(SIG_UNBLOCK, &all, nullptr);  // now the earlier signals arrive, all at once
    dig(80, stop);  // without optimisation the other stack has more than 20 calls, too
  });
  Worker worker([&] { go_round_in_circles(stop); });
  while (!capture_stack(deaf.number(), 1ms).empty()) std::this_thread::yield();
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(capture_stack(deaf.number(), 100us).empty());
  unblock = true;
  for (int i = 0; i < 200 && !HasFailure(); ++i) {
    const auto addresses = capture_stack(worker.number(), kLong);
    EXPECT_FALSE(addresses.empty());
    EXPECT_LT(addresses.size(), 80U) << "this is the stack of the other thread";
  }
  EXPECT_NE(stack_with(deaf.number(), "dig").find("dig"), std::string::npos);
  stop = true;
}

TEST(StackTrace, IsTruncatedForADeepStack) {
  std::atomic<bool> stop = false;
  Worker worker([&] { dig(10'000, stop); });
  std::size_t size = 0;
  for (int i = 0; i < 1000 && size < 128; ++i) size = capture_stack(worker.number(), kLong).size();
  stop = true;
  EXPECT_EQ(size, 128U);
}

TEST(StackTrace, ManyThreadsMayCaptureManyStacksAtOnce) {
  std::atomic<bool> stop = false;
  std::vector<std::unique_ptr<Worker>> watched;
  for (int i = 0; i < 3; ++i) {
    watched.push_back(std::make_unique<Worker>([&] {
      while (!stop) dig(3, stop);
    }));
  }
  std::vector<std::jthread> asking;
  std::atomic<int> answers = 0;
  for (int i = 0; i < 4; ++i) {
    asking.emplace_back([&] {
      for (int j = 0; j < 15; ++j) {
        const auto& worker = watched[static_cast<std::size_t>(j) % watched.size()];
        answers += capture_stack(worker->number(), kLong).empty() ? 0 : 1;
      }
    });
  }
  asking.clear();
  stop = true;
  EXPECT_EQ(answers, 60);
}

TEST(StackTrace, DescribesEachFrameByWhatIsKnownOfIt) {
  const StackFrame frames[] = {
      {.function = "report()", .file = "site/report.cc", .line = 17, .module = "/bin/site"},
      {.function = "main", .module = "/bin/site"},
      {.module = "/lib/libx.so", .offset = 0x1f40},
      {.file = "x.cc", .module = "/bin/site"},
      {.address = 0xbeef},
  };
  EXPECT_EQ(describe_stack(frames),
            "#0 report() at site/report.cc:17\n"
            "#1 main in /bin/site\n"
            "#2 /lib/libx.so+0x1f40\n"
            "#3 x.cc\n"
            "#4 0xbeef\n");
}

TEST(StackTrace, LeavesOutTheLibrarysOwnFrames) {
  const auto frame = [](std::string function, std::string file) {
    return StackFrame{.function = std::move(function), .file = std::move(file), .line = 1};
  };
  const auto names = [](std::vector<StackFrame> frames) {
    std::string text;
    for (const StackFrame& each : frames_of_application(std::move(frames)))
      text += each.function + ";";
    return text;
  };
  const auto futex = frame("futex_wait", "./nptl/futex-internal.h");
  const auto wait = frame("wait", "/src/mastic/src/mastic/threads/queue.h");
  const auto get = frame("get", "/usr/include/mastic/threads/queue.h");
  const auto report = frame("report", "/home/ada/site/report.cc");
  const auto invoke = frame("invoke", "/usr/include/c++/12/functional");
  const auto handler = frame("handler", "src/mastic/routing/route_handler.h");
  EXPECT_EQ(names({futex, wait, get, report, handler, invoke, handler}), "futex_wait;get;report;");
  EXPECT_EQ(names({report, get, report, handler}), "report;get;report;")
      << "the library calls it, and it calls the library";
  EXPECT_EQ(names({wait, handler}), "wait;handler;") << "all frames are the library's own";
  EXPECT_EQ(names({}), "");
  // Without debug information:
  EXPECT_EQ(
      names({frame("report()", ""),
             frame("int mastic::app::respond<make()::{lambda(int)#1}>(int)", ""),
             frame("std::invoke(int)", ""), frame("mastic::routing::RouteTable::call(int)", "")}),
      "report();");
  EXPECT_EQ(names({frame("mastic::async::Task<int> load<int>(int)", ""),
                   frame("(anonymous namespace)::main(int)", "")}),
            "mastic::async::Task<int> load<int>(int);(anonymous namespace)::main(int);");
}

TEST(StackTrace, HasNoNamesFromDiskWhenThereIsNoTimeForThem) {
  const auto addresses = capture_stack(base::system_kernel().gettid(), kLong);
  const auto frames = symbolize(addresses, base::Duration::zero());
  ASSERT_EQ(frames.size(), addresses.size());
  for (const StackFrame& frame : frames) EXPECT_TRUE(frame.file.empty()) << frame.file;
  EXPECT_FALSE(frames.front().module.empty());
}

TEST(StackTrace, SymbolizesNoAddresses) {
  EXPECT_TRUE(symbolize({}).empty());
  const std::uintptr_t nowhere[] = {0, 1};
  const auto frames = symbolize(nowhere);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(describe_stack(frames), "#0 0x0\n#1 0x1\n");
}

}  // namespace
}  // namespace mastic::threads
