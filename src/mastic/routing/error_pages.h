// An application's own answers to errors, by status and by type of exception.

#pragma once

#include <concepts>
#include <functional>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/app/handler.h"
#include "mastic/app/problem.h"

namespace mastic::routing {

using app::Answer;
using app::HttpError;
using app::Problem;
using app::Request;
using app::Response;

namespace detail {

/// Makes a response of what an error page or exception handler returned. An empty std::optional
/// makes no response, so that the routers around this one are asked next.
template <class T>
std::optional<Response> response_if_any(Request& request, T result) {
  return to_response(request, std::move(result));
}
template <class T>
std::optional<Response> response_if_any(Request& request, std::optional<T> result) {
  if (!result) return std::nullopt;
  return to_response(request, *std::move(result));
}

}  // namespace detail

/// A router's own answers to errors: pages by status, and answers to types of exceptions.
class ErrorPages {
 public:
  /// A function that makes the page for a problem. If it returns nothing, the router around this
  /// one is asked, and in the end the built-in page is taken.
  using Page = std::move_only_function<std::optional<Response>(Request&, const Problem&) const>;

  /// Whether the router has neither a page nor an answer of its own.
  [[nodiscard]] bool empty() const { return pages_.empty() && !any_ && catchers_.empty(); }

  /// Sets the page for one status, in place of an earlier one.
  void set(http::Status status, Page page) { pages_[status] = std::move(page); }
  /// Sets the page for statuses without a page of their own.
  void set(Page page) { any_ = std::move(page); }
  /// Adds `handler` for exceptions of type E. The handler is called with (Request&, const E&) or
  /// (const E&), and returns an answer, or an empty std::optional to let the next handler that fits
  /// be tried.
  template <class E, class F>
  void set_for(F handler);

  /// Makes the page for `problem`, or returns nothing. The response has the status of `problem`,
  /// unless the page has set an error status itself.
  [[nodiscard]] std::optional<Response> page(Request& request, const Problem& problem) const;
  /// Answers the exception being handled, by the first handler whose type fits and which returns an
  /// answer. Returns nothing if there is no such handler.
  [[nodiscard]] std::optional<Response> answer_exception(Request& request) const;

 private:
  using Catcher = std::move_only_function<std::optional<Response>(Request&) const>;

  /// Makes a function that catches an E and calls `answer` with `handler`, the request and the
  /// exception.
  template <class E, class F, class Answering>
  static Catcher make_catcher(F handler, Answering answer);

  std::map<http::Status, Page> pages_;
  Page any_;
  std::vector<Catcher> catchers_;
};

template <class E, class F>
void ErrorPages::set_for(F handler) {
  constexpr bool kTakesRequest = std::invocable<const F&, Request&, const E&>;
  constexpr bool kIsCalled = kTakesRequest || std::invocable<const F&, const E&>;
  static_assert(kIsCalled,
                "the answer to an exception is made by a function of (Request&, const E&) or of "
                "(const E&), which is not `mutable`");
  if constexpr (kIsCalled) {
    const auto answer = [](const F& function, Request& request, const E& error) -> decltype(auto) {
      if constexpr (kTakesRequest) {
        return function(request, error);
      } else {
        return function(error);
      }
    };
    using Result = std::invoke_result_t<decltype(answer), const F&, Request&, const E&>;
    constexpr bool kStays = app::detail::shows_what_stays<std::remove_cvref_t<Result>>();
    constexpr bool kAnswers = Answer<std::remove_cvref_t<Result>>;
    static_assert(kAnswers || !kStays,
                  "an exception is answered with text, a Status, a Body, a Response or what "
                  "becomes JSON, at once (no Task): return one");
    if constexpr (kAnswers) catchers_.push_back(make_catcher<E>(std::move(handler), answer));
  }
}

template <class E, class F, class Answering>
ErrorPages::Catcher ErrorPages::make_catcher(F handler, Answering answer) {
  return [handler = std::move(handler), answer](Request& request) -> std::optional<Response> {
    try {
      throw;
    } catch (const E& error) {
      // A handler for a base class of HttpError, such as std::exception, must not catch it: an
      // HttpError has chosen its status.
      if constexpr (std::derived_from<HttpError, E> && !std::same_as<HttpError, E>) {
        if (dynamic_cast<const HttpError*>(&error) != nullptr) return std::nullopt;
      }
      return detail::response_if_any(request, answer(handler, request, error));
    } catch (...) {
      return std::nullopt;
    }
  };
}

}  // namespace mastic::routing
