#include "mastic/app/error_response.h"

#include <new>
#include <optional>
#include <utility>

#include "mastic/app/debug_report.h"
#include "mastic/app/problem_page.h"
#include "mastic/app/secrets.h"
#include "mastic/async/run_blocking.h"
#include "mastic/base/bounded_text.h"
#include "mastic/http/typed_fields.h"

namespace mastic::app {
namespace {

using http::Status;

constexpr std::size_t kMaxTargetBytes = 1024;  // of a target in a log line

void log_failed_page(Request& request) noexcept {
  try {
    request.log().error("an error page failed: ", describe_exception());
  } catch (...) {  // out of memory: the answer matters more
  }
}

/// The page of the nearest router that has one.
std::optional<Response> find_page(Request& request, const Problem& problem) {
  RouteState& state = route_state(request);
  for (const RouterFrame* at = state.first_to_ask(); at != nullptr; at = at->outer) {
    const RouteState::Asking asking(state, *at);
    if (auto page = at->router->page(request, problem)) return page;
  }
  return std::nullopt;
}

/// Adds Accept to Vary: the form of the built-in page depends on it, and that of the application's
/// own page may.
Response dependent_on_accept(Response page) {
  http::add_to_vary(page.fields, http::FieldName::Accept);
  return page;
}

/// The answer of the nearest router that knows the type of the exception being handled. Unlike in
/// find_page, the router may be asked again, because its answer may be a Problem, for which it may
/// have a page.
std::optional<Response> find_answer(Request& request) {
  const RouterFrame* at = route_state(request).first_to_ask();
  for (; at != nullptr; at = at->outer) {
    if (auto answer = at->router->answer_exception(request)) return answer;
  }
  return std::nullopt;
}

/// Names the request in a log line: method and target, with secrets blanked out.
std::string name_for_log(const Request& request) {
  std::string name(request.method_text());
  return name.append(" ").append(blank_secrets(request.target()), 0, kMaxTargetBytes);
}

/// Logs why something could not be stored. The descriptors and the memory of the process can be used
/// up for a while, by all its requests together: then at most one line a second says so.
void log_not_stored(Request& request, const HttpError& error) {
  if (error.status() != Status::ServiceUnavailable) {
    request.log().error(name_for_log(request), ": ", error.what());
    return;
  }
  if (!request.exchange().may_warn()) return;
  request.log().warning(name_for_log(request), ": ", error.what());
}

Response respond_to_http_error(Request& request, const HttpError& error) {
  if (dynamic_cast<const ContentError*>(&error) != nullptr) {
    request.log().info(name_for_log(request), ": ", error.detail());
  }
  if (dynamic_cast<const StorageError*>(&error) != nullptr) log_not_stored(request, error);
  Problem problem{.status = error.status(), .detail = error.detail()};
  if (const auto* const input = dynamic_cast<const InvalidInput*>(&error)) {
    problem.errors = input->errors().list();
  }
  Response response = error_response(request, problem);
  for (const http::Field field : error.fields().view()) response.set(field.name, field.value);
  return response;
}

/// What debug mode shows of the error, if this client may see it.
std::string inside_of(Request& request) {
  if (request.is_debug()) return debug_report(request);
  if (!request.exchange().is_debug()) return {};
  return "Details are shown only to localhost, and to hosts that --allowed-host names.\n";
}

/// Logs the exception being handled, which says that a handler ran out of memory. When there is no
/// memory for the log line either, logs a shorter one that is composed on the stack.
void log_lack_of_memory(Request& request) noexcept {
  try {
    request.log().error(name_for_log(request), ": ", describe_exception());
  } catch (...) {
    base::BoundedText<256> words;
    words.add(request.method_text()).add(" ").add(request.path()).add(": out of memory");
    request.log().write_briefly(base::Level::Error, words.view());
  }
}

Response internal_error(Request& request) {
  request.log().error(name_for_log(request), ": ", describe_exception());
  return error_response(request, {.status = Status::InternalServerError,
                                  .detail = "The error is on our side.",
                                  .reference = reference_id(request.id()),
                                  .inside = inside_of(request)});
}

/// Answers the exception being handled without asking the application.
Response respond_by_ourselves(Request& request) {
  try {
    throw;
  } catch (const HttpError& error) {
    return respond_to_http_error(request, error);
  } catch (const async::ExecutorFull&) {
    return respond_to_http_error(request, busy());
  } catch (const std::bad_alloc&) {
    log_lack_of_memory(request);
    return error_response(request, Status::ServiceUnavailable);
  } catch (...) {
    return internal_error(request);
  }
}

/// Answers the exception as the application wants. When the application's function for it throws,
/// that exception is answered instead.
Response respond_with_help(Request& request) {
  try {
    if (auto answer = find_answer(request)) return *std::move(answer);
  } catch (...) {
    return respond_by_ourselves(request);
  }
  return respond_by_ourselves(request);
}

}  // namespace

Response error_response(Status status, std::string_view detail) noexcept {
  try {
    return plain_problem_page({.status = status, .detail = std::string(detail)});
  } catch (...) {
    return Response(Status::ServiceUnavailable);
  }
}

Response error_response(Request& request, const Problem& problem) noexcept {
  try {
    if (auto page = find_page(request, problem)) return dependent_on_accept(*std::move(page));
  } catch (...) {  // the built-in page replaces one that fails
    log_failed_page(request);
  }
  try {
    return dependent_on_accept(problem_page(request, problem));
  } catch (...) {
    return Response(Status::ServiceUnavailable);
  }
}

Response error_response(Request& request, Status status, std::string_view detail) noexcept {
  try {
    return error_response(request, Problem{.status = status, .detail = std::string(detail)});
  } catch (...) {
    return Response(Status::ServiceUnavailable);
  }
}

Response respond_to_other_method(Request& request, std::string_view allowed) {
  const bool asks = request.method() == http::Method::Options;
  const bool known = request.method() != http::Method::Other;
  Response response =
      asks ? Response(Status::NoContent)
           : error_response(request, known ? Status::MethodNotAllowed : Status::NotImplemented);
  response.set(http::FieldName::Allow, allowed);
  return response;
}

HttpError busy() {
  return HttpError(Status::ServiceUnavailable, "The server is busy at the moment.")
      .set("Retry-After", "1");
}

Response busy_response(Request& request) noexcept {
  try {
    return respond_to_http_error(request, busy());
  } catch (...) {
    return Response(Status::ServiceUnavailable);
  }
}

Response respond_to_exception(Request& request) noexcept {
  answer_notes(request).set_style(nullptr);  // a page that was noted before is not sent now
  if (auto* const thrown = request.find_ext<ThrownException>()) {
    thrown->exception = std::current_exception();
  }
  try {
    throw;
  } catch (const async::Cancelled&) {
    return Response(Status::ServiceUnavailable);
  } catch (...) {
    try {
      return respond_with_help(request);
    } catch (...) {
      return error_response(Status::InternalServerError);
    }
  }
}

namespace {
constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";  // no i l o u
}

std::string reference_id(std::uint64_t id) {
  std::string text;
  for (int i = 0; i < 13; ++i, id >>= 5) text += kLetters[id & 31];
  return text;
}

std::optional<std::uint64_t> parse_reference_id(std::string_view text) {
  std::uint64_t id = 0;
  for (std::size_t i = text.size(); i-- > 0;) id = id << 5 | (kLetters.find(text[i]) & 31);
  return reference_id(id) == text ? std::optional(id) : std::nullopt;
}

}  // namespace mastic::app
