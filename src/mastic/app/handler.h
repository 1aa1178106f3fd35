// What a handler may look like, and how it is called.
//
//     []                                                         a plain function
//     [](Request& request)                                       one that looks at the request
//     [](Request& request) -> Task<...>                          one that may wait
//
// A handler returns text, an http::Status, a Body, a Response, a value that is written as JSON
// (aggregates, vectors, maps), a std::optional or Result of any of these, or a Task of any of
// these.

#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mastic/app/blocking.h"
#include "mastic/app/borrowed.h"
#include "mastic/app/error_response.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/base/result.h"
#include "mastic/json/json.h"

namespace mastic::app {

// ---- what may be returned, as a response ----

/// Returns the response itself.
inline Response to_response(Request&, Response response) { return response; }
/// Answers with `text` as text/plain in UTF-8.
Response to_response(Request&, std::string text);
/// Answers with a copy of `text`, which is usually a literal. (The `c_str()` of a std::string that
/// the handler owned has been freed by now; reading it is a bug that only a sanitizer reports.)
Response to_response(Request& request, const char* text);
/// Answers with the text without copying it.
Response to_response(Request&, Borrowed text);
/// Answers with `body` as application/octet-stream.
Response to_response(Request&, Body body);
/// Answers an error status with its page, any other status without content.
Response to_response(Request&, http::Status status);
/// Answers with the page for `problem`.
Response to_response(Request& request, const Problem& problem);
/// Refuses a std::filesystem::path, which would convert to text: send_file sends the file.
template <class Path>
  requires detail::kIsPath<Path>
Response to_response(Request&, const Path& path) = delete;
/// Throws `error`, which is answered with 500 and goes to the log.
[[noreturn]] void throw_error(const base::Error& error);

/// Answers with `value` as JSON: an aggregate, a vector or a map. (A type of another room, such as
/// routing::Json, has its own `to_response` in that room.)
template <class T>
  requires((json::Aggregate<T> || json::JsonList<T> || json::JsonMap<T>) && json::JsonWritable<T>)
Response to_response(Request&, const T& value) {
  return Response::json(value);
}
/// A type that a handler may return, at once or as a Task of it.
template <class T>
concept Answer = requires(Request& request, T value) {
  { to_response(request, std::move(value)) } -> std::same_as<Response>;
};
/// Answers with the value of `result`, or its error with 500 (throw_error).
template <Answer T>
Response to_response(Request& request, base::Result<T> result) {
  if (!result) throw_error(result.error());
  return to_response(request, *std::move(result));
}
/// Answers with the value. An empty optional is answered with the page of 404, as if there were no
/// such route.
template <Answer T>
Response to_response(Request& request, std::optional<T> value) {
  if (!value) return to_response(request, http::Status::NotFound);
  return to_response(request, *std::move(value));
}

// ---- calling ----

/// Whether a handler's result is a task, and the type of its value.
template <class T>
struct TaskTraits : std::false_type {
  /// The type of the task's value, or T itself.
  using Value = T;
};
template <class T>
struct TaskTraits<Task<T>> : std::true_type {
  using Value = T;
};

/// Waits for `task`, which a handler has returned, and makes a response of its value.
template <class T>
Task<Response> respond_with(Request& request, Task<T> task) {
  co_return to_response(request, co_await std::move(task));
}
/// A handler that has its content read in a way of its own, before it is called: a form with files,
/// which would not fit into memory.
template <class F>
concept GathersContent = requires(Request& request) {
  { F::has_content(request) } -> std::same_as<bool>;
  { F::gather_content(request) } -> std::same_as<Task<>>;
};
/// Whether the content of `request` is here, so that the handler F can be called.
template <class F>
[[nodiscard]] bool has_content(const Request& request) {
  if constexpr (GathersContent<F>) return F::has_content(request);
  return request.body().is_in_memory();
}
/// Waits for the content of a request.
using GatherContent = Task<> (*)(Request&);
/// How the content is read before the handler F is called: into memory, or as F does it.
template <class F>
inline constexpr GatherContent kGatherContent = [](Request& request) { return request.gather(); };
template <GathersContent F>
inline constexpr GatherContent kGatherContent<F> = &F::gather_content;

/// Waits until the content has arrived, then calls `respond`, which begins a handler that is a task.
[[nodiscard]] Task<Response> respond_when_gathered(Request& request, const void* handler,
                                                   Task<Response> (*respond)(const void*, Request&),
                                                   GatherContent gather);

namespace detail {

template <class F>
decltype(auto) invoke_handler(const F& handler, Request& request) {
  if constexpr (std::invocable<const F&, Request&>) {
    return handler(request);
  } else {
    return handler();
  }
}

template <class F>
using HandlerResult = decltype(invoke_handler(std::declval<const F&>(), std::declval<Request&>()));

/// Starts `task`, a coroutine. An exception that the task throws at once leaves this function; an
/// exception that the task throws later becomes an answer.
void settle(Request& request, Task<Response>& task);
/// Calls `make`, and settles the task that it returns.
template <class Make>
Task<Response> make_settled(Request& request, const Make& make) {
  Task<Response> task = make();
  if (!task.holds_value()) settle(request, task);
  return task;
}

/// Exists while a handler runs on the thread that called it; if the handler is a task, until the
/// task first waits. The destructor tells the history that the handler has returned, unless the
/// thread may block: a call on such a thread does not show how the handler behaves on a loop.
class Call {
 public:
  Call(ExchangeContext& exchange, BlockingHistory& history)
      : exchange_(exchange), history_(history) {}
  ~Call() {
    if (!exchange_.may_block()) history_.returned();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  ExchangeContext& exchange_;
  BlockingHistory& history_;
};

/// A Call of a plain handler; it also tells the exchange which handler is running.
class InlineCall {
 public:
  InlineCall(Request& request, BlockingHistory& history)
      : exchange_(request.exchange()), call_(exchange_, history) {
    exchange_.enter(&history);
  }
  ~InlineCall() { exchange_.enter(nullptr); }
  InlineCall(const InlineCall&) = delete;
  InlineCall& operator=(const InlineCall&) = delete;

