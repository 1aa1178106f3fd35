// What an application under test leaves behind in the process.

#pragma once

#include <cstdint>

#include "mastic/base/leaks.h"
#include "mastic/testing/test_request.h"

namespace mastic::testing {

/// The beginning of something that has descriptors or threads of its own: an application under test, or
/// a client over sockets. It is counted among these until it is destroyed.
class Beginning {
 public:
  Beginning();
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;
  ~Beginning();

  /// Whether nothing that began later still lives.
  [[nodiscard]] bool is_last() const;

 private:
  const std::uint64_t number_;
};

/// Made before an application of a test, and told when the application was destroyed.
class LeakCheck {
 public:
  /// `where` the application was made, for the message.
  explicit LeakCheck(const Where& where);
  /// Reports what there is more of than before (report_failure), unless that `is_expected`. Reports
  /// nothing while something that began later still lives: what that has is no leak of this.
  void ended(bool is_expected);

 private:
  const Where where_;
  const Beginning beginning_;
  const base::Leaks before_;
};

}  // namespace mastic::testing
