// A transaction for each request, which is committed only if the answer is a success.
//
//     site.use(Transaction([&](Request&) { return database.begin(); }));
//     site.post("/orders", [](Request& request) {
//       request.ext<Database::Work>().insert(order_of(request));
//       return Status::Created;
//     });

#pragma once

#include <concepts>
#include <utility>

#include "mastic/app/debug_report.h"
#include "mastic/app/middleware.h"

namespace mastic::app {

/// A transaction: a value that undoes its work when it is destroyed or replaced, unless `commit` has
/// succeeded. `commit` returns nothing or a Task<>, and throws when it fails. A value that is made
/// by T() has no work.
template <class T>
concept TransactionValue = std::default_initializable<T> && std::movable<T> && requires(T& value) {
  requires std::same_as<decltype(value.commit()), void> ||
               std::same_as<decltype(value.commit()), Task<>>;
};

/// A middleware that begins a transaction before the handler, and ends it before the client hears of
/// the answer.
///
/// `Begin` is called with the request and returns the transaction, a T or a Task<T>. Handlers below
/// find it as `request.ext<T>()`. It is committed if the status of the answer is below 400; the head
/// of the answer waits for that. If the commit throws, the client gets the answer to that exception:
/// 500, or what an HttpError says. The transaction is destroyed without a commit
///
/// - when the answer is an error, and so also after an exception;
/// - when the client is gone, or the request was cancelled for another reason.
///
/// Destroying it must not take long: the thread of the request waits for it. If that throws, the log
/// says so. Content that is
/// produced while it is sent (Body::produced_by) comes after the end of the transaction.
///
/// A request that the application makes of itself (InternalRequest) has a transaction of its own if
/// it passes this middleware; otherwise it takes part in that of the outer request. Requires: a
/// request passes one Transaction for each T.
template <class Begin>
class Transaction {
  using Begun = std::invoke_result_t<const Begin&, Request&>;

 public:
  /// The type of the transaction.
  using Value = TaskTraits<Begun>::Value;
  static_assert(TransactionValue<Value>,
                "a transaction can be made by T() and moved, and has a member `void commit()` or "
                "`Task<> commit()`");

  /// Takes the function that begins a transaction.
  explicit Transaction(Begin begin) : begin_(std::move(begin)) {}

  Task<Response> operator()(Request& request, Next next) const {
    Value& value = extensions(request).own<Value>(request.memory());
    const End end(request, value);
    if constexpr (TaskTraits<Begun>::value) {
      Begun beginning = begin_(request);
      value = co_await std::move(beginning);
    } else {
      value = begin_(request);
    }
    Task<Response> below = next(request);
    Response response = co_await std::move(below);
    const bool is_gone = request.exchange().context().stop_requested();
    if (is_gone || is_error(response.status)) co_return response;
    if constexpr (std::same_as<decltype(value.commit()), void>) {
      value.commit();
    } else {
      Task<> committing = value.commit();
      co_await std::move(committing);
    }
    co_return response;
  }

 private:
  /// Ends the transaction when the middleware returns, throws or is dropped: before the answer is
  /// sent, and not only when the values of the request are destroyed.
  class End {
   public:
    End(Request& request, Value& value) : request_(request), value_(value) {}
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    ~End() {
      try {
        value_ = Value();
      } catch (...) {  // the answer is decided already, and other requests have no part in this
        request_.log().error("a transaction could not be undone: ", describe_exception());
      }
    }

   private:
    Request& request_;
    Value& value_;
  };

  Begin begin_;
};

}  // namespace mastic::app