 private:
  ExchangeContext& exchange_;
  const Call call_;
};

/// Whether a plain handler may run on this thread now. A handler that is known to block needs a thread that may block.
/// Any other handler may also run on a loop while threads are in reserve to take the loop over;
/// while few threads are in reserve, only a trusted handler may (ADR 0017).
[[nodiscard]] bool may_enter(Request& request, const BlockingHistory& history);
/// A plain handler whose type is forgotten.
struct PlainCall {
  const void* handler;
  Response (*respond)(const void* handler, Request& request);
  GatherContent gather;
};
/// Waits until the content has arrived, then calls the plain handler, if necessary on a thread that
/// may block. (Not a template: GCC 12 warns of coroutine frames that depend on the type of a
/// lambda.)
[[nodiscard]] Task<Response> respond_later(Request& request, BlockingHistory& history,
                                           PlainCall call);
}  // namespace detail

/// Can be called with a request or without arguments, through a const reference.
template <class F>
concept CalledWithRequest = std::invocable<const F&, Request&> || std::invocable<const F&>;

/// A function that can be called with a request or without arguments (CalledWithRequest) and
/// returns an Answer or a Task of one.
template <class F>
concept Handler = CalledWithRequest<F> &&
                  Answer<typename TaskTraits<std::remove_cvref_t<detail::HandlerResult<F>>>::Value>;

/// Calls a handler as its App does; `history` is the handler's. If the body has arrived, a plain
/// handler costs a call and nothing else. If not, the returned task waits for the body without
/// holding a thread. Exceptions of the handler become answers.
template <class F>
Task<Response> call_handler(const F& handler, BlockingHistory& history, Request& request) noexcept {
  using Result = std::remove_cvref_t<detail::HandlerResult<F>>;
  try {
    if constexpr (std::same_as<Result, Task<Response>>) {
      const detail::Call call(request.exchange(), history);
      return detail::make_settled(request,
                                  [&] { return detail::invoke_handler(handler, request); });
    } else if constexpr (TaskTraits<Result>::value) {
      const detail::Call call(request.exchange(), history);
      return detail::make_settled(
          request, [&] { return respond_with(request, detail::invoke_handler(handler, request)); });
    } else if (has_content<F>(request) && detail::may_enter(request, history)) {
      const detail::InlineCall stay(request, history);
      return Task<Response>(std::in_place, [&] {
        return to_response(request, detail::invoke_handler(handler, request));
      });
    } else {
      const auto respond = [](const void* kept, Request& whole) {
        const F& plain = *static_cast<const F*>(kept);
        return to_response(whole, detail::invoke_handler(plain, whole));
      };
      const detail::PlainCall later{static_cast<const void*>(&handler), respond, kGatherContent<F>};
      return detail::make_settled(request,
                                  [&] { return detail::respond_later(request, history, later); });
    }
  } catch (...) {
    return respond_to_exception(request);
  }
}

}  // namespace mastic::app
