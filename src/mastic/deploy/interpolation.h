// Values with `%(name)s` in them: what Python's `configparser.BasicInterpolation` does, and variables
// of the environment.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/result.h"

namespace mastic::deploy {

/// What the names in values refer to.
class Names {
 public:
  virtual ~Names() = default;
  /// A value before interpolation.
  struct Value {
    std::string text;
    bool is_literal = false;  ///< whether a % in the text means itself
  };
  /// The value with this name, or nothing.
  [[nodiscard]] virtual std::optional<Value> find(std::string_view name) const = 0;
  /// All names, to find the one that was meant.
  [[nodiscard]] virtual std::vector<std::string_view> all() const = 0;
};

/// A value after interpolation.
struct Interpolated {
  std::string text;
  /// Whether a % came into the text from a literal value, so that the text must not be interpolated
  /// again.
  bool is_literal = false;
};

/// Replaces every `%(name)s` in `text` by the value of that name, which is interpolated in turn, and
/// every `%%` by a %.
///
/// Fails, with a message that says what to write instead, at any other % and at a name that has no
/// value. Fails as well when values lead to themselves, or to one another more than ten deep, as in
/// Python; when there are more than 1,000 references; and when these add more than 64 KiB.
[[nodiscard]] base::Result<Interpolated> interpolate(std::string_view text, const Names& names);

}  // namespace mastic::deploy
