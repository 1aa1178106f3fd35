#include "mastic/wire/multipart/parameters.h"

#include <algorithm>

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::wire::multipart {
namespace {

constexpr std::size_t kMaxParameters = 16;

std::string_view after_blanks(std::string_view text) {
  while (!text.empty() && base::is_blank(text.front())) text.remove_prefix(1);
  return text;
}

/// Takes a token, which is empty if there is none.
std::string_view take_token(std::string_view& text) {
  const char* const end = text.data() + text.size();
  const char* const stop = http::skip(http::Characters::Token, text.data(), end);
  const std::string_view token = text.substr(0, static_cast<std::size_t>(stop - text.data()));
  text.remove_prefix(token.size());
  return token;
}

/// Takes what is between two quotes. Requires: `text` begins with a quote.
std::optional<std::string_view> take_quoted(std::string_view& text) {
  std::size_t end = text.find('"', 1);
  while (end != std::string_view::npos && text[end - 1] == '\\') end = text.find('"', end + 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return value;
}

/// Takes `name=value` and the blanks after it.
std::optional<Parameter> take_parameter(std::string_view& text) {
  Parameter parameter;
  parameter.name = take_token(text);
  if (parameter.name.empty() || !text.starts_with('=')) return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('"')) {
    const std::optional<std::string_view> quoted = take_quoted(text);
    if (!quoted) return std::nullopt;
    parameter.value = *quoted;
  } else {
    parameter.value = take_token(text);
    if (parameter.value.empty()) return std::nullopt;
  }
  text = after_blanks(text);
  return parameter;
}

}  // namespace

std::optional<std::string_view> Parameters::get(std::string_view name) const {
  for (const Parameter& each : list) {
    if (base::equal_ignoring_case(each.name, name)) return each.value;
  }
  return std::nullopt;
}

std::optional<Parameters> parse_parameters(std::string_view field, EmptyParameters empty) {
  Parameters parsed;
  const std::size_t semicolon = std::min(field.find(';'), field.size());
  parsed.value = base::trim(field.substr(0, semicolon));
  std::string_view rest = field.substr(semicolon);
  while (!rest.empty()) {
    if (rest.front() != ';') return std::nullopt;
    rest = after_blanks(rest.substr(1));
    const bool is_empty = rest.empty() || rest.front() == ';';
    if (is_empty && empty == EmptyParameters::Skipped) continue;
    const std::optional<Parameter> parameter = take_parameter(rest);
    if (!parameter || parsed.get(parameter->name) || parsed.list.size() == kMaxParameters) {
      return std::nullopt;
    }
    parsed.list.push_back(*parameter);
  }
  return parsed;
}

}  // namespace mastic::wire::multipart
