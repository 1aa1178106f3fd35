#include "mastic/app/route_list.h"

#include <utility>

#include "mastic/app/app.h"

namespace mastic::app {

void RouteList::add(ListedRoute route) {
  if (route.host.empty()) route.host = host_;
  route.path.insert(0, prefix_);
  if (!route.made_by && label_ != nullptr) route.made_by = *label_;
  routes_.push_back(std::move(route));
}

void RouteList::add(ListedRoute route, const App& handler) {
  route.is_blocking = handler.is_blocking();
  if (watch_ != nullptr) handler.watch(*static_cast<const App::Watch*>(watch_));
  add(std::move(route));
}

void RouteList::add_below(std::string_view host, std::string_view prefix, const App& app) {
  const std::string outer_host = host_;
  const std::size_t outer_prefix = prefix_.size();
  if (!host.empty()) host_ = host;
  prefix_ += prefix;
  app.list_routes(*this);
  prefix_.resize(outer_prefix);
  host_ = outer_host;
}

void App::set_label(AppLabel label) {
  callee_->label = std::make_shared<const AppLabel>(std::move(label));
}

void App::list_routes(RouteList& list) const { callee_->list(list); }

void App::watch(Watch instead) const {
  RouteList reached;
  reached.watch_ = static_cast<const void*>(&instead);
  list_routes(reached);
}

Task<Response> App::AnyCallee::enter_watched(const AnyCallee& callee, Request& request) {
  return callee.watch.load(std::memory_order_acquire)(Watched(callee), request);
}

bool App::is_blocking() const {
  const AnyCallee* callee = callee_.get();
  while (callee->inner != nullptr) callee = callee->inner.get();
  return callee->history.goes_elsewhere();
}

/// Lists the routes under the label of this application, if it has one. Watches it, if that is what
/// the list is for.
void App::AnyCallee::list(RouteList& list) const {
  const AppLabel* const outer = list.label_;
  if (label != nullptr) list.label_ = label.get();
  if (list.watch_ != nullptr) {
    watch.store(*static_cast<const Watch*>(list.watch_), std::memory_order_release);
    enter.store(&enter_watched, std::memory_order_release);
  }
  list_routes(list);
  list.label_ = outer;
}

void App::AnyCallee::list_routes(RouteList& list) const {
  if (inner != nullptr) return inner->list(list);
  list.add({.path = "/...", .is_blocking = history.goes_elsewhere()});
}

}  // namespace mastic::app
