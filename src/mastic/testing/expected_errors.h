// Which errors in a log belong to a test.

#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::testing {

/// Parts of lines of a log: an error whose line contains one of them belongs to the test.
class ExpectedErrors {
 public:
  void add(std::string_view part) { parts_.emplace_back(part); }
  /// Those of these errors that do not belong to the test, each after a line feed and two spaces.
  [[nodiscard]] std::string unexpected(const std::vector<std::string>& errors) const {
    std::string text;
    for (const std::string& line : errors) {
      const auto is_in_line = [&](const std::string& part) { return line.contains(part); };
      if (!std::ranges::any_of(parts_, is_in_line)) text.append("\n  ").append(line);
    }
    return text;
  }

 private:
  std::vector<std::string> parts_;
};

}  // namespace mastic::testing
