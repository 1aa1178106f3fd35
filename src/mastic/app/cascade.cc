#include "mastic/app/cascade.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "mastic/app/attempt.h"
#include "mastic/app/replayed_content.h"
#include "mastic/app/route_list.h"
#include "mastic/base/text.h"

namespace mastic::app {
namespace {

/// Asks the applications of a cascade.
class Trials {
 public:
  Trials(std::vector<App> applications, CascadeOptions options)
      : applications_(std::move(applications)), options_(std::move(options)) {}

  Task<Response> operator()(Request& request) const {
    if (applications_.size() == 1) return applications_.front()(request);
    ReplayedContent content(request, options_.max_replayed_bytes);
    const Attempt attempt(request);
    for (std::size_t i = 0;; ++i) {
      Task<Response> task = applications_[i](request);
      if (is_last(i)) return task;
      if (!task.holds_value())
        return try_later(request, i, std::move(task), attempt, std::move(content));
      if (!is_caught(task.value()) || !content.is_whole()) return task;
      attempt.discard(task.take());
      content.restore(is_last(i + 1));
    }
  }
  void list_routes(RouteList& list) const {
    for (const App& application : applications_) list.add_below("", "", application);
  }

 private:
  [[nodiscard]] bool is_last(std::size_t i) const { return i + 1 == applications_.size(); }
  [[nodiscard]] bool is_caught(const Response& answer) const {
    return std::ranges::find(options_.caught, answer.status) != options_.caught.end();
  }

  /// Waits for application `i`, and continues from there.
  Task<Response> try_later(Request& request, std::size_t i, Task<Response> task, Attempt attempt,
                           ReplayedContent content) const {
    const std::size_t last = applications_.size() - 1;
    while (true) {
      Response answer = co_await std::move(task);
      if (i == last || !is_caught(answer) || !content.is_whole()) co_return answer;
      attempt.discard(std::move(answer));
      content.restore(++i == last);
      task = applications_[i](request);
    }
  }

  std::vector<App> applications_;
  CascadeOptions options_;
};

}  // namespace

void CascadeOptions::describe(base::OptionTable& table) {
  std::string words;
  for (const http::Status status : caught) {
    words.append(words.empty() ? "" : " ").append(std::to_string(code(status)));
  }
  const auto add = [this](std::string_view text, bool begins) -> base::Result<void> {
    const auto number = base::parse_decimal(text);
    if (!number || *number < 100 || *number > 599)
      return base::fail("'", text,
                        "' is no status; write one such as 404, or several with spaces between");
    if (begins) caught.clear();
    caught.push_back(static_cast<http::Status>(*number));
    return {};
  };
  table.values("catch", std::move(words), "STATUS", add,
               "A status after which the next application is tried. May be given several times.");
  table.size("max_replayed_bytes", max_replayed_bytes,
             "How much of the content of a request is kept for the next application. Beyond it: "
             "the answer of the application that has read the content is taken.");
}

/// An answer below 300 is no reason to look further.
base::Result<void> CascadeOptions::check() const {
  for (const http::Status status : caught) {
    if (code(status) < 300) {
      return base::fail("catch: a cascade cannot catch the status ", std::to_string(code(status)));
    }
  }
  return {};
}

Cascade::Cascade(std::vector<App> applications, CascadeOptions options)
    : applications_(std::move(applications)), options_(std::move(options)) {
  if (applications_.empty()) throw std::invalid_argument("a cascade needs an application");
  if (const auto fits = options_.check(); !fits) throw std::invalid_argument(fits.error().message);
}

App Cascade::build() && {
  Lifecycle lifecycle;
  for (App& application : applications_) lifecycle.take(application.take_lifecycle());
  App app{Trials(std::move(applications_), std::move(options_))};
  app.add_lifecycle(std::move(lifecycle));
  return app;
}

}  // namespace mastic::app
