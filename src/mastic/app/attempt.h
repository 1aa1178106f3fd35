// An application that is asked for an answer which may be discarded.

#pragma once

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

/// Remembers what a request carries before an application is called, and returns to that when the
/// answer is discarded. An answer that is kept needs nothing. It costs no memory.
class Attempt {
 public:
  /// Begins the attempt; `request` must outlive it.
  explicit Attempt(Request& request)
      : request_(&request),
        finishers_(request.exchange().finishers().last()),
        values_(extensions(request).last()),
        notes_(answer_notes(request)),
        route_(route_state(request).taken()) {}

  /// Ends the attempt without its answer. Calls the functions that were registered with
  /// Request::on_finish since the attempt began, with the status of the answer and `complete`
  /// false; then destroys the answer, whose content is not begun, and the values that were left in
  /// the request (Request::ext). Forgets the route and what was noted about the answer.
  void discard(Response answer) const noexcept;

 private:
  Request* request_;
  const Finisher* finishers_;
  Extensions::Mark values_;
  AnswerNotes notes_;
  RouteState::Taken route_;
};

}  // namespace mastic::app
