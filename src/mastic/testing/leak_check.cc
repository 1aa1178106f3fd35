#include "mastic/testing/leak_check.h"

#include <mutex>
#include <set>
#include <string>

#include "mastic/base/failures.h"
#include "mastic/testing/failure.h"

namespace mastic::testing {
namespace {

/// What lives, in the order in which it began.
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

Beginning::Beginning() : number_(begun().add()) {}
Beginning::~Beginning() { begun().remove(number_); }
bool Beginning::is_last() const { return begun().is_last(number_); }

LeakCheck::LeakCheck(const Where& where) : where_(where) {}

void LeakCheck::ended(bool is_expected) {
  if (is_expected || !beginning_.is_last()) return;
  const base::FailuresPaused paused;
  const std::string left = before_.to_string();
  if (left.empty()) return;
  report_failure(
      detail::to_text(where_) + "the application has left behind: " + left +
      "\nIf that belongs to the test, make it before the client, or call expect_leaks()");
}

}  // namespace mastic::testing
