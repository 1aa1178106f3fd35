// What an application does besides answering requests: before the first request, after the last
// one, and in between.

#pragma once

#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/app_log.h"
#include "mastic/async/task.h"
#include "mastic/base/result.h"

namespace mastic::app {

/// The hooks and background tasks of an application, and the objects that it owns. Routers collect
/// them. An application that is put into another one hands them over to the outer one.
class Lifecycle {
 public:
  /// A function that is called once, before the first request or after the last.
  using Hook = std::function<void()>;
  /// A task that runs beside the requests.
  struct BackgroundTask {
    std::string name;  ///< for the log
    /// Called once, when the server has started; makes the task.
    std::function<async::Task<>()> begin;
  };

  /// Keeps `object` until the application is destroyed. Objects are destroyed in reverse order.
  void own(std::shared_ptr<void> object) { owned_.objects.push_back(std::move(object)); }
  /// Adds a hook that is called before the first request. When the hook throws, the server does not
  /// start.
  void on_start(Hook hook) { starts_.push_back(std::move(hook)); }
  /// Adds a hook that is called after the last request.
  void on_stop(Hook hook) { stops_.push_back(std::move(hook)); }
  /// Adds a task that runs beside the requests; `begin` makes it. A server that stops waits for the
  /// end of the task.
  void in_background(std::string name, std::function<async::Task<>()> begin) {
    tasks_.push_back({std::move(name), std::move(begin)});
  }
  /// Returns a log for messages that belong to no request (app_log.h).
  [[nodiscard]] AppLog log(std::string_view logger);
  /// Appends everything that `other` has to what this lifecycle has.
  void take(Lifecycle other) {
    const auto append = [](auto& to, auto& from) {
      to.insert(to.end(), std::move_iterator(from.begin()), std::move_iterator(from.end()));
    };
    append(owned_.objects, other.owned_.objects);
    append(outlets_, other.outlets_);
    append(starts_, other.starts_);
    append(stops_, other.stops_);
    append(tasks_, other.tasks_);
  }

  // For the server of the application.

  /// Connects all logs that log() has returned to `log`, for as long as the returned object exists;
  /// `log` must outlive that object. Destroy the object after the application, whose destructors
  /// may still write messages.
  [[nodiscard]] LogConnection connect(base::Log& log) const { return {outlets_, log}; }
  /// Calls the start hooks, in the order in which they were added. Fails with the exception of the
  /// first hook that throws; the hooks after that one are not called.
  [[nodiscard]] base::Result<void> start() const;
  /// Calls all stop hooks, in reverse order, and calls `report` for each hook that throws. When
  /// there is no memory for a report, the report is left out, because the caller is often a
  /// destructor.
  void stop(const std::function<void(const std::string& fault)>& report) const noexcept;
  /// The tasks that run beside the requests.
  [[nodiscard]] const std::vector<BackgroundTask>& tasks() const { return tasks_; }

 private:
  struct Owned {
    Owned() = default;
    Owned(Owned&&) noexcept = default;
    Owned& operator=(Owned&&) noexcept = default;
    ~Owned() {
      while (!objects.empty()) objects.pop_back();
    }
    std::vector<std::shared_ptr<void>> objects;
  };

  Owned owned_;  ///< first, and so destroyed last: the others may refer to its objects
  std::vector<std::shared_ptr<LogOutlet>> outlets_;
  std::vector<Hook> starts_;
  std::vector<Hook> stops_;
  std::vector<BackgroundTask> tasks_;
};

}  // namespace mastic::app
