// The cost of threads, queues and tasks: `bench_threads CASE COUNT` does COUNT operations and
// prints three times of one operation in ns: CPU time of the process, wall time, and the median
// wall time, or 0 if the case does not measure it.

#include <time.h>

#include <chrono>

#include "bench/threads/cases.h"

namespace {

double ns_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int words_count, char** words) {
  bench::Cases cases = bench::round_trip_cases();
  cases.merge(bench::task_cases());
  cases.merge(bench::queue_cases());
  cases.merge(bench::async_cases());
  bench::expect(words_count == 3 && cases.contains(words[1]), "usage: bench_threads CASE COUNT");
  const auto run = cases.at(words[1]);
  const long count = std::atol(words[2]);
  run(count / 100 + 1);  // warms up threads, heaps and pages
  const double cpu_before = ns_of(CLOCK_PROCESS_CPUTIME_ID);
  const double wall_before = ns_of(CLOCK_MONOTONIC);
  const bench::Measured measured = run(count);
  const double wall = ns_of(CLOCK_MONOTONIC) - wall_before;
  const double cpu = ns_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
  const auto each = [&](double all) { return all / static_cast<double>(count); };
  std::printf("%.2f %.2f %.2f\n", each(cpu), each(wall), measured.median_ns);
}
