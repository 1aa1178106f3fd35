// Parses the pattern of a route, such as /hi/{name}/{times:int}, at compile time or at run time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mastic/base/attributes.h"

namespace mastic::routing {

/// One segment of a pattern.
struct PatternPart {
  enum class Kind : std::uint8_t { Literal, Value, Rest };
  Kind kind = Kind::Literal;
  std::string_view text;  ///< the literal, or the name of the value
  std::string_view type;  ///< a value's: int, uint, uuid, one of the program's own; empty for text
};

/// The pattern of a route. Patterns look like paths:
///
///     /users/{id}/posts        {id} takes one segment, which is not empty
///     /users/{id:int}          takes a whole number; also uint, uuid, and types of your own
///     /files/{path...}         takes the rest, which may be empty and have slashes; also {path:path}
///     (empty)                  the place where the router is mounted, without a slash
///
/// A RoutePattern is a view of its text. When the text is not a pattern, `fault` says why and
/// `fault_at` where.
class RoutePattern {
 public:
  /// How many segments a pattern may have.
  static constexpr std::size_t kMaxParts = 32;

  /// Parses `text`, which must outlive the pattern.
  constexpr explicit RoutePattern(std::string_view text MASTIC_LIFETIMEBOUND) : text_(text) {
    parse();
  }

  /// Whether the text is a pattern.
  [[nodiscard]] constexpr bool is_valid() const { return fault_.empty(); }
  /// What is wrong with the text; empty when it is a pattern.
  [[nodiscard]] constexpr std::string_view fault() const { return fault_; }
  /// The part of the text that is wrong.
  [[nodiscard]] constexpr std::string_view fault_at() const { return fault_at_; }
  /// The text of the pattern.
  [[nodiscard]] constexpr std::string_view text() const { return text_; }
  /// The segments of the pattern, in order.
  [[nodiscard]] constexpr std::span<const PatternPart> parts() const MASTIC_LIFETIMEBOUND {
    return std::span(parts_).first(size_);
  }
  /// How many values the pattern takes.
  [[nodiscard]] constexpr std::size_t values() const {
    std::size_t count = 0;
    for (const PatternPart& part : parts())
      count += part.kind != PatternPart::Kind::Literal ? 1 : 0;
    return count;
  }
  /// The value number `index`, from 0. Requires: index < values().
  [[nodiscard]] constexpr const PatternPart& value(std::size_t index) const MASTIC_LIFETIMEBOUND {
    std::size_t at = 0;
    while (parts_[at].kind == PatternPart::Kind::Literal || index-- > 0) ++at;
    return parts_[at];
  }

 private:
  constexpr void parse() {
    using Kind = PatternPart::Kind;
    if (text_.empty()) return;
    if (!text_.starts_with('/')) return fail(text_, "a route begins with '/'");
    if (text_.find_first_of("?#") != text_.npos) {
      return fail(text_, "a route is a path, without a query");
    }
    for (std::size_t at = 1; at <= text_.size();) {
      const std::size_t slash = std::min(text_.find('/', at), text_.size());
      const std::string_view segment = text_.substr(at, slash - at);
      at = slash + 1;
      if (size_ == kMaxParts) return fail(segment, "a route has at most 32 segments");
      if (size_ > 0 && parts_[size_ - 1].kind == Kind::Rest) {
        return fail(segment, "nothing may follow the segment that takes the rest of the path");
      }
      const PatternPart part = parse_segment(segment);
      if (!is_valid()) return;
      for (const PatternPart& other : parts()) {
        const bool same = part.kind != Kind::Literal && other.kind != Kind::Literal;
        if (same && other.text == part.text) return fail(segment, "this name is used twice");
      }
      parts_[size_++] = part;
    }
  }

  constexpr PatternPart parse_segment(std::string_view segment) {
    using Kind = PatternPart::Kind;
    if (segment == "." || segment == "..") {
      fail(segment, "a route has no dot segments");
      return {};
    }
    if (!segment.starts_with('{') || !segment.ends_with('}')) {
      if (segment.find_first_of("{}") != segment.npos) {
        fail(segment, "a name in braces has to be a whole segment");
      }
      return {Kind::Literal, segment, {}};
    }
    PatternPart part{Kind::Value, segment.substr(1, segment.size() - 2), {}};
    if (part.text.ends_with("...")) {
      part.kind = Kind::Rest;
      part.text.remove_suffix(3);
    } else if (const std::size_t colon = part.text.find(':'); colon != part.text.npos) {
      part.type = part.text.substr(colon + 1);
      part.text = part.text.substr(0, colon);
      if (!is_name(part.type)) fail(segment, "the name of a type follows the colon");
      if (part.type == "path") part = {Kind::Rest, part.text, {}};
    }
    if (!is_name(part.text)) {
      fail(segment, "a name consists of letters, digits and underscores, and begins with a letter");
    }
    return part;
  }

  static constexpr bool is_name(std::string_view text) {
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    if (text.empty() || !is_letter(text[0])) return false;
    for (const char c : text) {
      if (!is_letter(c) && (c < '0' || c > '9')) return false;
    }
    return true;
  }

  constexpr void fail(std::string_view where, std::string_view why) {
    fault_ = why;
    fault_at_ = where;
  }

  std::string_view text_;
  std::array<PatternPart, kMaxParts> parts_{};
  std::size_t size_ = 0;
  std::string_view fault_;
  std::string_view fault_at_;
};

}  // namespace mastic::routing
