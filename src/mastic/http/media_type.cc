#include "mastic/http/media_type.h"

#include <algorithm>
#include <ranges>

#include "mastic/base/text.h"
#include "mastic/http/media_type_table.h"
#include "mastic/http/syntax.h"

namespace mastic::http {
namespace {

constexpr std::string_view kUnknown = "application/octet-stream";
constexpr std::size_t kLongestEnding = 16;  // longer ones are not in the table

/// Whether `word` is one of `words`, which spaces separate. The table is searched from its
/// beginning: compared with opening the file that the type is for, that costs little, and the table
/// stays readable.
bool is_among(std::string_view words, std::string_view word) {
  if (word.empty() || word.contains(' ')) return false;
  for (std::size_t at = words.find(word); at != words.npos; at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || words[at - 1] == ' ';
    if (begins && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string_view media_type_of(std::string_view file_name) {
  const std::string_view name = last_part(file_name);
  if (is_among(kPlainTextNames, name)) return kPlainText;
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || name.size() - dot > kLongestEnding + 1) return kUnknown;
  const std::string ending = base::lower_case(name.substr(dot + 1));
  const auto* const line = std::ranges::find_if(
      kMediaTypes, [&](const MediaTypeLine& at) { return is_among(at.endings, ending); });
  return line != std::end(kMediaTypes) ? line->type : kUnknown;
}

bool is_media_type(std::string_view type) {
  std::string_view parameters = type;
  std::string_view subtype = base::trim(base::take_until(parameters, ';'));
  const std::string_view main = base::take_until(subtype, '/');
  return is_token(main) && is_token(subtype) && is_field_value(type);
}

base::Result<void> MediaTypes::add(std::string_view rule) {
  std::string_view type = rule;
  const std::string_view name = base::take_until(type, '=');
  type = base::trim(type);
  if (!rule.contains('=') || name.empty() || name == "." || name.contains('/')) {
    return base::fail("'", rule, "' is not written like .m4s=video/mp4 or Buildfile=text/plain");
  }
  if (!is_media_type(type))
    return base::fail("'", type, "' is not a media type such as text/plain");
  added_.push_back({base::lower_case(name), std::string(type)});
  return {};
}

std::string_view MediaTypes::of(std::string_view file_name) const {
  const std::string name = base::lower_case(last_part(file_name));
  for (const Rule& rule : std::views::reverse(added_)) {
    const bool fits = rule.name.starts_with('.') ? name.ends_with(rule.name) : name == rule.name;
    if (fits) return rule.type;
  }
  return media_type_of(file_name);
}

}  // namespace mastic::http
