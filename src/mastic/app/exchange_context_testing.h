// An exchange for tests: a request made by hand, and its answer.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mastic/app/answer_completion.h"
#include "mastic/app/app.h"
#include "mastic/async/context_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/base/text.h"

namespace mastic::app {

/// Calls an application with one request at a time. A test sets the public members before `start`
/// or `call`.
class TestExchange final : public async::Context, public ExchangeContext {
 public:
  explicit TestExchange(async::ManualExecutor& executor)
      : Context(executor), ExchangeContext(*this, arena_, 42), executor_(executor) {}
  ~TestExchange() override = default;

  Response call(const App& app, http::Method method, std::string_view path, Body body = {}) {
    start(app, method, path, std::move(body));
    executor_.advance(std::chrono::hours(1));
    return take();
  }
  void start(const App& app, http::Method method, std::string_view path, Body body = {}) {
    head_ = {};
    head_.method = method;
    head_.method_text = arena_.copy(method_name.empty() ? to_string(method) : method_name);
    head_.target_text = head_.target.query = arena_.copy(path);
    head_.target.has_query = path.find('?') != path.npos;
    head_.target.path = base::take_until(head_.target.query, '?');
    head_.fields = fields.view();
    head_.authority = authority;
    const RequestFacts facts{.head = head_, .path = head_.target.path, .peer = peer};
    request_.emplace(facts, *this);
    request_->body() = std::move(body);
    app_ = &app;
    schedule();
  }
  [[nodiscard]] bool is_done() const { return task_ && task_->is_done(); }
  Response take() {
    Response response = task_->take();
    task_.reset();
    complete_answer(*request_, response);
    finishers().finish({.status = response.status, .complete = true});
    return response;
  }
  Request& request() { return *request_; }

  void run() noexcept override {
    if (app_ != nullptr) task_.emplace((*std::exchange(app_, nullptr))(*request_));
    task_->start(*this);
    resume_ready();
  }
  void finish() noexcept override { finish_run(); }

  base::Log& log() override { return other_log != nullptr ? *other_log : recorded; }
  std::stop_token stop_token() override { return stop_.get_token(); }
  std::optional<StopReason> stop_reason() const override { return std::nullopt; }
  DrainSignal& drain_signal() override { return drain_; }
  Task<> inform(http::Status status, http::Fields) override {
    informed.push_back(status);
    return Task<>::done();
  }
  std::uint64_t max_body_bytes() const override { return most; }
  void hold(std::uint64_t bytes) override { held += bytes; }
  bool is_debug() const override { return debug; }
  std::span<const std::string> allowed_hosts() const override { return allowed; }
  base::ServerStatus* server_status() override { return server; }

  http::Fields fields;
  std::string_view authority;
  std::string_view method_name;    ///< the name of an extension method
  base::Log* other_log = nullptr;  ///< in place of `recorded`
  bool debug = false;
  std::vector<std::string> allowed;
  base::ServerStatus* server = nullptr;
  base::Endpoint peer;
  base::RecordingLog recorded;
  std::vector<http::Status> informed;
  std::uint64_t most = 1 << 20;
  std::uint64_t held = 0;

 private:
  async::ManualExecutor& executor_;
  base::Arena arena_;
  struct Drain final : DrainSignal {
    std::stop_token token() override { return source.get_token(); }
    std::stop_source source;
  };
  std::stop_source stop_;
  Drain drain_;  ///< a drain that never begins
  http::RequestHead head_;
  std::optional<Request> request_;
  const App* app_ = nullptr;
  std::optional<Task<Response>> task_;
};

/// Pulls the whole body.
inline std::string text_of(Response response) {
  async::ManualExecutor executor;
  async::TestContext<void> context(executor, response.body.gather(1 << 30));
  executor.advance(std::chrono::hours(1));
  context.take();
  return std::string(*response.body.bytes());
}

}  // namespace mastic::app
