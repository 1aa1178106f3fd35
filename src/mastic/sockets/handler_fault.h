// Exceptions that leave handlers, reported to a hook or to the log.

#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::sockets {

/// An exception that left a handler of connections or of datagrams.
struct HandlerFault {
  std::exception_ptr exception;  ///< rethrow it to find out its type
  std::string_view text;         ///< its message, as the log would show it
  std::string_view peer;         ///< the peer: "127.0.0.1:4000", "unix", or a path
};

/// A function that is called for exceptions of handlers, which are then not logged. See
/// LoopServer::on_error.
using FaultHook = std::function<void(const HandlerFault&)>;

/// Calls `hook`, unless it is empty, with the exception that is being handled and with the text for
/// the peer, which `name_peer` returns. Returns the message for the log: std::nullopt if the hook
/// was called and returned; the text of the exception if there is no hook; the texts of both
/// exceptions if the hook threw one too. To be called in a catch block.
[[nodiscard]] std::optional<std::string> tell_fault(
    const FaultHook& hook, const std::function<std::string()>& name_peer) noexcept;

}  // namespace mastic::sockets
