// What is wrong, or doubtful, in a configuration: all of it, each with its place.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/origin.h"

namespace mastic::deploy {

class SecretValues;

/// One thing that is wrong or doubtful.
struct Diagnostic {
  /// Whether the configuration can be used all the same.
  enum class Severity {
    Error,    ///< it cannot
    Warning,  ///< it can, but may not mean what it seems to
    Note,     ///< it can, and means what it seems to; there is something to know
  };
  Severity severity;
  base::Origin origin;  ///< the line
  std::string message;  ///< a sentence: what was found, what is allowed, the nearest right spelling

  /// How a diagnostic is written.
  enum class Look {
    Plain,
    Coloured,  ///< for a terminal
  };
  /// The form that editors understand: "site.ini:12: error: there is no section 'wiki'". What a
  /// terminal would obey is escaped, and what is too long for a person is truncated.
  [[nodiscard]] std::string to_string(Look look = Look::Plain) const;
};

/// The word for a severity: "error", "warning", "note".
[[nodiscard]] std::string_view to_string(Diagnostic::Severity severity);

/// Collects diagnostics. Nothing ends at the first one. Of each severity the first hundred are kept,
/// which is more than a person reads.
class Diagnostics {
 public:
  /// Adds what makes the configuration unusable.
  void error(const base::Origin& origin, std::string message);
  /// Adds what may not mean what it seems to.
  void warn(const base::Origin& origin, std::string message);
  /// Adds what a reader may want to know.
  void note(const base::Origin& origin, std::string message);

  /// Adds all that `other` has.
  void take(Diagnostics other);
  /// Takes secrets out of all messages so far.
  void blank(const SecretValues& secrets);

  /// Whether one of them is an error.
  [[nodiscard]] bool has_errors() const;
  /// Whether there are as many errors as are kept, so that looking for more makes no sense.
  [[nodiscard]] bool is_full() const;
  /// All diagnostics, by file and line; files in the order in which they were first named. The same
  /// diagnostic, added twice, is there once. At the end, it is said of what there are more.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;
  /// All diagnostics, in the order of `sorted`, a line for each.
  [[nodiscard]] std::string to_string() const;

 private:
  void add(Diagnostic diagnostic);

  std::vector<Diagnostic> diagnostics_;
  std::array<std::size_t, 3> counts_{};  ///< of each severity
  std::array<bool, 3> has_more_{};       ///< whether diagnostics of a severity were left out
};

}  // namespace mastic::deploy
