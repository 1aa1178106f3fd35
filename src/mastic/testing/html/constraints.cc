#include "mastic/testing/html/constraints.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "mastic/base/text.h"
#include "mastic/testing/html/charset.h"
#include "mastic/testing/html/moments.h"

namespace mastic::testing::html {
namespace {

std::string without_line_ends(std::string_view text) {
  std::string line(text);
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n'; });
  return line;
}

/// CR LF and CR as LF, as scripts and people see the text of a textarea.
std::string with_line_feeds(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    out += text[at] == '\r' ? '\n' : text[at];
  }
  return out;
}

bool is_color(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         std::ranges::all_of(text.substr(1), [](char c) { return base::hex_value(c) >= 0; });
}

/// The value nearest to `value` that a slider has.
std::string slider_value(const Control& control, std::string_view value) {
  const double least = parse_number(control.attribute("min")).value_or(0);
  const double most = parse_number(control.attribute("max")).value_or(100);
  double number = parse_number(value).value_or(most < least ? least : least + (most - least) / 2);
  number = std::max(std::min(number, most), least);
  const double step = parse_number(control.attribute("step")).value_or(1);
  if (!base::equal_ignoring_case(control.attribute("step"), "any")) {
    const double size = step > 0 ? step : 1;
    const double origin =
        control.has("min") ? least : parse_number(control.attribute("value")).value_or(0);
    const double steps = (number - origin) / size;
    if (std::abs(steps - std::round(steps)) > 1e-9) {
      number = origin + std::floor(steps + 0.5) * size;
      if (number > most) number -= size;
    }
  }
  return format_number(number);
}

std::string local_time(std::string_view value) {
  if (!parse_ordered("datetime-local", value)) return {};
  std::string normal(value);
  normal[normal.find_first_of("T ")] = 'T';
  const std::size_t zero_seconds = normal.find(":00", normal.find(':') + 3);
  if (zero_seconds != normal.npos && zero_seconds + 3 == normal.size()) normal.resize(zero_seconds);
  return normal;
}

}  // namespace

std::string sanitize(const Control& control, std::string_view value) {
  static constexpr std::array<std::string_view, 4> kLines = {"text", "search", "tel", "password"};
  const std::string& type = control.type;
  if (is_one_of(type, kLines)) return without_line_ends(value);
  if (type == "email" && control.has("multiple")) {
    std::string list;
    while (true) {
      const bool is_last = value.find(',') == value.npos;
      list += strip(without_line_ends(base::take_until(value, ',')));
      if (is_last) return list;
      list += ',';
    }
  }
  if (type == "url" || type == "email") return std::string(strip(without_line_ends(value)));
  if (type == "textarea") return with_line_feeds(value);
  if (type == "range") return slider_value(control, value);
  if (type == "datetime-local") return local_time(value);
  if (type == "color") return is_color(value) ? base::lower_case(value) : "#000000";
  if (is_ordered(type)) return parse_ordered(type, value) ? std::string(value) : std::string();
  return std::string(value);
}

std::optional<std::string> entry_fault(const Control& control, std::string_view value) {
  const std::string& type = control.type;
  if (type == "hidden") return "it is hidden";
  if (control.is_disabled) return "it is disabled";
  if (control.has("readonly") && type != "range" && type != "color") return "it is read-only";
  if (type == "color" && !is_color(value)) return "a color is written like #a52a2a";
  if (is_ordered(type) && !value.empty() && !parse_ordered(type, value)) {
    return "a value of type " + type + " is written like " + std::string(example_of(type));
  }
  if (type == "range" &&
      sanitize(control, value) != format_number(parse_number(value).value_or(NAN))) {
    return "the slider has no such place; the nearest is " + sanitize(control, value);
  }
  if (type != "textarea" && without_line_ends(value) != value) {
    return "it is one line";
  }
  static constexpr std::array<std::string_view, 7> kWithLength = {
      "text", "search", "url", "tel", "email", "password", "textarea"};
  const auto most = base::parse_decimal(control.attribute("maxlength"));
  const std::size_t length = utf16_length(sanitize(control, value));
  if (is_one_of(type, kWithLength) && most && length > *most) {
    return "it takes " + std::to_string(*most) + " characters, and these are " +
           std::to_string(length);
  }
  return std::nullopt;
}

}  // namespace mastic::testing::html
