#include "mastic/routing/route_table.h"

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <utility>

#include "mastic/app/mount.h"
#include "mastic/app/route_list.h"
#include "mastic/app/route_state.h"
#include "mastic/base/text.h"
#include "mastic/http/authority.h"
#include "mastic/http/syntax.h"
#include "mastic/routing/path_to.h"

namespace mastic::routing {
namespace {

using app::RouteState;
using http::Method;
using http::Status;

[[noreturn]] void refuse(std::string_view kind, std::string_view name, std::string_view why) {
  std::string message(kind);
  throw std::invalid_argument(message.append(" '").append(name).append("'").append(why));
}

/// Refuses a change to a table that requests may be using already.
[[noreturn]] void refuse_late(std::string_view kind, std::string_view name) {
  std::string message(kind);
  message.append(" '").append(name);
  throw std::logic_error(
      message.append("': its router has become an application already: give it its name and "
                     "middleware before that"));
}

/// Throws unless `name` is the name of a method: a token that is not a known method in another
/// case. Such a name would never match, because methods are case-sensitive (RFC 9110 §9.1).
void check_extension(std::string_view pattern, std::string_view name) {
  if (!http::is_token(name)) {
    refuse("route", pattern, ": '" + std::string(name) + "' is not the name of a method");
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(Method::Other); ++i) {
    const std::string_view known = to_string(static_cast<Method>(i));
    if (!base::equal_ignoring_case(name, known)) continue;
    refuse("route", pattern,
           ": the name of a method is spelt in capitals: write " + std::string(known) +
               " instead of '" + std::string(name) + "'");
  }
}

/// The layer that was added first is the outermost, so the last one is put around `app` first.
void wrap_in(std::vector<Middleware>& layers, App& app) {
  for (Middleware& layer : std::views::reverse(layers)) app = layer(std::move(app));
  layers.clear();
}

bool has(const std::list<RouteTable::Place>& places, std::string_view name) {
  return std::ranges::find(places, name, &RouteTable::Place::name) != places.end();
}

/// Returns `path` without the slash at its end if it has one, and with one if it has none.
std::string_view other_by_slash(std::string_view path, base::Arena& memory) {
  if (path.ends_with('/')) return path.substr(0, path.size() - 1);
  const std::span<char> longer = memory.make_array<char>(path.size() + 1);
  path.copy(longer.data(), path.size());
  longer.back() = '/';
  return {longer.data(), longer.size()};
}

}  // namespace

Task<Response> call_in_router(const RouterContext& router, const App& app, Request& request) {
  RouteState& state = route_state(request);
  state.enter_router(router, request.memory());
  app::Leaving leaving(state);
  Task<Response> task = app(request);
  if (!task.is_done()) return leave_later(std::move(leaving), std::move(task));
  return task;
}

// ---- filling ----

RouteEntry& RouteTable::add(RouteMethod method, std::string_view pattern, App handler,
                            std::span<const PathMatcher> matchers) {
  const bool is_extension = method.known == Method::Other;
  if (is_extension && method.name == to_string(Method::Other)) {
    refuse("route", pattern,
           ": Method::Other stands for any method that Mastic does not know: write its name, such "
           "as on(\"PURGE\", ...)");
  }
  if (is_extension) check_extension(pattern, method.name);
  const auto route = tree_.add(pattern, matchers);
  if (!route) throw std::invalid_argument(route.error().message);
  if (*route == routes_.size()) routes_.emplace_back();  // a new pattern: the tree counts from 0
  if (routes_[*route].entry(method.known, method.name) != nullptr) {
    refuse("route", pattern, " has a handler for " + std::string(method.name) + " already");
  }
  RouteEntry& entry = entries_.emplace_back(RouteEntry{method.known,
                                                       std::string(method.name),
                                                       std::string(pattern),
                                                       *route,
                                                       {},
                                                       std::move(handler),
                                                       {}});
  if (is_extension) {
    routes_[*route].extensions.push_back(&entry);
    extensions_.emplace(method.name);
  } else {
    routes_[*route].entries[static_cast<std::size_t>(method.known)] = &entry;
  }
  return entry;
}

void RouteTable::set_name(RouteEntry& entry, std::string_view name) {
  if (is_complete_) refuse_late("route", entry.pattern);
  const auto [place, is_new] = names_.emplace(name, &entry);
  if (!is_new) {
    refuse("route", entry.pattern,
           ": route '" + place->second->pattern + "' is named '" + std::string(name) + "' already");
  }
  entry.name = name;
}

void RouteTable::add_layer(RouteEntry& entry, Middleware layer) {
  if (is_complete_) refuse_late("route", entry.pattern);
  entry.layers.push_back(std::move(layer));
}

void RouteTable::add_layer(Place& place, Middleware layer) {
  const bool is_mount = place.name.empty() || place.name.starts_with('/');
  if (is_complete_) refuse_late(is_mount ? "mount" : "host", place.name);
  place.layers.push_back(std::move(layer));
}

RouteTable::Place& RouteTable::add_mount(std::string_view prefix, App app) {
  auto path = app::normalize_prefix(prefix);
  if (!path) {
    refuse("mount", prefix, ": a prefix begins with '/' and has neither names nor escapes");
  }
  if (has(mounts_, *path)) refuse("mount", prefix, " exists already");
  return mounts_.emplace_back(Place{*std::move(path), std::move(app), {}});
}

RouteTable::Place& RouteTable::add_host(std::string_view name, App app) {
  if (!http::is_host_pattern(name)) {
    refuse("host", name, ": write a name without a port, or *.DOMAIN");
  }
  std::string place = base::lower_case(name);
  if (place.ends_with('.')) place.pop_back();
  if (has(hosts_, place)) refuse("host", name, " exists already");
  return hosts_.emplace_back(Place{std::move(place), std::move(app), {}});
}

Lifecycle RouteTable::complete() {
  is_complete_ = true;
  Lifecycle lifecycle;
  for (RouteEntry& entry : entries_) {
    wrap_in(entry.layers, entry.handler);
    lifecycle.take(entry.handler.take_lifecycle());
  }
  for (std::list<Place>* const places : {&mounts_, &hosts_}) {
    for (Place& place : *places) {
      wrap_in(place.layers, place.app);
      lifecycle.take(place.app.take_lifecycle());
    }
  }
  // In this order the first place that fits is the most specific one, and a mount at the root comes
  // last.
  mounts_.sort([](const Place& a, const Place& b) { return a.name.size() > b.name.size(); });
  hosts_.sort([](const Place& a, const Place& b) {
    const bool a_is_pattern = a.name.starts_with('*');
    const bool b_is_pattern = b.name.starts_with('*');
    return a_is_pattern != b_is_pattern ? b_is_pattern : a.name.size() > b.name.size();
  });
  return lifecycle;
}

// ---- looking up ----

Task<Response> RouteTable::operator()(Request& request) const {
  if (!hosts_.empty()) {
    if (const Place* const host = find_host(request.authority())) return host->app(request);
  }
  const RouteTree::Match match = tree_.find(request.path(), request.memory());
  return match.route != RouteTree::kNone ? call(match, request) : call_beside_routes(request);
}

/// Answers a method that the route does not have. An extension method that another route of this
/// router has is known here, so it gets 405 like a method of RFC 9110. An extension method that no
/// route has gets 501.
Task<Response> RouteTable::refuse_method(const Route& route, Request& request) const {
  if (!extensions_.contains(request.method_text())) {
    return respond_to_other_method(request, route.allowed());
  }
  Response response = error_response(request, Status::MethodNotAllowed);
  response.set(http::FieldName::Allow, route.allowed());
  return response;
}

inline Task<Response> RouteTable::call(const RouteTree::Match& match, Request& request) const {
  const Route& route = routes_[match.route];
  const App* const handler = route.handler(request.method(), request.method_text());
  if (handler == nullptr) return refuse_method(route, request);
  RouteState& state = route_state(request);
  state.set_route(tree_.pattern(match.route));
  if (!match.values.empty()) state.set_values(match.values);
  return (*handler)(request);
}

/// Answers a request whose path no route has: by a mount, a redirect, or an error. A mount at the
/// root takes every path, so the redirect comes first: otherwise `/about/` would be a 404 of that
/// mount although there is a route `/about`.
Task<Response> RouteTable::call_beside_routes(Request& request) const {
  // `OPTIONS *` asks about the server as a whole, so no route can match (RFC 9110 §9.3.7).
  if (request.target_form() == http::Target::Form::Asterisk) return Response(Status::NoContent);
  if (const Place* const mount = find_mount(request.path()))
    return call_below(mount->app, mount->name.size(), request);
  if (auto redirect = redirect_by_slash(request)) return *std::move(redirect);
  if (!mounts_.empty() && mounts_.back().name.empty()) return mounts_.back().app(request);
  const bool known =
      request.method() != Method::Other || extensions_.contains(request.method_text());
  return error_response(request, known ? Status::NotFound : Status::NotImplemented);
}

const RouteEntry* RouteTable::Route::entry(Method method, std::string_view name) const {
  if (method != Method::Other) return entries[static_cast<std::size_t>(method)];
  const auto found = std::ranges::find(extensions, name, &RouteEntry::method_name);
  return found == extensions.end() ? nullptr : *found;
}

const App* RouteTable::Route::handler(Method method, std::string_view name) const {
  const RouteEntry* const own = entry(method, name);
  if (own != nullptr) return &own->handler;
  // The handler of GET answers HEAD too; the server drops the content.
  return method == Method::Head ? handler(Method::Get, {}) : nullptr;
}

std::string RouteTable::Route::allowed() const {
  std::string methods = "OPTIONS";
  for (std::size_t i = 0; i < kMethods; ++i) {
    const auto method = static_cast<Method>(i);
    if (method == Method::Options || handler(method, {}) == nullptr) continue;
    methods.append(", ").append(to_string(method));
  }
  for (const RouteEntry* const extension : extensions) {
    methods.append(", ").append(extension->method_name);
  }
  return methods;
}

/// The mount for `path`, other than a mount at the root; null when there is none.
const RouteTable::Place* RouteTable::find_mount(std::string_view path) const {
  for (const Place& mount : mounts_) {
    if (!mount.name.empty() && app::takes_path(mount.name, path)) return &mount;
  }
  return nullptr;
}

/// Takes the same steps as a call. Redirects and errors, which the table answers itself, have the
/// history of the table. The look-up uses memory of its own, because another thread may be using
/// the memory of the request.
BlockingHistory& RouteTable::history_of(const RequestFacts& facts, std::string_view path) const {
  if (!hosts_.empty()) {
    if (const Place* const host = find_host(facts.head.authority)) {
      return host->app.history_of(facts, path);
    }
  }
  base::Arena memory;
  const std::size_t found = tree_.find(path, memory).route;
  if (found != RouteTree::kNone) {
    const App* const handler = routes_[found].handler(facts.head.method, facts.head.method_text);
    return handler != nullptr ? handler->history_of(facts, path) : own_history_;
  }
  if (const Place* const mount = find_mount(path)) {
    return mount->app.history_of(facts, path.substr(mount->name.size()));
  }
  const bool has_root = !mounts_.empty() && mounts_.back().name.empty();
  return has_root ? mounts_.back().app.history_of(facts, path) : own_history_;
}

void RouteTable::list_routes(app::RouteList& list) const {
  for (const Place& host : hosts_) list.add_below(host.name, "", host.app);
  for (const RouteEntry& entry : entries_) {
    list.add({.method = entry.method_name, .path = entry.pattern, .name = entry.name},
             entry.handler);
  }
  for (const Place& mount : mounts_) list.add_below("", mount.name, mount.app);
}

const RouteTable::Place* RouteTable::find_host(std::string_view named) const {
  const auto authority = http::Authority::parse(named);
  if (!authority) return nullptr;
  const auto place = std::ranges::find_if(
      hosts_, [&](const Place& each) { return http::matches_host(each.name, authority->host); });
  return place == hosts_.end() ? nullptr : &*place;
}

/// Redirects to the path with the slash at its end added or removed, if that is the path of a route
/// that has the method; otherwise the redirect would lead to an error. Never redirects to `//...`,
/// which is another host to a browser. Every request for a file below a mount at the root comes
/// through here, so the other path is made in the memory of the exchange, without the heap.
std::optional<Response> RouteTable::redirect_by_slash(Request& request) const {
  const std::string_view path = other_by_slash(request.path(), request.memory());
  const RouteTree::Match match = tree_.find(path, request.memory());
  if (match.route == RouteTree::kNone) return std::nullopt;
  const bool has_method =
      request.method() == Method::Options ||
      routes_[match.route].handler(request.method(), request.method_text()) != nullptr;
  if (!has_method) return std::nullopt;
  std::string target(request.mount_path());
  target.append(path);
  if (!app::is_local_target(target)) return std::nullopt;
  if (request.has_query()) target.append("?").append(request.query());
  return Response::redirect(target, Status::PermanentRedirect);  // 308: the method stays
}

/// Looks up the path that this function has made, because a value may turn it into the path of
/// another route: "new" for {name} where there is a route "/new", or text for {id:int}.
std::optional<std::string> RouteTable::path_of(std::string_view name,
                                               std::span<const std::string> values) const {
  const auto entry = names_.find(name);
  if (entry == names_.end()) return std::nullopt;
  const std::string& pattern = entry->second->pattern;
  std::string path = make_path(RoutePattern(pattern), values);
  base::Arena memory;
  const RouteTree::Match match = tree_.find(path, memory);
  if (match.route != entry->second->route) {
    refuse("route", pattern,
           ": '" + path + "' would not lead to this route; check the types of the values");
  }
  return path;
}

}  // namespace mastic::routing
