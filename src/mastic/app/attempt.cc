#include "mastic/app/attempt.h"

#include <utility>

namespace mastic::app {

void Attempt::discard(Response answer) const noexcept {
  // In the order of the end of an exchange.
  request_->exchange().finishers().finish({.status = answer.status}, finishers_);
  {
    const Response dropped = std::move(answer);
  }
  extensions(*request_).clear(values_);
  answer_notes(*request_) = notes_;
  route_state(*request_).return_to(route_);
}

}  // namespace mastic::app
