#include "mastic/routing/error_pages.h"

namespace mastic::routing {

std::optional<Response> ErrorPages::page(Request& request, const Problem& problem) const {
  const auto own = pages_.find(problem.status);
  const Page& page = own != pages_.end() ? own->second : any_;
  if (!page) return std::nullopt;
  std::optional<Response> response = page(request, problem);
  if (response && !is_error(response->status)) response->status = problem.status;
  return response;
}

std::optional<Response> ErrorPages::answer_exception(Request& request) const {
  for (const Catcher& catcher : catchers_) {
    if (auto response = catcher(request)) return response;
  }
  return std::nullopt;
}

}  // namespace mastic::routing
