// A test of a project that uses the installed library: each of two allocations fails in turn.

#include <mastic/base/failing_allocations.h>
#include <mastic/testing/failures.h>

#include <memory>

int main() {
  const auto count = mastic::testing::for_each_failure([] {
    const auto one = std::make_unique<int>(1);
    const auto two = std::make_unique<int>(2);
    return *one + *two;
  });
  const std::size_t expected = mastic::base::counts_allocations() ? 2 : 0;
  return count.allocations == expected ? 0 : 1;
}
