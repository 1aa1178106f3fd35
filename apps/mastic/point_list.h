// The factories that a site file may use, described from the tables of their options.

#pragma once

#include <string>
#include <vector>

#include "mastic/deploy/factory.h"

namespace mastic::program {

/// An option of a factory.
struct PointOption {
  std::string name;           ///< as in a section: "cache_control"; of a table what its keys are
  std::string argument;       ///< the placeholder of its value: "PATH", "(on|off)"
  std::string default_value;  ///< empty for a secret
  std::string meaning;
  bool is_secret = false;
  bool is_repeatable = false;
  bool is_table = false;  ///< whether each key that fits is an option of its own
};

/// A factory, as the command shows it.
struct Point {
  std::string kind;  ///< "application", "filter" or "server"
  std::string name;  ///< as after `use =`: "mastic#static", "lib:./libsite.so#shop"
  std::string meaning;
  std::vector<std::string> other_names;
  std::vector<PointOption> options;
  std::string example;  ///< a section that uses it
};

/// Describes a factory. `prefix` comes before its name in `use =`: "mastic#".
[[nodiscard]] Point describe_point(const deploy::Factory& factory, const std::string& prefix,
                                   std::vector<std::string> other_names);

/// A list of points with a line for each, under the headings of their kinds.
[[nodiscard]] std::string list_text(const std::vector<Point>& points);
/// One point with its options and its example.
[[nodiscard]] std::string point_text(const Point& point);
/// A page about all points, for the reference.
[[nodiscard]] std::string points_markdown(const std::vector<Point>& points);

}  // namespace mastic::program
