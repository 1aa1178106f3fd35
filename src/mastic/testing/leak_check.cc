#include "mastic/testing/leak_check.h"

#include <mutex>
#include <set>
#include <string>

#include "mastic/testing/failure.h"

namespace mastic::testing {
namespace {

/// The applications under test, in the order in which they began.
class Begun {
 public:
  [[nodiscard]] std::uint64_t add() {
    const std::lock_guard lock(mutex_);
    numbers_.insert(++last_);
    return last_;
  }
  void remove(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    numbers_.erase(number);
  }
  [[nodiscard]] bool is_last(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    return numbers_.upper_bound(number) == numbers_.end();
  }

 private:
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::set<std::uint64_t> numbers_;
};

Begun& begun() {
  static Begun all;
  return all;
}

}  // namespace

LeakCheck::LeakCheck() : number_(begun().add()) {}
LeakCheck::~LeakCheck() { begun().remove(number_); }

void LeakCheck::ended(bool is_expected) {
  if (is_expected || !begun().is_last(number_)) return;
  const std::string left = before_.to_string();
  if (left.empty()) return;
  report_failure("the application has left behind: " + left +
                 "\nIf that belongs to the test, call client.expect_leaks()");
}

}  // namespace mastic::testing
