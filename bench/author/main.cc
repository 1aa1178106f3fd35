// The cost of conveniences for authors: `bench_author CASE ROUNDS` runs ROUNDS rounds of the case
// within its process, and prints the CPU time in ns and the heap allocations of one round.
//
// `./dev bench author` counts the instructions of the function `measured`.

#include <time.h>

#include <new>

#include "bench/author/cases.h"

namespace {

long allocations = 0;

long long cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" [[gnu::noinline]] void measured(const bench::Round& round, long rounds) {
  for (long i = 0; i < rounds; ++i) round();
}

int main(int count, char** words) {
  bench::Cases cases = bench::json_cases();
  cases.merge(bench::request_cases());
  bench::expect(count == 3 && cases.contains(words[1]), "usage: bench_author CASE ROUNDS");
  const bench::Round round = cases.at(words[1])();
  const long rounds = std::atol(words[2]);
  for (int i = 0; i < 100; ++i) round();
  const long allocations_before = allocations;
  const long long cpu_before = cpu_ns();
  measured(round, rounds);
  const auto each = [&](auto all) {
    return static_cast<double>(all) / static_cast<double>(rounds);
  };
  std::printf("%.1f %.3f\n", each(cpu_ns() - cpu_before), each(allocations - allocations_before));
}
