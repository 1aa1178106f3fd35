#include <algorithm>
#include <cmath>
#include <regex>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/testing/html/charset.h"
#include "mastic/testing/html/constraints.h"
#include "mastic/testing/html/moments.h"

namespace mastic::testing::html {
namespace {

bool is_host_label(std::string_view label) {
  const auto is_alphanumeric = [](char c) { return base::is_alpha(c) || base::is_digit(c); };
  return !label.empty() && label.size() <= 63 && is_alphanumeric(label.front()) &&
         is_alphanumeric(label.back()) &&
         std::ranges::all_of(label, [&](char c) { return is_alphanumeric(c) || c == '-'; });
}

/// The standard's own definition of an e-mail address, which is not that of RFC 5322.
bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == text.npos || at == 0) return false;
  const bool is_local = std::ranges::all_of(text.substr(0, at), [](char c) {
    return base::is_alpha(c) || base::is_digit(c) ||
           std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
  });
  if (!is_local || text.ends_with('.')) return false;
  for (std::string_view host = text.substr(at + 1);;) {
    if (!is_host_label(base::take_until(host, '.'))) return false;
    if (host.empty()) return true;
  }
}

bool is_absolute_url(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || !base::is_alpha(text[0])) return false;
  const std::string scheme = base::lower_case(text.substr(0, colon));
  const bool is_scheme = std::ranges::all_of(scheme, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  std::string_view rest = text.substr(colon + 1);
  if (scheme != "http" && scheme != "https") return is_scheme;
  while (!rest.empty() && (rest[0] == '/' || rest[0] == '\\')) rest.remove_prefix(1);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return !host.empty() && host.find_first_of(" <>^|%") == host.npos;
}

std::wstring wide(std::string_view text) {
  std::wstring result;
  while (!text.empty()) result += static_cast<wchar_t>(take_character(text));
  return result;
}

/// Whether `value` matches a pattern. A pattern that this library cannot read counts as one that
/// matches, as a wrong one does in browsers.
bool matches_pattern(std::string_view pattern, std::string_view value) {
  constexpr std::size_t kMost = 4096;  // of a text that takes a person a while to type
  if (pattern.size() > kMost || value.size() > kMost) return true;
  try {
    // `__polynomial` is libstdc++'s search without going back, whose time is bounded.
    const std::wregex regex(wide(pattern),
                            std::regex::ECMAScript | std::regex_constants::__polynomial);
    return std::regex_match(wide(value), regex);
  } catch (const std::regex_error&) {
    return true;
  }
}

bool is_missing(const Control& control, const std::vector<Control>& controls) {
  if (control.type == "checkbox") return control.has("required") && !control.is_checked;
  if (control.type == "radio") {
    // One that is required makes the whole group so; it is reported once.
    const auto is_in_group = [&](const Control& each) {
      return each.type == "radio" && each.name == control.name;
    };
    return control.has("required") && std::ranges::none_of(controls, [&](const Control& each) {
             return is_in_group(each) && each.is_checked;
           });
  }
  if (!control.has("required")) return false;
  if (control.type == "file") return control.files.empty();
  if (control.is_select()) {
    const auto chosen = std::ranges::find(control.options, true, &FormOption::is_selected);
    if (chosen == control.options.end()) return true;
    // The first option of a select is its placeholder if it has no value.
    return control.type == "select-one" && chosen == control.options.begin() &&
           chosen->value.empty();
  }
  return control.value.empty();
}

/// How far the values of a control are apart, in the units of parse_ordered.
double step_of(const Control& control) {
  const std::string& type = control.type;
  const double unit = type == "date"                               ? 86'400'000.0
                      : type == "week"                             ? 7 * 86'400'000.0
                      : type == "time" || type == "datetime-local" ? 1000.0
                                                                   : 1.0;
  const bool is_time = unit == 1000.0;
  const auto given = parse_number(control.attribute("step"));
  return given && *given > 0 ? *given * unit : is_time ? 60'000.0 : unit;
}

std::optional<std::string> order_fault(const Control& control) {
  const std::string& type = control.type;
  const auto number = parse_ordered(type, control.value);
  if (!number) return std::nullopt;
  const auto least = parse_ordered(type, control.attribute("min"));
  const auto most = parse_ordered(type, control.attribute("max"));
  if (type == "time" && least && most && *most < *least) {  // over midnight
    if (*number >= *least || *number <= *most) return std::nullopt;
    return "'" + control.value + "' is between " + std::string(control.attribute("max")) + " and " +
           std::string(control.attribute("min"));
  }
  if (least && *number < *least)
    return "'" + control.value + "' is less than " + std::string(control.attribute("min"));
  if (most && *number > *most)
    return "'" + control.value + "' is more than " + std::string(control.attribute("max"));
  if (base::equal_ignoring_case(control.attribute("step"), "any")) return std::nullopt;
  const double monday = -259'200'000.0;  // the weeks begin on a Monday, and 1970 on a Thursday
  const auto own = type == "week" ? monday : 0.0;
  const double origin =
      least ? *least : parse_ordered(type, control.attribute("value")).value_or(own);
  const double steps = (*number - origin) / step_of(control);
  if (std::abs(steps - std::round(steps)) < 1e-7 * std::max(1.0, std::abs(steps)))
    return std::nullopt;
  const bool has_step = parse_number(control.attribute("step")).has_value();
  return "'" + control.value + "' is not on a step of " +
         (has_step ? std::string(control.attribute("step")) : "its type");
}

std::optional<std::string> text_fault(const Control& control) {
  const std::string& value = control.value;
  if (value.empty()) return std::nullopt;
  const auto least = base::parse_decimal(control.attribute("minlength"));
  if (control.is_changed && least && utf16_length(value) < *least) {
    return "'" + value + "' is shorter than " + std::to_string(*least) + " characters";
  }
  const bool is_list = control.type == "email" && control.has("multiple");
  std::string_view rest = value;
  while (!rest.empty()) {
    const std::string_view one = is_list ? base::take_until(rest, ',') : std::exchange(rest, {});
    if (control.type == "email" && !is_email(one))
      return "'" + std::string(one) + "' is not an e-mail address";
    if (control.type == "url" && !is_absolute_url(one))
      return "'" + std::string(one) + "' is not an absolute URL";
    if (control.has("pattern") && control.type != "textarea" &&
        !matches_pattern(control.attribute("pattern"), one)) {
      return "'" + std::string(one) + "' does not match the pattern " +
             std::string(control.attribute("pattern"));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> validity_fault(const Control& control,
                                          const std::vector<Control>& controls) {
  const std::string& type = control.type;
  const bool is_read_only = control.has("readonly") && !control.is_select() &&
                            !control.is_checkable() && type != "range" && type != "color" &&
                            type != "file";
  if (control.is_disabled || control.is_forced || control.is_button() || type == "hidden" ||
      is_read_only)
    return std::nullopt;
  if (is_missing(control, controls)) return "it is required";
  if (is_ordered(type)) return order_fault(control);
  if (!control.has_text() || type == "color") return std::nullopt;
  return text_fault(control);
}

}  // namespace mastic::testing::html
