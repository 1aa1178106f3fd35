#include "mastic/sockets/handler_fault.h"

#include <utility>

namespace mastic::sockets {
namespace {

/// What the exception that is being handled says.
std::string describe() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "it threw something that is no std::exception";
  }
}

}  // namespace

std::optional<std::string> tell_fault(const FaultHook& hook,
                                      const std::function<std::string()>& name_peer) noexcept try {
  std::string text = describe();
  if (!hook) return text;
  const std::string peer = name_peer();
  try {
    hook({.exception = std::current_exception(), .text = text, .peer = peer});
    return std::nullopt;
  } catch (...) {
    return text + "; and the hook for errors failed: " + describe();
  }
} catch (...) {
  return "no memory";  // short enough to need none
}

}  // namespace mastic::sockets
