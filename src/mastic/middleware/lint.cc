#include "mastic/middleware/lint.h"

#include <exception>
#include <utility>

#include "mastic/app/request_log.h"
#include "mastic/async/cancel_scope.h"
#include "mastic/middleware/lint_record.h"

namespace mastic::middleware {
namespace {

using app::App;
using app::Request;
using app::Response;
using app::Task;

/// The task of a layer that has not ended at once. It tells the record if it is destroyed before it
/// was awaited.
class PendingCall {
 public:
  PendingCall(LintRecord& record, std::shared_ptr<LintCall> call, Task<Response> task)
      : record_(&record), call_(std::move(call)), task_(std::move(task)) {}
  PendingCall(PendingCall&& other) noexcept
      : record_(std::exchange(other.record_, nullptr)),
        call_(std::move(other.call_)),
        task_(std::move(other.task_)) {}
  PendingCall& operator=(PendingCall&&) = delete;
  ~PendingCall() {
    if (record_ == nullptr) return;
    if (has_begun_ || std::uncaught_exceptions() > 0) {
      record_->leave(*call_);
    } else {
      record_->drop(*call_);
    }
  }

  Task<Response> begin() {
    has_begun_ = true;
    return std::move(task_);
  }
  void end(Response& response) { std::exchange(record_, nullptr)->leave(*call_, response); }

 private:
  LintRecord* record_;
  std::shared_ptr<LintCall> call_;
  Task<Response> task_;
  bool has_begun_ = false;
};

Task<Response> finish_later(PendingCall call) {
  Task<Response> task = call.begin();
  Response response = co_await std::move(task);
  call.end(response);
  co_return response;
}

/// Called in place of each application.
Task<Response> observe(App::Watched layer, Request& request) {
  LintRecord* const record = request.find_ext<LintRecord>();
  if (record == nullptr) return layer(request);
  std::shared_ptr<LintCall> call = record->enter(layer, request);
  Task<Response> task = layer(request);
  if (!task.holds_value()) {
    return finish_later(PendingCall(*record, std::move(call), std::move(task)));
  }
  record->leave(*call, task.value());
  return task;
}

/// The outermost layer.
class Reporting {
 public:
  Reporting(std::shared_ptr<const Lint::Settings> settings, App inner)
      : settings_(std::move(settings)), inner_(std::move(inner)) {}

  Task<Response> operator()(Request& request) const {
    // Another Lint around this one reports everything.
    if (request.find_ext<LintRecord>() != nullptr) return inner_(request);
    LintRecord& record = request.ext<LintRecord>();
    record.begin(*settings_, request);
    Task<Response> task = inner_(request);
    if (!task.holds_value()) return report_later(record, request, std::move(task));
    record.end(request, task.value());
    return task;
  }

 private:
  static Task<Response> report_later(LintRecord& record, Request& request, Task<Response> task) {
    std::exception_ptr escaped;
    try {
      Response response = co_await std::move(task);
      record.end(request, response);
      co_return response;
    } catch (...) {
      escaped = std::current_exception();
    }
    record.check_stop(request);
    record.report().answered(std::nullopt);
    try {
      std::rethrow_exception(escaped);
    } catch (const async::Cancelled&) {
      throw;
    } catch (...) {
      record.report().add({"an exception left the application", "app/app.h, App: it never throws"},
                          {});
      throw;
    }
  }

  std::shared_ptr<const Lint::Settings> settings_;
  App inner_;
};

}  // namespace

Lint::Lint()
    : settings_(std::make_shared<const Settings>(
          [](Request& request, std::string_view fault) { request.log("lint").warning(fault); },
          LintOptions())) {}

Lint::Lint(std::function<void(std::string_view)> report, LintOptions options)
    : settings_(std::make_shared<const Settings>(
          [report = std::move(report)](Request&, std::string_view fault) { report(fault); },
          options)) {}

App Lint::operator()(App inner) const {
  inner.watch(&observe);
  return App(Reporting(settings_, std::move(inner)));
}

}  // namespace mastic::middleware
