#include "mastic/testing/html/tag_scanner.h"

#include <algorithm>
#include <array>

#include "mastic/base/text.h"
#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {

bool has_raw_text(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"};
  return is_one_of(name, kNames);
}

std::optional<Tag> TagScanner::next() {
  while (true) {
    const std::size_t begin = source_.find('<', at_);
    if (begin == source_.npos || begin + 1 >= source_.size()) return std::nullopt;
    const bool is_end = source_[begin + 1] == '/';
    std::size_t at = begin + 1 + (is_end ? 1 : 0);
    if (at >= source_.size()) return std::nullopt;
    if (!base::is_alpha(source_[at])) {
      at_ =
          is_end || source_[at] == '!' || source_[at] == '?' ? skip_declaration(begin) : begin + 1;
      continue;
    }
    Tag tag{.is_end = is_end, .begin = begin};
    while (at < source_.size() && !is_space(source_[at]) && source_[at] != '/' &&
           source_[at] != '>') {
      tag.name += base::to_lower(source_[at++]);
    }
    at_ = tag.end = skip_attributes(at);
    tag.is_self_closing =
        tag.end >= 2 && source_[tag.end - 1] == '>' && source_[tag.end - 2] == '/';
    if (!is_end && has_raw_text(tag.name)) skip_raw_text(tag.name);
    return tag;
  }
}

/// The place behind a comment, a doctype, or something like </3> that is taken for a comment.
std::size_t TagScanner::skip_declaration(std::size_t at) const {
  std::size_t end = source_.npos;
  if (source_.substr(at, 4) == "<!--") {
    // <!--> and <!---> are complete.
    end = source_.substr(at + 4, 1) == ">" ? at + 4 : source_.find("-->", at + 2);
    if (end != source_.npos && source_[end] == '-') end += 2;
    const std::size_t other = source_.find("--!>", at + 4);
    if (other != source_.npos && other < end) end = other + 3;
  } else {
    end = source_.find('>', at);
  }
  return end == source_.npos ? source_.size() : end + 1;
}

/// The place behind the '>' that ends a tag, which is not one within quotes.
std::size_t TagScanner::skip_attributes(std::size_t at) const {
  bool is_value = false;  // the next character may open a quoted value
  while (at < source_.size() && source_[at] != '>') {
    const char c = source_[at++];
    if (is_value && (c == '"' || c == '\'')) {
      at = std::min(source_.find(c, at), source_.size() - 1) + 1;
    }
    is_value = c == '=' || (is_value && is_space(c));
  }
  return std::min(at + 1, source_.size());
}

void TagScanner::skip_raw_text(std::string_view name) {
  for (std::size_t at = at_; name != "plaintext"; ++at) {
    at = source_.find("</", at);
    if (at == source_.npos) break;
    const std::string_view rest = source_.substr(at + 2);
    if (rest.size() > name.size() && base::equal_ignoring_case(rest.substr(0, name.size()), name) &&
        (is_space(rest[name.size()]) || rest[name.size()] == '>' || rest[name.size()] == '/')) {
      at_ = at;
      return;
    }
  }
  at_ = source_.size();
}

std::optional<std::string> attribute_in(std::string_view tag, std::string_view name) {
  const auto ends_name = [](char c) { return is_space(c) || c == '=' || c == '>' || c == '/'; };
  std::size_t at = 1;
  while (at < tag.size() && !ends_name(tag[at])) ++at;  // the name of the element
  while (at < tag.size()) {
    while (at < tag.size() && (is_space(tag[at]) || tag[at] == '/' || tag[at] == '>')) ++at;
    const std::size_t begin = at;
    if (at < tag.size() && tag[at] == '=') ++at;
    while (at < tag.size() && !ends_name(tag[at])) ++at;
    const std::string_view found = tag.substr(begin, at - begin);
    while (at < tag.size() && is_space(tag[at])) ++at;
    std::string value;
    if (at < tag.size() && tag[at] == '=') {
      ++at;
      while (at < tag.size() && is_space(tag[at])) ++at;
      const char quote = at < tag.size() && (tag[at] == '"' || tag[at] == '\'') ? tag[at++] : '\0';
      while (at < tag.size() &&
             (quote != 0 ? tag[at] != quote : !is_space(tag[at]) && tag[at] != '>')) {
        value += tag[at++];
      }
      if (quote != 0) ++at;
    }
    if (base::equal_ignoring_case(found, name)) return value;
  }
  return std::nullopt;
}

}  // namespace mastic::testing::html
