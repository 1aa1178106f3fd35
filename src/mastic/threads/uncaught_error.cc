#include "mastic/threads/uncaught_error.h"

#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "mastic/base/log_format.h"

namespace mastic::threads {
namespace {

/// The hooks of the process. They are global, like the handler of std::set_terminate: a destructor
/// or thread that fails has no caller that could pass a hook to it.
struct Hooks {
  /// Held shared during a call, so that destroying a hook waits for its calls.
  std::shared_mutex mutex;
  UncaughtHook* latest = nullptr;
};
Hooks& hooks() {
  static Hooks the_hooks;
  return the_hooks;
}

/// Whether this thread is in a hook. An error that occurs there must not enter the hook again, and
/// the lock is held already.
thread_local bool is_reporting = false;

void print(const UncaughtError& error) noexcept {
  try {
    const std::string message = error.message();
    std::string text;
    base::append_log_text(
        text, {.level = base::Level::Error, .logger = "app", .message = message, .fields = {}});
    std::fprintf(stderr, "%s\n", text.c_str());
  } catch (...) {
    std::fputs("error: an exception was not caught, and there is no memory to say which\n", stderr);
  }
}

std::string name_of_current_exception() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "an exception of a foreign language";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
  return "an exception of type " + std::string(status == 0 ? name.get() : type->name());
}

}  // namespace

std::string describe(const std::exception_ptr& error) {
  if (error == nullptr) return "nothing";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return name_of_current_exception();
  }
}

std::string UncaughtError::message() const {
  const std::string name = who.empty() ? std::string() : " '" + std::string(who) + "'";
  switch (place) {
    case Place::Task:
      return "task" + name + " failed, and its result was never collected: " + describe(error);
    case Place::Thread:
      return "thread" + name + " ended by an exception: " + describe(error);
    case Place::Destructor:
      return "a destructor of what" + name + " had captured threw: " + describe(error);
    case Place::Hook:
      return "a function that" + name + " calls threw: " + describe(error);
    case Place::Pool:
      return "pool" + name + ": " + describe(error);
  }
  return describe(error);
}

void report_uncaught(const UncaughtError& error) noexcept {
  if (is_reporting) {  // from within a hook, which must not be called again
    print(error);
    return;
  }
  is_reporting = true;
  try {
    const std::shared_lock lock(hooks().mutex);
    const UncaughtHook* const hook = hooks().latest;
    hook == nullptr ? print(error) : hook->function_(error);
  } catch (...) {
    // The hook has failed, so neither error has been reported yet.
    print(error);
    print({UncaughtError::Place::Hook, "UncaughtHook", std::current_exception()});
  }
  is_reporting = false;
}

UncaughtHook::UncaughtHook(Function function) : function_(std::move(function)) {
  const std::unique_lock lock(hooks().mutex);
  before_ = std::exchange(hooks().latest, this);
}

UncaughtHook::UncaughtHook(base::Log& log)
    : UncaughtHook([&log](const UncaughtError& error) {
        const std::string message = error.message();
        log.write({.level = base::Level::Error, .logger = "app", .message = message, .fields = {}});
      }) {}

UncaughtHook::~UncaughtHook() {
  const std::unique_lock lock(hooks().mutex);
  // Hooks may be destroyed in any order, so this one may be in the middle of the list.
  UncaughtHook** place = &hooks().latest;
  while (*place != this) place = &(*place)->before_;
  *place = before_;
}

}  // namespace mastic::threads
