#include "mastic/testing/carrier.h"

#include <stdexcept>

#include "mastic/wire/http1/head_scanner.h"

namespace mastic::testing {

void Carrier::wait_for(const std::function<bool()>& done, std::string_view what) {
  if (run_until(done)) return;
  throw std::logic_error("there is no " + std::string(what) + " after " + std::string(patience()));
}

void Carrier::wait_for(const std::function<bool()>& done, std::string_view what,
                       const std::string& fault) {
  wait_for(
      [&] {
        if (!fault.empty()) throw std::logic_error(fault);
        return done();
      },
      what);
}

void Carrier::deliver_request(ClientEnd& end, std::string_view bytes) {
  using wire::http1::kHeadEnd;
  const std::size_t found = bytes.find(kHeadEnd);
  const std::size_t head = found == bytes.npos ? bytes.size() : found + kHeadEnd.size();
  deliver(end, bytes.substr(0, head));
  if (head != bytes.size()) deliver(end, bytes.substr(head));
}

void Carrier::turn_has_ended() {
  // A copy, because a watcher may leave when it sees that its connection has ended.
  for (TurnWatcher* const watcher : std::vector(watchers_)) watcher->turn_ended();
}

}  // namespace mastic::testing
