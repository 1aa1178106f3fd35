// The cases of the threads benchmark: ours, and those that they are compared with.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

namespace bench {

/// The result of a case: the median time of one operation, or 0 if the case does not measure it.
struct Measured {
  double median_ns = 0;
};

/// Cases by name. A case does `count` operations; the caller measures CPU and wall time.
using Cases = std::map<std::string_view, Measured (*)(long count)>;

/// A task that is sent to another thread and whose result comes back, compared with two threads and
/// a futex.
[[nodiscard]] Cases round_trip_cases();
/// Tasks that do almost nothing.
[[nodiscard]] Cases task_cases();
/// Items that are passed through a bounded queue.
[[nodiscard]] Cases queue_cases();
/// Tasks on a loop that pass values through a channel, and groups of tasks.
[[nodiscard]] Cases async_cases();

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "threads: %s\n", what);
  std::exit(1);
}

}  // namespace bench
