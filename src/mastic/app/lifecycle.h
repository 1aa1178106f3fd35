// What an application does besides answering requests: before the first, after the last, meanwhile.

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

/// What an application does beside answering requests: hooks, background tasks and the objects that
/// it owns. Routers collect it, and applications hand theirs up to whatever they are put into.
class Lifecycle {
 public:
  /// What is called once, before the first request or after the last.
  using Hook = std::function<void()>;
  /// A task that runs beside the requests.
  struct BackgroundTask {
    std::string name;  ///< for the log
    /// Called once, when the server has started; makes the task.
    std::function<async::Task<>()> begin;
  };

  /// Keeps `object` until the application is gone; the one given last goes first.
  void own(std::shared_ptr<void> object) { owned_.objects.push_back(std::move(object)); }
  /// Has `hook` called before the first request. When it throws, the server does not start.
  void on_start(Hook hook) { starts_.push_back(std::move(hook)); }
  /// Has `hook` called after the last request.
  void on_stop(Hook hook) { stops_.push_back(std::move(hook)); }
  /// Runs the task that `begin` makes beside the requests; its end is awaited when the server
  /// stops.
  void in_background(std::string name, std::function<async::Task<>()> begin) {
    tasks_.push_back({std::move(name), std::move(begin)});
  }
  /// A log for what belongs to no request (app_log.h).
  [[nodiscard]] AppLog log(std::string_view logger);
  /// Takes over what `other` has, behind its own.
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

  /// While what it returns stands, which `log` must outlive, the messages of all `log()`s go to
  /// `log`. Destroy it after the application: what goes with that may have something to say.
  [[nodiscard]] LogConnection connect(base::Log& log) const { return {outlets_, log}; }
  /// Calls the hooks, in the order of their entry. Fails with what the first one throws; those
  /// after it are not called.
  [[nodiscard]] base::Result<void> start() const;
  /// Calls them all, in reverse order, and tells `report` what one throws. A fault that cannot be
  /// told, for want of memory, is passed over: who stops is often a destructor.
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

  Owned owned_;  ///< first, for all the others refer to it
  std::vector<std::shared_ptr<LogOutlet>> outlets_;
  std::vector<Hook> starts_;
  std::vector<Hook> stops_;
  std::vector<BackgroundTask> tasks_;
};

}  // namespace mastic::app
