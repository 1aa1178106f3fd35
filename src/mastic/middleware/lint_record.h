// What Lint knows of one exchange: the layers that its requests are in, and the faults so far.
//
//     enter ──► Call of the layer, above the calls of the layers around it
//     leave ──► the faults of its answer; those that the layers below it had keep their blame
//
// For Lint only. One thread at a time uses it, as it does the request.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/middleware/lint.h"

namespace mastic::middleware {

/// A fault, and the layer that has made it.
struct BlamedFault {
  Fault fault;
  std::string made_by;
};

/// A layer that is answering a request.
struct LintCall {
  app::App::Watched layer;
  app::Request* request;
  std::string_view method;         ///< of the request when it came in
  std::vector<BlamedFault> below;  ///< of the answers of the layers inside of it
  int next_calls = 0;
  bool was_dropped = false;
  std::shared_ptr<LintCall> outer;  ///< the layer that has called it, or null
};

/// An answer in which no fault was found. Most layers pass an answer on as it is, and what has not
/// changed need not be looked at again.
class FaultlessAnswer {
 public:
  void set(const app::Request& request, const app::Response& response);
  /// Whether `response` looks like that answer in all that the rules look at.
  [[nodiscard]] bool is(const app::Request& request, const app::Response& response) const;

 private:
  const app::Request* request_ = nullptr;  ///< null: there is no such answer
  http::Method method_{};
  http::Status status_{};
  std::optional<std::uint64_t> size_;
  bool has_upgrade_ = false;
  std::string field_lines_;
};

/// Reports faults about one exchange, each once. Content that is pulled shares it.
class LintReport {
 public:
  /// `request` is that of the client.
  LintReport(const Lint::Settings& settings, app::Request& request)
      : settings_(settings),
        request_(request),
        about_(std::string(request.method_text()) + " " + std::string(request.target())) {}
  void add(const Fault& fault, std::string_view made_by);
  /// Notes how the answer has ended, with a status or, by an exception, without one. Faults that were
  /// found before are reported now.
  void answered(std::optional<http::Status> status);
  [[nodiscard]] const LintOptions& options() const { return settings_.options; }

 private:
  void report(std::string_view fault) const;

  const Lint::Settings& settings_;
  app::Request& request_;
  const std::string about_;  ///< what the client has asked for: "GET /cart"
  bool is_answered_ = false;
  std::optional<http::Status> status_;
  std::vector<std::string> found_;  ///< each fault so far, reported if there is an answer
};

/// The record of an exchange; a value that its request carries (Request::ext).
class LintRecord {
 public:
  /// Begins the record, in the outermost layer.
  void begin(const Lint::Settings& settings, app::Request& request);
  [[nodiscard]] std::shared_ptr<LintCall> enter(app::App::Watched layer, app::Request& request);
  /// Notes what the layer has answered, and watches its content.
  void leave(LintCall& call, app::Response& response);
  /// Notes that the layer has ended by an exception.
  void leave(LintCall& call);
  /// Notes that the task of the layer was destroyed before it began.
  void drop(LintCall& call);
  /// Reports what is wrong with the answer that leaves the application.
  void end(app::Request& request, app::Response& response);
  /// Reports that the application has run on after its stop token was stopped, if it has.
  void check_stop(app::Request& request);
  [[nodiscard]] LintReport& report() { return *report_; }

 private:
  struct Stopped {
    LintRecord* record;
    void operator()() const noexcept;
  };
  void remove(LintCall& call);
  void check_reads(LintCall& call);
  [[nodiscard]] std::vector<Fault> look_at(const app::Request& request,
                                           const app::Response& response);

  std::shared_ptr<LintReport> report_;
  std::vector<std::shared_ptr<LintCall>> calls_;  ///< the innermost last
  std::vector<BlamedFault> faults_;               ///< of the answer so far
  FaultlessAnswer faultless_;                     ///< the last one
  // The last layer that has set the length, or made the content.
  std::string length_;
  const void* source_ = nullptr;
  std::string length_by_;
  std::atomic<std::int64_t> stopped_at_{0};  ///< nanoseconds of the monotonic clock; 0: not yet
  std::optional<std::stop_callback<Stopped>> on_stop_;
};

}  // namespace mastic::middleware
