#include "mastic/deploy/white_space.h"

#include <algorithm>
#include <iterator>

namespace mastic::deploy {
namespace {

/// White space outside of ASCII, in UTF-8.
constexpr std::string_view kWideSpaces[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                            "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                            "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                            "\u2029", "\u202f", "\u205f", "\u3000"};

constexpr bool is_narrow_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

/// Whether `c` is a character of its own, so that there is no wide space to look for.
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// How many bytes the white space character at the end of `text` has; 0 if it does not end with one.
std::size_t last_space_size(std::string_view text) {
  if (text.empty()) return 0;
  if (is_narrow_space(text.back())) return 1;
  if (is_ascii(text.back())) return 0;
  const auto found = std::ranges::find_if(
      kWideSpaces, [&](std::string_view space) { return text.ends_with(space); });
  return found == std::end(kWideSpaces) ? 0 : found->size();
}

}  // namespace

std::size_t white_space_size(std::string_view text) {
  if (text.empty()) return 0;
  const char first = text.front();
  if (is_narrow_space(first)) return 1;
  if (is_ascii(first)) return 0;
  const auto found = std::ranges::find_if(
      kWideSpaces, [&](std::string_view space) { return text.starts_with(space); });
  return found == std::end(kWideSpaces) ? 0 : found->size();
}

std::string_view strip_start(std::string_view text) {
  while (const std::size_t size = white_space_size(text)) text.remove_prefix(size);
  return text;
}

std::string_view strip_end(std::string_view text) {
  while (const std::size_t size = last_space_size(text)) text.remove_suffix(size);
  return text;
}

std::string_view strip(std::string_view text) { return strip_end(strip_start(text)); }

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = strip_start(text)).empty()) {
    std::size_t end = 0;
    while (end < text.size() && white_space_size(text.substr(end)) == 0) ++end;
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

}  // namespace mastic::deploy
