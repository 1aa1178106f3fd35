#include "mastic/app/page_style.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mastic/base/sha256.h"
#include "mastic/base/text.h"

namespace mastic::app {
namespace {

using base::equal_ignoring_case;

constexpr std::string_view kBlanks = " \t";

std::string hash_source(std::string_view text) {
  const auto digest = base::sha256(text);
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
  return "'sha256-" + base::to_base64(bytes) + "'";
}

/// Removes the first word of `text` and returns it. The word is empty at the end of the text.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

/// Whether these sources admit every inline style: 'unsafe-inline' does, unless the sources contain
/// a hash or a nonce, with which browsers ignore 'unsafe-inline'.
bool allow_any_style(std::string_view sources) {
  bool any = false;
  while (!sources.empty()) {
    const std::string word = base::lower_case(take_word(sources));
    if (word.starts_with("'nonce-") || word.starts_with("'sha")) return false;
    any |= word == "'unsafe-inline'";
  }
  return any;
}

/// Adds `source` to `sources`, and removes 'none', which is only valid alone.
std::string with_source(std::string_view sources, std::string_view source) {
  std::string all;
  while (!sources.empty()) {
    const std::string_view word = take_word(sources);
    if (word.empty() || equal_ignoring_case(word, "'none'")) continue;
    all.append(" ").append(word);
  }
  return all.append(" ").append(source);
}

/// Does the work of allow_style for one policy of the list.
std::string allow_style_in(std::string_view policy, std::string_view source) {
  // Of these directives, the first that the policy has decides on an inline style.
  constexpr std::array<std::string_view, 3> kDeciding{"style-src-elem", "style-src", "default-src"};
  std::array<std::string_view, kDeciding.size()> found{};  // each without blanks at its ends
  for (std::string_view rest = policy; !rest.empty();) {
    const std::string_view directive = base::trim(base::take_until(rest, ';'));
    std::string_view sources = directive;
    const std::string_view name = take_word(sources);
    for (std::size_t i = 0; i < kDeciding.size(); ++i) {
      if (found[i].empty() && equal_ignoring_case(name, kDeciding[i])) found[i] = directive;
    }
  }
  const auto* const deciding =
      std::ranges::find_if(found, [](std::string_view directive) { return !directive.empty(); });
  if (deciding == found.end()) return std::string(policy);
  std::string_view sources = *deciding;
  const std::string_view name = take_word(sources);
  if (allow_any_style(sources)) return std::string(policy);

  std::string allowing(policy);
  if (equal_ignoring_case(name, "default-src")) {  // add a style-src, so that nothing else changes
    while (allowing.ends_with(';') || allowing.ends_with(' ')) allowing.pop_back();
    return allowing + "; style-src" + with_source(sources, source);
  }
  const auto at = static_cast<std::size_t>(sources.data() - policy.data());
  return allowing.replace(at, sources.size(), with_source(sources, source));
}

}  // namespace

PageStyle::PageStyle(std::string_view css, std::string_view directives)
    : element_("<style>" + std::string(css) + "</style>"),
      source_(hash_source(css)),
      policy_("default-src 'none'; style-src " + source_) {
  if (!directives.empty()) policy_.append("; ").append(directives);
}

Response styled_page(Request& request, const PageStyle& style, Body html, http::Status status) {
  answer_notes(request).set_style(&style);
  return Response::of_type("text/html; charset=utf-8", std::move(html), status)
      .set(http::FieldName::ContentSecurityPolicy, style.policy())
      .set(http::FieldName::XContentTypeOptions, "nosniff");
}

std::string allow_style(std::string_view policy, std::string_view source) {
  std::string allowing;
  while (true) {
    const std::size_t end = policy.find(',');
    allowing += allow_style_in(policy.substr(0, end), source);
    if (end == policy.npos) return allowing;
    allowing += ',';
    policy.remove_prefix(end + 1);
  }
}

}  // namespace mastic::app
