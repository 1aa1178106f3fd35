// Where a plain handler runs (a task decides for itself what it awaits):
//
//     call_handler ──body is here, may_enter──► on this thread (InlineCall)
//          └──otherwise──► respond_later, a coroutine that waits for the body
//                             ├──may_enter──► on this thread
//                             └──otherwise──► run_blocking: on a thread that may block,
//                                             or 503 when none is free within queue_timeout

#include "mastic/app/handler.h"

#include <chrono>
#include <stdexcept>

#include "mastic/async/run_blocking.h"

namespace mastic::app {
namespace {

/// Awaits a task that was started and did not end at once. Its exception becomes an answer.
Task<Response> guard(Request& request, Task<Response> started) {
  try {
    co_return co_await std::move(started);
  } catch (...) {
    co_return respond_to_exception(request);
  }
}

/// Calls a plain handler on a thread that may block, and tells its history how long it took.
Response respond_elsewhere(Request& request, BlockingHistory& history,
                           const detail::PlainCall& call) {
  class Run {
   public:
    Run(ExchangeContext& exchange, BlockingHistory& history)
        : exchange_(exchange), history_(history) {
      exchange_.runs_elsewhere(true);
    }
    ~Run() {
      exchange_.runs_elsewhere(false);
      history_.took(std::chrono::steady_clock::now() - begun_);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

   private:
    ExchangeContext& exchange_;
    BlockingHistory& history_;
    const base::Instant begun_ = std::chrono::steady_clock::now();
  };
  const Run run(request.exchange(), history);
  return call.respond(call.handler, request);
}

}  // namespace

Response to_response(Request&, std::string text) { return Response::text(std::move(text)); }

// Copies the text into the memory of the exchange, because nothing says how long the text stays.
Response to_response(Request& request, const char* text) {
  return Response::borrowed_text(request.memory().copy(text));
}

Response to_response(Request&, Borrowed text) { return Response::borrowed_text(text.text); }

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

Task<Response> respond_when_gathered(Request& request, const void* handler,
                                     Task<Response> (*respond)(const void*, Request&),
                                     GatherContent gather) {
  co_await gather(request);
  co_return co_await respond(handler, request);
}

namespace detail {

bool may_enter(Request& request, const BlockingHistory& history) {
  ExchangeContext& exchange = request.exchange();
  if (history.goes_elsewhere()) return exchange.may_block();
  const async::BlockingExecutor& blocking_executor =
      exchange.context().executor().blocking_executor();
  if (blocking_executor.has_reserve()) [[likely]]
    return true;
  return exchange.may_block() || (blocking_executor.is_short() && history.is_trusted());
}

Task<Response> respond_later(Request& request, BlockingHistory& history, PlainCall call) {
  co_await call.gather(request);
  if (may_enter(request, history)) {
    const InlineCall stay(request, history);
    co_return call.respond(call.handler, request);
  }
  auto respond = [&] { return respond_elsewhere(request, history, call); };
  co_return co_await async::run_blocking(respond, request.exchange().queue_timeout());
}

void settle(Request& request, Task<Response>& task) {
  task.start(request.exchange().context());
  // A task that is done needs no coroutine around it: an answer at once costs only its own frame.
  task = task.is_done() ? Task<Response>(task.take()) : guard(request, std::move(task));
}

}  // namespace detail

}  // namespace mastic::app
