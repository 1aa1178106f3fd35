#include "mastic/app/router.h"

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <utility>

#include "mastic/base/encoding.h"

namespace mastic::app {
namespace {

using http::FieldName;
using http::Method;
using http::Status;

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::Other);

App wrap_in(std::vector<Middleware> layers, App app) {
  for (Middleware& layer : std::views::reverse(layers)) app = layer(std::move(app));
  return app;
}

}  // namespace

/// Routes and mounts as they are looked up.
class Router::Table {
 public:
  void add(Method method, std::string_view pattern, App handler,
           std::span<const PathMatcher> matchers) {
    const auto route = tree_.add(pattern, matchers);
    if (!route) throw std::invalid_argument(route.error().message);
    if (*route == routes_.size()) routes_.emplace_back();
    auto& place = routes_[*route].handlers[static_cast<std::size_t>(method)];
    if (place) {
      throw std::invalid_argument("route '" + std::string(pattern) + "' has a handler for " +
                                  std::string(to_string(method)) + " already");
    }
    place.emplace(std::move(handler));
    infos_.push_back({method, std::string(pattern)});
  }
  [[nodiscard]] const std::vector<RouteInfo>& infos() const { return infos_; }

  std::vector<Middleware>& add_mount(std::string prefix, App app) {
    const bool taken = std::ranges::any_of(
        mounts_, [&](const Mounted& mounted) { return mounted.prefix == prefix; });
    if (taken) throw std::invalid_argument("mount '" + prefix + "' is there already");
    return mounts_.emplace_back(Mounted{std::move(prefix), std::move(app), {}}).layers;
  }

  /// Puts their middleware around what is mounted; after that the table is only read.
  void complete() {
    for (Mounted& mounted : mounts_) {
      mounted.app = wrap_in(std::move(mounted.layers), std::move(mounted.app));
    }
    mounts_.sort(
        [](const Mounted& a, const Mounted& b) { return a.prefix.size() > b.prefix.size(); });
  }

  Task<Response> operator()(Request& request) const {
    if (request.target_form() == http::Target::Form::Asterisk) return Response(Status::NoContent);
    const RouteTree::Match match = tree_.find(request.path());
    if (match.route != RouteTree::kNone) {
      return call(routes_[match.route], match, request);
    }
    for (const Mounted& mounted : mounts_) {
      if (takes(mounted.prefix, request.path())) return call(mounted, request);
    }
    const bool known = request.method() != Method::Other;
    return error_response(request, known ? Status::NotFound : Status::NotImplemented);
  }

 private:
  struct Route {
    std::array<std::optional<App>, kMethods> handlers;

    [[nodiscard]] const App* handler(Method method) const {
      if (method == Method::Other) return nullptr;
      const auto& own = handlers[static_cast<std::size_t>(method)];
      if (own) return &*own;
      return method == Method::Head ? handler(Method::Get) : nullptr;
    }
    [[nodiscard]] std::string allowed() const {
      std::string methods = "OPTIONS";
      for (std::size_t i = 0; i < kMethods; ++i) {
        const auto method = static_cast<Method>(i);
        if (method == Method::Options || handler(method) == nullptr) continue;
        methods.append(", ").append(to_string(method));
      }
      return methods;
    }
  };
  struct Mounted {
    std::string prefix;
    App app;
    std::vector<Middleware> layers;
  };

  Task<Response> call(const Route& route, const RouteTree::Match& match, Request& request) const {
    if (const App* const handler = route.handler(request.method())) {
      if (!match.values.empty()) request.set_values(decode(match, request.memory()));
      return (*handler)(request);
    }
    Response response = request.method() == Method::Options
                            ? Response(Status::NoContent)
                            : error_response(request, Status::MethodNotAllowed);
    response.set(FieldName::Allow, route.allowed());
    return response;
  }

  std::span<const PathValue> decode(const RouteTree::Match& match, base::Arena& memory) const {
    const auto values = memory.make_array<PathValue>(match.values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::string_view text = match.values[i];
      if (text.find('%') != text.npos) text = memory.copy(base::percent_decode(text));
      std::construct_at(&values[i], PathValue{tree_.names(match.route)[i], text});
    }
    return values;
  }

  static bool takes(std::string_view prefix, std::string_view path) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  }

  static Task<Response> call(const Mounted& mounted, Request& request) {
    request.enter_mount(mounted.prefix.size());
    Task<Response> task = mounted.app(request);
    if (!task.is_done()) return leave_later(mounted.prefix.size(), request, std::move(task));
    request.leave_mount(mounted.prefix.size());
    return task;
  }
  static Task<Response> leave_later(std::size_t prefix, Request& request, Task<Response> task) {
    Response response = co_await std::move(task);
    request.leave_mount(prefix);
    co_return response;
  }

  RouteTree tree_;
  std::vector<Route> routes_;
  std::vector<RouteInfo> infos_;
  std::list<Mounted> mounts_;  ///< a list, for Router::Mount points into it
};

Router::Router() : table_(std::make_unique<Table>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Router& Router::add(Method method, std::string_view pattern, App handler,
                    std::span<const PathMatcher> matchers) {
  if (const auto why = misfit(RoutePattern(pattern), matchers); !why.empty()) {
    throw std::invalid_argument("route '" + std::string(pattern) + "': " + std::string(why));
  }
  table_->add(method, pattern, std::move(handler), matchers);
  return *this;
}

Router& Router::add(Method method, std::string_view pattern, App handler) {
  if (method == Method::Other) {
    throw std::invalid_argument("route '" + std::string(pattern) +
                                "': a method that Mastic does not know cannot be routed");
  }
  table_->add(method, pattern, std::move(handler), {});
  return *this;
}

std::vector<Router::RouteInfo> Router::routes() const { return table_->infos(); }

Router::Mount Router::mount(std::string_view prefix, App app) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const bool plain =
      prefix.empty() || (prefix.starts_with('/') && prefix.find_first_of("{}%?#") == prefix.npos);
  if (!plain) {
    throw std::invalid_argument("mount '" + std::string(prefix) +
                                "': a prefix begins with '/' and has neither names nor escapes");
  }
  return Mount(table_->add_mount(std::string(prefix), std::move(app)));
}

Router::Mount& Router::Mount::use(Middleware middleware) {
  layers_.push_back(std::move(middleware));
  return *this;
}

Router& Router::use(Middleware middleware) {
  layers_.push_back(std::move(middleware));
  return *this;
}

App Router::build() && {
  table_->complete();
  App app([table = std::shared_ptr<const Table>(std::move(table_))](Request& request) {
    return (*table)(request);
  });
  return wrap_in(std::move(layers_), std::move(app));
}

}  // namespace mastic::app
