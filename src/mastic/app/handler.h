// What a handler may look like, and how it is called.
//
//     []                                                         a plain function
//     [](Request& request)                                       that looks at the request
//     [](Request& request) -> Task<...>                          one that may wait
//
// returning text, http::Status, Body, Response, what is written as JSON (aggregates, vectors, maps), a std::optional or
// Result of any of these, or a Task of any of these.

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

/// A response is an answer as it is.
inline Response to_response(Request&, Response response) { return response; }
/// Text is answered as text/plain in UTF-8.
Response to_response(Request&, std::string text);
/// Answers with a copy of `text`, which is a literal as a rule. (Of a std::string that the handler owned, `c_str()` is
/// gone by now: that reads freed memory, and only a sanitizer says so.)
Response to_response(Request& request, const char* text);
/// Answers with the text where it stands; it is not copied.
Response to_response(Request&, Borrowed text);
Response to_response(Request&, Body body);
/// An error gets its usual page, any other status an answer without content.
Response to_response(Request&, http::Status status);
/// An error with words of its own: its usual page.
Response to_response(Request& request, const Problem& problem);
/// An error is answered with 500 and its message goes to the log.
[[noreturn]] void throw_error(const base::Error& error);

/// What is answered as JSON when a handler returns it: aggregates, vectors and maps. (A type of another room
/// brings a `to_response` of its own beside it: routing::Json.)
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
template <Answer T>
Response to_response(Request& request, base::Result<T> result) {
  if (!result) throw_error(result.error());
  return to_response(request, *std::move(result));
}
/// An empty optional is answered as if there were no such route: with the page of 404.
template <Answer T>
Response to_response(Request& request, std::optional<T> value) {
  if (!value) return to_response(request, http::Status::NotFound);
  return to_response(request, *std::move(value));
}

// ---- calling ----

/// Whether a handler's result is a task, and what that makes.
template <class T>
struct TaskTraits : std::false_type {
  /// What the task gives, or T itself.
  using Value = T;
};
template <class T>
struct TaskTraits<Task<T>> : std::true_type {
  using Value = T;
};

/// Waits for `task`, a handler's, and makes a response of its value.
template <class T>
Task<Response> respond_with(Request& request, Task<T> task) {
  co_return to_response(request, co_await std::move(task));
}
/// Waits for the body, then has `respond` begin a handler that is a task.
[[nodiscard]] Task<Response> respond_when_gathered(Request& request, const void* handler,
                                                   Task<Response> (*respond)(const void*,
                                                                             Request&));

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

/// Starts `task`, a coroutine, and turns what it throws later into an answer. Throws what it throws
/// now.
void settle(Request& request, Task<Response>& task);
/// The task that `make` makes, settled.
template <class Make>
Task<Response> make_settled(Request& request, const Make& make) {
  Task<Response> task = make();
  if (!task.holds_value()) settle(request, task);
  return task;
}

/// While a handler runs where it was called; of a task, until that first waits. What runs on a
/// thread that may block says nothing of how it fares on a loop.
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

/// What a Call is, for a plain handler.
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

/// Whether a plain handler can be entered here and now: its body is at hand, and this thread may
/// block, or it is not known to and threads stand by in case that it does. When these are few, it
/// has to be trusted.
[[nodiscard]] bool may_enter(Request& request, const BlockingHistory& history);
/// Waits for the body, then has `respond` call the plain handler, on a thread that may block when
/// it does. (Not a template: GCC 12 warns of coroutine frames that depend on a lambda's type.)
[[nodiscard]] Task<Response> respond_later(Request& request, BlockingHistory& history,
                                           const void* handler,
                                           Response (*respond)(const void*, Request&));
}  // namespace detail

/// Called without or with a request, through a const reference.
template <class F>
concept CalledWithRequest = std::invocable<const F&, Request&> || std::invocable<const F&>;

/// A function that can be called so, and returns one of the results above.
template <class F>
concept Handler = CalledWithRequest<F> &&
                  Answer<typename TaskTraits<std::remove_cvref_t<detail::HandlerResult<F>>>::Value>;

/// Calls a handler as its App does; `history` is its own. A plain handler whose body is at hand costs a
/// call and nothing else; one whose body is still coming waits for it without holding a thread.
/// Nothing is thrown.
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
    } else if (detail::may_enter(request, history)) {
      const detail::InlineCall stay(request, history);
      return Task<Response>(std::in_place, [&] {
        return to_response(request, detail::invoke_handler(handler, request));
      });
    } else {
      const auto respond = [](const void* kept, Request& whole) {
        const F& plain = *static_cast<const F*>(kept);
        return to_response(whole, detail::invoke_handler(plain, whole));
      };
      const void* const kept = static_cast<const void*>(&handler);
      return detail::make_settled(
          request, [&] { return detail::respond_later(request, history, kept, respond); });
    }
  } catch (...) {
    return respond_to_exception(request);
  }
}

}  // namespace mastic::app
