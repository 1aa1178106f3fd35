#include "mastic/sockets/handler_fault.h"

#include <utility>

namespace mastic::sockets {
namespace {

/// Returns the message of the exception that is being handled.
std::string describe() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "it threw an exception that is not a std::exception";
  }
}

}  // namespace

std::optional<std::string> tell_fault(const FaultHook& hook,
                                      const std::function<std::string()>& name_peer) noexcept try {
  // The function try block is for std::bad_alloc, from the copy of a text or from `name_peer`.
  std::string text = describe();
  if (!hook) return text;
  const std::string peer = name_peer();
  try {
    hook({.exception = std::current_exception(), .text = text, .peer = peer});
    return std::nullopt;
  } catch (...) {
    return text + "; and the on_error hook failed: " + describe();
  }
} catch (...) {
  return "out of memory";  // short enough to need no allocation
}

}  // namespace mastic::sockets
