// The cases of the threads benchmark: ours, and what they are held against.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

namespace bench {

/// What a case reports of one operation: the median time it takes, for a case that measures that.
struct Measured {
  double median_ns = 0;
};

/// A name, and what does `count` operations. CPU and wall time are measured around it.
using Cases = std::map<std::string_view, Measured (*)(long count)>;

/// A task that goes to another thread and comes back, against two threads and a futex.
[[nodiscard]] Cases round_trip_cases();
/// Tasks that do next to nothing.
[[nodiscard]] Cases task_cases();
/// Items through a bounded queue.
[[nodiscard]] Cases queue_cases();
/// Tasks on a loop: values through a channel, and groups of tasks.
[[nodiscard]] Cases async_cases();

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "threads: %s\n", what);
  std::exit(1);
}

}  // namespace bench
