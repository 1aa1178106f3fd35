// Lint: checks that an application keeps its contract. For tests and development.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/middleware.h"

namespace mastic::middleware {

/// Checks every answer that passes, and reports each way in which the answer breaks HTTP or the
/// contract of App. Lint does not change the answer.
class Lint {
 public:
  /// Calls `report` for each fault, with a sentence that names the method and the target. `report`
  /// may be called on any loop.
  explicit Lint(std::function<void(std::string_view fault)> report) : report_(std::move(report)) {}

  /// Reports the faults of the answer.
  void after(app::Request& request, app::Response& response) const;

  /// The faults of `response`, an answer to `request`; empty when it keeps the contract.
  [[nodiscard]] static std::vector<std::string> faults_of(const app::Request& request,
                                                          const app::Response& response);

 private:
  std::function<void(std::string_view)> report_;
};

}  // namespace mastic::middleware
