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

// Everything that the handler uses is static, and was made before: it may be called in the middle of
// whatever there is, the memory allocator and the dynamic linker too.

constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::array<std::string_view, kSignals.size()> kNames = {"SIGSEGV", "SIGBUS", "SIGFPE",
                                                                  "SIGILL", "SIGABRT"};
constexpr std::size_t kMaxFrames = 40;  // lines of a stack

constinit std::array<struct sigaction, kSignals.size()> before{};
constinit std::terminate_handler terminate_before = nullptr;
constinit std::atomic<bool> stands{false};
constinit bool as_json = false;
constinit base::BoundedText<4096> log_path;
constinit base::BoundedText<4096> program;

using ExceptionText = base::BoundedText<1024>;
/// What std::terminate was called for on this thread; it stands on its stack.
constinit thread_local const ExceptionText* exception = nullptr;

constinit std::atomic<pid_t> reporter{0};  ///< the thread that crashed first
constinit std::atomic<bool> reported{false};
constinit RawStack stack;
constinit base::ActivityReport activity;
constinit base::BoundedText<8192> line;

// ---- lines ----

void add_escaped(std::string_view text) noexcept {
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f) {
      line.add(as_json ? "\\u00" : "\\x").add_number(byte, 16, 2);
    } else if (letter == '\\' || (as_json && letter == '"')) {
      line.add(as_json ? "\\" : "").add(as_json ? std::string_view(&letter, 1) : "\\x5c");
    } else {
      line.add(letter);
    }
  }
}

void add_time() noexcept {
  timespec now{};
  (void)::clock_gettime(CLOCK_REALTIME, &now);
  const base::DateTime date = base::to_date_time(now.tv_sec);
  const auto add = [](int number, std::size_t width) {
    line.add_number(static_cast<unsigned>(number), 10, width);
  };
  add(date.year, 4);
  line.add('-');
  add(date.month, 2);
  line.add('-');
  add(date.day, 2);
  line.add('T');
  add(date.hour, 2);
  line.add(':');
  add(date.minute, 2);
  line.add(':');
  add(date.second, 2);
  line.add('Z');
}

void add_field(std::string_view name, std::string_view value) noexcept {
  if (value.empty()) return;
  line.add(as_json ? ",\"" : " ").add(name).add(as_json ? "\":\"" : "=");
  add_escaped(value);
  if (as_json) line.add('"');
}

/// Writes a line of the log, with the fields of the activity.
void say(std::string_view message) noexcept {
  line.clear();
  if (as_json) line.add("{\"time\":\"");
  add_time();
  line.add(as_json ? R"(","level":"error","logger":"server","message":")" : " error server: ");
  add_escaped(message);
  if (as_json) line.add('"');
  if (!as_json && !activity.id.empty()) line.add(' ');
  add_field("id", activity.id.view());
  add_field("route", activity.route.view());
  line.add(as_json ? "}\n" : "\n");

  // Standard error first, which is waited for for a moment only: a disk may hang.
  static constinit bool is_heard = true;
  if (is_heard) is_heard = base::write_last_words(STDERR_FILENO, line.view());
  if (!log_path.empty()) {  // opened by its name, for a rotation may close what is open
    const int fd = ::open(log_path.view().data(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
      (void)base::write_last_words(fd, line.view());
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

/// A call through a null pointer leaves no frame to walk from, but the address that it returns to.
void note_caller(const void* context) noexcept {
#if defined(__x86_64__)
  const std::uintptr_t top = interrupted_stack(context);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): there it stands
  stack.addresses[0] = *reinterpret_cast<const std::uintptr_t*>(top) - 1;
  stack.count = 1;
#else
  (void)context;
#endif
}

bool has_address(const siginfo_t& info) noexcept {
  return info.si_code > 0 && info.si_signo != SIGABRT && info.si_code != SI_KERNEL;
}

/// The stack pointer is where nothing can be written.
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
    message.add(", for the stack has run over");
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
    walk_stack(stack, context);
  }
  for (std::size_t i = 0; i < stack.count && i < kMaxFrames; ++i) {
    message.clear();
    message.add('#').add_number(i).add(' ');
    add_module(message, stack.addresses[i]);
    say(message.view());
  }
}

void crashed(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const std::size_t index =
      static_cast<std::size_t>(std::ranges::find(kSignals, signal) - kSignals.begin());
  pid_t nobody = 0;
  if (reporter.compare_exchange_strong(nobody, ::gettid())) {
    report(kNames[index], *info, context);
    reported = true;
  }
  constexpr timespec kMoment{.tv_sec = 0, .tv_nsec = 10'000'000};
  for (int left = 300; left > 0 && !reported && nobody != ::gettid(); --left) {
    (void)::nanosleep(&kMoment, nullptr);  // another thread is saying what befell it
  }
  // A fault comes again as soon as this returns, and then to whom it came before; what was sent is
  // sent again.
  (void)::sigaction(signal, &before[index], nullptr);
  if (info->si_code <= 0) (void)::raise(signal);
  errno = saved_errno;
}

/// The handler of the library prints the exception, and waits for whoever reads that.
bool says_the_same([[maybe_unused]] std::terminate_handler handler) {
#ifdef __GLIBCXX__
  return handler == __gnu_cxx::__verbose_terminate_handler;
#else
  return false;
#endif
}

/// Keeps what std::terminate was called for, for the signal that follows.
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
  walk_stack(stack);  // so that the dynamic linker has found all that it calls
  terminate_before = std::set_terminate(terminated);
  struct sigaction action{};
  action.sa_sigaction = crashed;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : kSignals) sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    (void)::sigaction(kSignals[i], &action, &before[i]);
  }
}

CrashReport::~CrashReport() {
  if (!stands_) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction now{};
    (void)::sigaction(kSignals[i], nullptr, &now);
    if (now.sa_sigaction == crashed) (void)::sigaction(kSignals[i], &before[i], nullptr);
  }
  if (std::get_terminate() == terminated) std::set_terminate(terminate_before);
  stands = false;
}

}  // namespace mastic::threads
