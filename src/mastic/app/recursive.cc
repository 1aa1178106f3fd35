#include "mastic/app/recursive.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "mastic/app/internal_request.h"

namespace mastic::app {
namespace {

/// The innermost Recursive that a request has passed, as one of its values.
struct RecursivePlace {
  const App* app = nullptr;  ///< the application below it; null outside of every Recursive
  InternalRequest::Place place{};
};

/// Exists while the code below a Recursive runs.
class WithinPlace {
 public:
  WithinPlace(Request& request, const App& app) {
    const RecursivePlace* const around = request.find_ext<RecursivePlace>();
    if (around != nullptr) before_ = *around;
    // Its own value: a request that asked for this one stays where it is.
    here_ = &extensions(request).own<RecursivePlace>(request.memory());
    *here_ = {&app, InternalRequest::place_of(request)};
  }
  WithinPlace(WithinPlace&& other) noexcept
      : here_(std::exchange(other.here_, nullptr)), before_(other.before_) {}
  WithinPlace& operator=(WithinPlace&&) = delete;
  ~WithinPlace() { leave(); }

  void leave() {
    if (here_ != nullptr) *std::exchange(here_, nullptr) = before_;
  }

 private:
  RecursivePlace* here_ = nullptr;
  RecursivePlace before_;
};

Task<Response> leave_place_later(WithinPlace within, Task<Response> task) {
  Response response = co_await std::move(task);
  within.leave();
  co_return response;
}

/// Whether a request is asking for another path just now, as one of its values.
struct AsksNow {
  bool asks = false;
};

/// Exists while a request asks for another path.
class OnlyOne {
 public:
  OnlyOne(Request& request, std::string_view path)
      : now_(&extensions(request).own<AsksNow>(request.memory())) {
    if (now_->asks) {
      throw std::logic_error("'" + std::string(path) +
                             "' is asked for while the request still waits for another path: "
                             "await one before you ask for the next");
    }
    now_->asks = true;
  }
  OnlyOne(OnlyOne&& other) noexcept : now_(std::exchange(other.now_, nullptr)) {}
  OnlyOne& operator=(OnlyOne&&) = delete;
  ~OnlyOne() { end(); }

  void end() {
    if (now_ != nullptr) std::exchange(now_, nullptr)->asks = false;
  }

 private:
  AsksNow* now_;
};

const RecursivePlace& place_around(Request& request, std::string_view path) {
  const RecursivePlace* const found = request.find_ext<RecursivePlace>();
  if (found != nullptr && found->app != nullptr) return *found;
  throw std::logic_error("'" + std::string(path) +
                         "' cannot be asked for: there is no Recursive around this code");
}

/// Notes what the answer to `from`, which becomes a part of the one to `to`, depends on.
void take_dependences(const Request& from, const Request& to) {
  for (const http::FieldName field : answer_notes(from).dependences()) {
    answer_notes(to).add_dependence(field);
  }
}

using TakeNotes = void(const Request& from, const Request& to);

Task<Response> answer_later(Request& request, Request& asking, OnlyOne only, Task<Response> task,
                            TakeNotes* take) {
  Response response = co_await std::move(task);
  only.end();
  take(asking, request);
  co_return response;
}

Task<Response> ask(Request& request, std::string_view path, TakeNotes* take) {
  const RecursivePlace around = place_around(request, path);
  OnlyOne only(request, path);
  Request& asking = InternalRequest::make_at(around.place, request, path);
  return answer_later(request, asking, std::move(only), (*around.app)(asking), take);
}

}  // namespace

/// The middleware around one application.
class Recursive::Anchor {
 public:
  explicit Anchor(App app) : app_(std::move(app)) {}

  Task<Response> operator()(Request& request) const {
    WithinPlace within(request, app_);
    Task<Response> task = app_(request);
    if (!task.is_done()) return leave_place_later(std::move(within), std::move(task));
    return task;
  }

 private:
  App app_;
};

App Recursive::operator()(App app) const {
  return App::around(std::move(app), [](App inner) { return App(Anchor(std::move(inner))); });
}

Task<Response> include(Request& request, std::string_view path) {
  return ask(request, path, take_dependences);
}

Task<Response> forward(Request& request, std::string_view path) {
  return ask(request, path, take_notes);
}

}  // namespace mastic::app
