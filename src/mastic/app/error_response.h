// Turns errors into responses, in one place, so that all errors look alike and show nothing
// internal.

#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/app/http_error.h"
#include "mastic/app/problem.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

/// Makes a short page of plain text: "404 Not Found" and perhaps a sentence. When there is no
/// memory for the page, returns a 503 without content.
[[nodiscard]] Response error_response(http::Status status, std::string_view detail = {}) noexcept;

/// Makes the application's own page for `problem` (Router::on_error). When the application has no
/// page for it, makes the built-in page in the form that the client prefers: plain text, HTML, or
/// JSON (RFC 9457, problem details).
[[nodiscard]] Response error_response(Request& request, const Problem& problem) noexcept;
[[nodiscard]] Response error_response(Request& request, http::Status status,
                                      std::string_view detail = {}) noexcept;

/// Answers a request whose method is not in `allowed`, a list as in the field Allow: 204 to
/// OPTIONS, 501 to a method that Mastic does not know (Method::Other), 405 to all others.
[[nodiscard]] Response respond_to_other_method(Request& request, std::string_view allowed);

/// The error for a request that gets no thread: 503, with a Retry-After.
[[nodiscard]] HttpError busy();
/// Answers with `busy`.
[[nodiscard]] Response busy_response(Request& request) noexcept;

/// Answers the exception being handled. The application answers the types that it has registered
/// (Router::on_exception). An HttpError gets its own status, and a lack of memory gets 503.
/// Cancelled, after which the client gets no answer any more, becomes a 503 without content. All
/// other exceptions get 500 with a reference id, under which the log has the exception. Requires:
/// an exception is being handled.
[[nodiscard]] Response respond_to_exception(Request& request) noexcept;

/// The last exception that was answered in a request, for layers that look for it: it is kept only
/// if a layer above the handler has put a ThrownException into the request (Request::ext).
struct ThrownException {
  std::exception_ptr exception;  ///< null as long as nothing was thrown
};

/// The id of an exchange as people read and type it: 13 characters of an alphabet in which no two
/// look alike.
[[nodiscard]] std::string reference_id(std::uint64_t id);
/// Reads a reference id back; nothing when `text` is not a reference id.
[[nodiscard]] std::optional<std::uint64_t> parse_reference_id(std::string_view text);

}  // namespace mastic::app
