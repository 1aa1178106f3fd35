#include "mastic/middleware/lint_record.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/base/clock.h"
#include "mastic/base/text.h"
#include "mastic/middleware/layer_name.h"
#include "mastic/middleware/watched_content.h"

namespace mastic::middleware {
namespace {

using app::Request;
using app::Response;

std::int64_t nanoseconds_now() noexcept {
  return std::chrono::nanoseconds(base::steady_now().time_since_epoch()).count();
}

/// The name in `faults` of the layer that has made this fault, or null.
const BlamedFault* find(const std::vector<BlamedFault>& faults, std::string_view what) {
  const auto known = std::ranges::find_if(
      faults, [&](const BlamedFault& each) { return each.fault.what == what; });
  return known == faults.end() ? nullptr : &*known;
}

// In words that follow "ran on for 12 s after".
std::string_view text_of(app::StopReason reason) {
  switch (reason) {
    case app::StopReason::Disconnect:
      return "the client left";
    case app::StopReason::Deadline:
      return "its deadline";
    case app::StopReason::Shutdown:
      return "the server was stopped";
  }
  return "";
}

}  // namespace

void FaultlessAnswer::set(const Request& request, const Response& response) {
  request_ = &request;
  method_ = request.method();
  status_ = response.status;
  size_ = response.body.size();
  has_upgrade_ = response.upgrade != nullptr;
  field_lines_ = response.fields.lines();
}

// The lines of the fields are compared as one text, which costs less than any of the rules.
bool FaultlessAnswer::is(const Request& request, const Response& response) const {
  return request_ == &request && method_ == request.method() && status_ == response.status &&
         size_ == response.body.size() && has_upgrade_ == (response.upgrade != nullptr) &&
         field_lines_ == response.fields.lines();
}

void LintReport::add(const Fault& fault, std::string_view made_by) {
  std::string text = fault.what;
  if (!made_by.empty()) text.append(". Made by ").append(made_by);
  text.append(". ").append(fault.source).append(".");
  if (std::ranges::find(found_, text) != found_.end()) return;
  found_.push_back(std::move(text));
  if (is_answered_) report(found_.back());
}

void LintReport::answered(std::optional<http::Status> status) {
  is_answered_ = true;
  status_ = status;
  for (const std::string& each : found_) report(each);
}

void LintReport::report(std::string_view fault) const {
  std::string text = about_;
  if (status_) text += " (" + std::to_string(code(*status_)) + ")";
  settings_.report(request_, text.append(": ").append(fault));
}

void LintRecord::Stopped::operator()() const noexcept { record->stopped_at_ = nanoseconds_now(); }

void LintRecord::begin(const Lint::Settings& settings, Request& request) {
  report_ = std::make_shared<LintReport>(settings, request);
  // Its presence asks the error pages to keep the exception that they answer for.
  (void)request.ext<app::ThrownException>();
  on_stop_.emplace(request.stop_token(), Stopped{this});
}

std::shared_ptr<LintCall> LintRecord::enter(app::App::Watched layer, Request& request) {
  // Several calls may be in progress: middleware can call what is below it more than once.
  const auto calls_this = [&](const std::shared_ptr<LintCall>& call) {
    return call->request == &request && call->layer.is_around(layer);
  };
  const auto caller = std::ranges::find_if(calls_.rbegin(), calls_.rend(), calls_this);
  if (caller != calls_.rend()) {
    LintCall& outer = **caller;
    if (++outer.next_calls > 1) {
      report_->add({"next was called twice", "app/middleware.h, Next: an application answers once"},
                   layer_name(outer.layer, request));
    }
    if (outer.method != request.method_text()) {
      report_->add({"the method was changed from " + std::string(outer.method) + " to " +
                        std::string(request.method_text()),
                    "app/request.h, replace_head: layers above act by the method"},
                   layer_name(outer.layer, request));
    }
  }
  auto call = std::make_shared<LintCall>(layer, &request, request.method_text());
  if (!calls_.empty()) call->outer = calls_.back();
  if (caller != calls_.rend()) call->outer = *caller;
  calls_.push_back(call);
  return call;
}

/// A fault that the answer had before stays the fault of the layer that made it; any other fault was
/// made here. Faults that are not found again were mended on the way.
void LintRecord::leave(LintCall& call, Response& response) {
  remove(call);
  check_reads(call);
  Request& request = *call.request;
  std::vector<BlamedFault> faults;
  std::string name;
  const auto this_layer = [&]() -> const std::string& {
    if (name.empty()) name = layer_name(call.layer, request);
    return name;
  };
  for (Fault& fault : look_at(request, response)) {
    const BlamedFault* const known = find(call.below, fault.what);
    std::string made_by = known != nullptr ? known->made_by : this_layer();
    faults.push_back({std::move(fault), std::move(made_by)});
  }
  const bool is_watched = dynamic_cast<const WatchedContent*>(response.body.source()) != nullptr;
  if (response.body.is_produced() && !is_watched) {
    response.body.replace_source([&](std::unique_ptr<app::BodySource> source) {
      return std::make_unique<WatchedContent>(std::move(source), report_, this_layer());
    });
  }
  // Produced content is counted when it is pulled, after all layers have returned. So the layer
  // that has announced its length is noted here.
  std::string length(response.fields.get(http::FieldName::ContentLength).value_or(""));
  if (!length.empty() && (length != length_ || response.body.source() != source_)) {
    length_by_ = this_layer();
  }
  length_ = std::move(length);
  source_ = response.body.source();
  auto& into = call.outer != nullptr ? call.outer->below : faults_;
  std::ranges::move(faults, std::back_inserter(into));
}

std::vector<Fault> LintRecord::look_at(const Request& request, const Response& response) {
  if (faultless_.is(request, response)) return {};
  std::vector<Fault> faults = faults_of(request, response);
  if (faults.empty()) faultless_.set(request, response);
  return faults;
}

void LintRecord::leave(LintCall& call) { remove(call); }

void LintRecord::drop(LintCall& call) {
  remove(call);
  call.was_dropped = true;
  // Of tasks within each other that are all dropped, only the outermost is a mistake.
  if (call.outer == nullptr || call.outer->was_dropped ||
      !call.outer->layer.is_around(call.layer)) {
    return;
  }
  report_->add({"next was called, and its task was never awaited", "app/middleware.h, Next"},
               layer_name(call.outer->layer, *call.request));
}

void LintRecord::end(Request& request, Response& response) {
  check_stop(request);
  report_->answered(response.status);
  for (const Fault& fault : look_at(request, response)) {
    const BlamedFault* const known = find(faults_, fault.what);
    report_->add(fault, known != nullptr ? std::string_view(known->made_by) : std::string_view());
  }
  // What a layer has announced holds only if no other layer has changed it since.
  if (!response.body.is_produced() || request.method() == http::Method::Head) return;
  const auto bytes = base::parse_decimal(length_);
  if (!bytes || response.fields.get(http::FieldName::ContentLength) != length_) return;
  response.body.replace_source([&](std::unique_ptr<app::BodySource> source) {
    auto counted = std::make_unique<WatchedContent>(std::move(source), report_, length_by_);
    counted->expect(*bytes, length_by_);
    return counted;
  });
}

void LintRecord::check_stop(Request& request) {
  on_stop_.reset();
  const std::int64_t stopped_at = stopped_at_;
  if (stopped_at == 0) return;
  const base::Duration ran_on = std::chrono::nanoseconds(nanoseconds_now() - stopped_at);
  if (ran_on <= report_->options().grace) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ran_on);
  const auto [mount, pattern] = request.route_parts();
  std::string what = "the handler";
  if (!pattern.empty()) {
    what.append(" of ").append(request.method_text()).append(" ").append(mount).append(pattern);
  }
  what += " ran on for " + std::to_string(seconds.count()) + " s after ";
  what += text_of(request.stop_reason().value_or(app::StopReason::Disconnect));
  report_->add({std::move(what), "app/app.h, App: the stop token says when to end"}, {});
}

void LintRecord::remove(LintCall& call) {
  // Not always the last one: calls that a middleware has begun together end in any order.
  std::erase_if(calls_, [&](const auto& each) { return each.get() == &call; });
}

/// The handler of a request that throws is asked for the exception itself; its answer has become a
/// page.
void LintRecord::check_reads(LintCall& call) {
  auto* const thrown = call.request->find_ext<app::ThrownException>();
  if (thrown == nullptr || thrown->exception == nullptr) return;
  try {
    std::rethrow_exception(std::exchange(thrown->exception, nullptr));
  } catch (const app::ContentWasRead&) {
    report_->add({"the content of the request was read twice",
                  "app/body.h, Body: content is read at most once"},
                 layer_name(call.layer, *call.request));
  } catch (...) {  // the log has it
  }
}

}  // namespace mastic::middleware
