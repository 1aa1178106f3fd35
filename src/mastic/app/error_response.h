// Errors to responses: in one place, so that every error looks alike and shows nothing of the
// inside.

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

/// A short plain page: "404 Not Found" and perhaps a sentence. Never throws: without memory it is
/// a bare 503.
[[nodiscard]] Response error_response(http::Status status, std::string_view detail = {}) noexcept;

/// The application's own page for it (Router::on_error); without one, as the client likes it best:
/// plain text, HTML, or JSON (RFC 9457, problem details).
[[nodiscard]] Response error_response(Request& request, const Problem& problem) noexcept;
[[nodiscard]] Response error_response(Request& request, http::Status status,
                                      std::string_view detail = {}) noexcept;

/// The answer where the request's method is none of `allowed`, as Allow has them: 204 to OPTIONS, 405
/// to what others may have, and 501 to a method that Mastic does not know (Method::Other).
[[nodiscard]] Response respond_to_other_method(Request& request, std::string_view allowed);

/// For a request that no thread could be had for: 503, and when to come back.
[[nodiscard]] HttpError busy();
[[nodiscard]] Response busy_response(Request& request) noexcept;

/// What the current exception is answered with: by the application for types that it knows
/// (Router::on_exception); its own status for HttpError; 503 without memory; a bare 503 for
/// Cancelled, whose client has left; else a 500 with a reference id, by which the log has what was
/// thrown. Requires: called while an exception is handled.
[[nodiscard]] Response respond_to_exception(Request& request) noexcept;

/// The id of an exchange as people read and type it: 13 characters, none that look alike.
[[nodiscard]] std::string reference_id(std::uint64_t id);
/// Back again; nothing for what is none.
[[nodiscard]] std::optional<std::uint64_t> parse_reference_id(std::string_view text);

}  // namespace mastic::app
