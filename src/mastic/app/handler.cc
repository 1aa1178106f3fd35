#include "mastic/app/handler.h"

#include <stdexcept>

namespace mastic::app {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

/// Awaits a task that was started and did not end at once.
Task<Response> guard(Request& request, Task<Response> started) {
  try {
    co_return co_await std::move(started);
  } catch (...) {
    co_return respond_to_exception(request);
  }
}

}  // namespace

Response to_response(Request&, std::string text) {
  return Response::of_type(kPlainText, Body(std::move(text)));
}

Response to_response(Request& request, std::string_view text) {
  return Response::of_type(kPlainText, Body::borrowed(request.memory().copy(text)));
}

Response to_response(Request&, Body body) {
  return Response::of_type("application/octet-stream", std::move(body));
}

Response to_response(Request& request, http::Status status) {
  return is_error(status) ? error_response(request, status) : Response(status);
}

Response to_response(Request& request, const Problem& problem) {
  return error_response(request, problem);
}

void throw_error(const base::Error& error) { throw std::runtime_error(error.message); }

namespace detail {

Task<Response> respond_when_gathered(Request& request, const void* handler,
                                     Response (*respond)(const void*, Request&)) {
  co_await request.gather();
  co_return respond(handler, request);
}

Task<Response> respond_when_gathered(Request& request, const void* handler,
                                     Task<Response> (*respond)(const void*, Request&)) {
  co_await request.gather();
  co_return co_await respond(handler, request);
}

Task<Response> settle(Request& request, Task<Response> task) {
  task.start(request.carrier().context());
  if (task.is_done()) return task.take();
  return guard(request, std::move(task));
}

}  // namespace detail

}  // namespace mastic::app
