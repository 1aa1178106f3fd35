#include "mastic/threads/crash_report.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>

#include "mastic/base/activity.h"
#include "mastic/base/bounded_text.h"
#include "mastic/base/date.h"
#include "mastic/base/last_words.h"
#include "mastic/threads/stack_walk.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {
namespace {

// Everything that the handler uses is static and was prepared beforehand: a fault may come inside
// the memory allocator or the dynamic linker, so the handler allocates nothing, takes no lock and
// calls only functions that are safe in signal handlers.
//
//     fault ──► crashed() ──first thread──► report(): lines        ┐
//                   └───────other threads──► wait up to 3 s for it ┴──► the earlier action

constexpr std::array kCrashSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::array<std::string_view, kCrashSignals.size()> kNames = {
    "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT"};
constexpr std::size_t kMaxFrames = 40;  // lines of a stack

constinit std::array<struct sigaction, kCrashSignals.size()> crash_actions_before{};
constinit std::terminate_handler terminate_before = nullptr;
constinit std::atomic<bool> stands{false};
constinit bool as_json = false;
constinit base::BoundedText<4096> log_path;
constinit base::BoundedText<4096> program;

using ExceptionText = base::BoundedText<1024>;
/// The exception that std::terminate was called for on this thread, as text on this thread's stack.
constinit thread_local const ExceptionText* exception = nullptr;

constinit std::atomic<pid_t> reporter{0};  ///< the thread that crashed first
constinit std::atomic<bool> reported{false};
constinit RawStack crash_stack;
constinit base::ActivityReport activity;
constinit base::BoundedText<8192> crash_line;

// ---- lines ----

void add_escaped(std::string_view text) noexcept {
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f) {
      crash_line.add(as_json ? "\\u00" : "\\x").add_number(byte, 16, 2);
    } else if (letter == '\\' || (as_json && letter == '"')) {
      crash_line.add(as_json ? "\\" : "").add(as_json ? std::string_view(&letter, 1) : "\\x5c");
    } else {
      crash_line.add(letter);
    }
  }
}

void add_time() noexcept {
  timespec now{};
  (void)::clock_gettime(CLOCK_REALTIME, &now);
  const base::DateTime date = base::to_date_time(now.tv_sec);
  const auto add = [](int number, std::size_t width) {
    crash_line.add_number(static_cast<unsigned>(number), 10, width);
  };
  add(date.year, 4);
  crash_line.add('-');
  add(date.month, 2);
  crash_line.add('-');
  add(date.day, 2);
  crash_line.add('T');
  add(date.hour, 2);
  crash_line.add(':');
  add(date.minute, 2);
  crash_line.add(':');
  add(date.second, 2);
  crash_line.add('Z');
}

void add_field(std::string_view name, std::string_view value) noexcept {
  if (value.empty()) return;
  crash_line.add(as_json ? ",\"" : " ").add(name).add(as_json ? "\":\"" : "=");
  add_escaped(value);
  if (as_json) crash_line.add('"');
}

/// Writes a line of the log, with the fields of the activity.
void say(std::string_view message) noexcept {
  crash_line.clear();
  if (as_json) crash_line.add("{\"time\":\"");
  add_time();
  crash_line.add(as_json ? R"(","level":"error","logger":"server","message":")"
                         : " error server: ");
  add_escaped(message);
  if (as_json) crash_line.add('"');
  if (!as_json && !activity.id.empty()) crash_line.add(' ');
  add_field("id", activity.id.view());
  add_field("route", activity.route.view());
  crash_line.add(as_json ? "}\n" : "\n");

  // Standard error first, because a disk may hang. Writing there waits for a limited time; once a
  // reader has not taken a line in that time, no more lines go to standard error.
  static constinit bool is_heard = true;
  if (is_heard) is_heard = base::write_last_words(STDERR_FILENO, crash_line.view());
  // The log is opened by its path: a rotation may have replaced its descriptor, and reading the
  // current descriptor would need a lock. O_NONBLOCK because opening a FIFO without a reader would
  // wait.
  if (!log_path.empty()) {
    const int fd = ::open(log_path.view().data(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
      (void)base::write_last_words(fd, crash_line.view());
      ::close(fd);
    }
  }
}

// ---- what happened ----

using Message = base::BoundedText<2048>;

void add_module(Message& message, std::uintptr_t address) noexcept {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)
  dl_find_object found{};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address in the stack is
  if (::_dl_find_object(reinterpret_cast<void*>(address), &found) == 0) {
    const link_map& module = *found.dlfo_link_map;
    const std::string_view name = module.l_name;
    message.add(name.empty() ? program.view() : name);
    message.add("+0x").add_number(address - module.l_addr, 16);
    return;
  }
#endif
  message.add("0x").add_number(address, 16);
}

/// Notes the caller after a call through a null pointer. There is no function at address 0 to walk
/// from, but the return address was just pushed and is on top of the stack.
void note_caller(const void* context) noexcept {
#if defined(__x86_64__)
  const std::uintptr_t top = interrupted_stack(context);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the return address is there
  crash_stack.addresses[0] = *reinterpret_cast<const std::uintptr_t*>(top) - 1;
  crash_stack.count = 1;
#else
  (void)context;
#endif
}

/// Whether `si_addr` is the address of the fault: not for signals that were sent (si_code <= 0),
/// nor for faults at addresses that the processor cannot report (SI_KERNEL).
bool has_address(const siginfo_t& info) noexcept {
  return info.si_code > 0 && info.si_signo != SIGABRT && info.si_code != SI_KERNEL;
}

