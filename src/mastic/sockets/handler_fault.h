// What left a handler, for a hook or the log.

#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::sockets {

/// An exception that left a handler of connections or of datagrams.
struct HandlerFault {
  std::exception_ptr exception;  ///< std::rethrow_exception it to find out which it is
  std::string_view text;         ///< what it says, as the log would
  std::string_view peer;         ///< who it was with: "127.0.0.1:4000", "unix", a path
};

/// Told of the faults of handlers in place of the log: LoopServer::on_error.
using FaultHook = std::function<void(const HandlerFault&)>;

/// Tells `hook`, if there is one, of the exception that is being handled, and of the peer that
/// `name_peer` names. Returns what is left for the log to say: nothing when the hook took it; else what
/// it was, and what the hook itself threw.
[[nodiscard]] std::optional<std::string> tell_fault(
    const FaultHook& hook, const std::function<std::string()>& name_peer) noexcept;

}  // namespace mastic::sockets
