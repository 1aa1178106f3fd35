#include "mastic/testing/carrier.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "mastic/testing/call_at.h"
#include "mastic/testing/interleave.h"
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
  check_errors();
}

void Carrier::check_errors() {
  const std::string unexpected = expected_errors_.unexpected(take_errors());
  if (unexpected.empty()) return;
  throw detail::ServerFailed(
      "an error was logged that the test does not expect:" + unexpected +
      "\nIf it belongs to the test, call client.expect_errors(\"...\") before");
}

ClientEnd& Carrier::connect(const NetworkFaults& faults) {
  detail::pause_script();
  ClientEnd& end = connect();
  end.faults = faults;
  return end;
}

void Carrier::send(ClientEnd& end, std::string_view bytes) {
  // A watcher that answers is not left in the middle: another script may destroy one.
  if (!calls_watchers_) detail::pause_script();
  leave_if_told(end);
  while (!bytes.empty() && !end.ended && !end.has_left) {
    const NetworkFaults& faults = end.faults;
    const auto until_it_leaves = static_cast<std::size_t>(faults.leave_after_sent - end.sent);
    const std::size_t size = std::min({bytes.size(), faults.send_bytes, until_it_leaves});
    deliver(end, bytes.substr(0, size));
    end.sent += size;
    bytes.remove_prefix(size);
    leave_if_told(end);
    if (bytes.empty()) return;
    faults.send_pause > base::Duration::zero() ? pass(faults.send_pause) : run_ready();
    if (!calls_watchers_) detail::pause_script();
  }
}

void Carrier::leave_if_told(ClientEnd& end) {
  const NetworkFaults& faults = end.faults;
  const bool leaves =
      end.sent >= faults.leave_after_sent || end.came >= faults.leave_after_received;
  if (!leaves || end.ended || std::exchange(end.has_left, true)) return;
  faults.resets ? reset(end) : leave(end);
}

void Carrier::send_request(ClientEnd& end, std::string_view bytes) {
  using wire::http1::kHeadEnd;
  const std::size_t found = bytes.find(kHeadEnd);
  const std::size_t head = found == bytes.npos ? bytes.size() : found + kHeadEnd.size();
  send(end, bytes.substr(0, head));
  if (head != bytes.size()) send(end, bytes.substr(head));
}

void Carrier::turn_has_ended() {
  const bool is_nested = std::exchange(calls_watchers_, true);  // an answer that is sent slowly
  // A copy, because a watcher may leave when it sees that its connection has ended.
  for (TurnWatcher* const watcher : std::vector(watchers_)) watcher->turn_ended();
  calls_watchers_ = is_nested;
}

}  // namespace mastic::testing
