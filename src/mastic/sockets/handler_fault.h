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
  std::string_view text;         ///< its message, as the log would have it
  std::string_view peer;         ///< the peer: "127.0.0.1:4000", "unix", or a path
};

/// A function that is told of exceptions of handlers, instead of the log. See LoopServer::on_error.
using FaultHook = std::function<void(const HandlerFault&)>;

/// Tells `hook`, unless it is empty, of the exception that is being handled and of the peer, whose
/// text `name_peer` returns. Returns the message for the log: std::nullopt if the hook took the
/// exception; otherwise the text of the exception and, if the hook threw, of that exception too. To
/// be called in a catch block.
[[nodiscard]] std::optional<std::string> tell_fault(
    const FaultHook& hook, const std::function<std::string()>& name_peer) noexcept;

}  // namespace mastic::sockets