/// Whether the stack has overflowed: the fault is close to the stack pointer.
bool has_run_over(const siginfo_t& info, const void* context) noexcept {
  constexpr std::uintptr_t kNear = 64 << 10;
  if (info.si_signo != SIGSEGV || !has_address(info)) return false;
  const auto address = reinterpret_cast<std::uintptr_t>(info.si_addr);
  const std::uintptr_t top = interrupted_stack(context);
  return address + kNear > top && address < top + kNear;
}

void report(std::string_view name, const siginfo_t& info, const void* context) noexcept {
  if (const base::Activity* const doing = base::Activity::of_this_thread()) {
    doing->describe(activity);
  }
  Message message;
  message.add("crashed by ").add(name);
  if (has_run_over(info, context)) {
    message.add(" (stack overflow)");
  } else if (has_address(info)) {
    message.add(" at 0x").add_number(reinterpret_cast<std::uintptr_t>(info.si_addr), 16);
  }
  if (exception != nullptr) message.add(", by std::terminate, for ").add(exception->view());
  std::array<char, 16> thread_name{};
  (void)::pthread_getname_np(::pthread_self(), thread_name.data(), thread_name.size());
  message.add(", in thread ").add_number(static_cast<unsigned>(::gettid()));
  message.add(" (").add(thread_name.data()).add(")");
  if (!activity.what.empty()) message.add(": ").add(activity.what.view());
  say(message.view());
  activity.route.clear();

  if (interrupted_address(context) == 0) {
    note_caller(context);
  } else {
    walk_stack(crash_stack, context);
  }
  for (std::size_t i = 0; i < crash_stack.count && i < kMaxFrames; ++i) {
    message.clear();
    message.add('#').add_number(i).add(' ');
    add_module(message, crash_stack.addresses[i]);
    say(message.view());
  }
}

void crashed(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const std::size_t index =
      static_cast<std::size_t>(std::ranges::find(kCrashSignals, signal) - kCrashSignals.begin());
  pid_t first = 0;  // a failed exchange sets it to the thread that crashed first
  if (reporter.compare_exchange_strong(first, ::gettid())) {
    report(kNames[index], *info, context);
    reported = true;
  }
  constexpr timespec kMoment{.tv_sec = 0, .tv_nsec = 10'000'000};
  // Another thread is reporting its crash, and ending the process now would cut that report off.
  // Wait a limited time, because that thread may be stuck. If `first` is this thread, its own
  // report has crashed, and there is nothing to wait for.
  for (int left = 300; left > 0 && !reported && first != ::gettid(); --left) {
    (void)::nanosleep(&kMoment, nullptr);
  }
  // Restore the earlier action. A fault happens again as soon as this function returns, because the
  // instruction is repeated. A signal that was sent, as abort() does, has to be sent again; it is
  // blocked in this handler, so it arrives when the handler returns.
  (void)::sigaction(signal, &crash_actions_before[index], nullptr);
  if (info->si_code <= 0) (void)::raise(signal);
  errno = saved_errno;
}

/// Whether the handler is libstdc++'s own, which only prints the exception. The report has the
/// exception already, and printing it could block on a pipe without a reader.
bool says_the_same([[maybe_unused]] std::terminate_handler handler) {
#ifdef __GLIBCXX__
  return handler == __gnu_cxx::__verbose_terminate_handler;
#else
  return false;
#endif
}

/// Keeps the text of the exception for the signal handler, and aborts.
[[noreturn]] void terminated() {
  ExceptionText text;
  try {
    if (const std::exception_ptr error = std::current_exception()) {
      text.add(describe(error));
    } else {
      text.add("no exception");
    }
  } catch (...) {
    text.add("an exception, and no memory to say which");
  }
  exception = &text;
  if (terminate_before != nullptr && !says_the_same(terminate_before)) terminate_before();
  std::abort();
}

}  // namespace

CrashReport::CrashReport(std::string_view path, base::LogFormat format) noexcept {
  if (stands.exchange(true)) return;
  stands_ = true;
  as_json = format == base::LogFormat::Json;
  log_path.clear();
  if (path != "-" && path.size() < 4096) log_path.add(path).add('\0');
  std::array<char, 4096> name;
  const ssize_t size = ::readlink("/proc/self/exe", name.data(), name.size());
  program.clear();
  if (size > 0) program.add({name.data(), static_cast<std::size_t>(size)});
  // A first walk makes the dynamic linker resolve all functions that a walk calls. Resolving them
  // in a handler could deadlock.
  walk_stack(crash_stack);
  terminate_before = std::set_terminate(terminated);
  struct sigaction action{};
  action.sa_sigaction = crashed;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : kCrashSignals) sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < kCrashSignals.size(); ++i) {
    (void)::sigaction(kCrashSignals[i], &action, &crash_actions_before[i]);
  }
}

CrashReport::~CrashReport() {
  if (!stands_) return;
  for (std::size_t i = 0; i < kCrashSignals.size(); ++i) {
    struct sigaction now{};
    (void)::sigaction(kCrashSignals[i], nullptr, &now);
    // A handler that other code has installed meanwhile stays.
    if (now.sa_sigaction == crashed)
      (void)::sigaction(kCrashSignals[i], &crash_actions_before[i], nullptr);
  }
  if (std::get_terminate() == terminated) std::set_terminate(terminate_before);
  stands = false;
}

}  // namespace mastic::threads
