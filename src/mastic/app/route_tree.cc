#include "mastic/app/route_tree.h"

#include <algorithm>

#include "mastic/base/text.h"
#include "mastic/http/target.h"

namespace mastic::app {
namespace {

/// One segment of a pattern.
struct Part {
  enum class Kind { Literal, Named, Rest };
  Kind kind = Kind::Literal;
  std::string text;  ///< the literal in normal form, or the name
};

bool is_name(std::string_view text) {
  const auto allowed = [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_'; };
  return !text.empty() && !base::is_digit(text[0]) && std::ranges::all_of(text, allowed);
}

base::Result<Part> parse_part(std::string_view segment) {
  const bool braced = segment.starts_with('{') && segment.ends_with('}');
  if (!braced) {
    if (segment.find_first_of("{}") != segment.npos) {
      return base::fail("'", segment, "': a name in braces has to be a whole segment");
    }
    return Part{Part::Kind::Literal, std::string(segment)};
  }
  std::string_view name = segment.substr(1, segment.size() - 2);
  const bool rest = name.ends_with("...");
  if (rest) name.remove_suffix(3);
  if (!is_name(name)) {
    return base::fail("'", segment, "': a name is made of letters, digits and underscores");
  }
  return Part{rest ? Part::Kind::Rest : Part::Kind::Named, std::string(name)};
}

/// Literals in the normal form of paths: spaces and what is not ASCII become escapes.
std::string normal_pattern(std::string_view pattern) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : pattern) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      escaped += c;
    } else {
      escaped.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return escaped;
}

base::Result<std::vector<Part>> parse_pattern(std::string_view pattern) {
  if (!pattern.starts_with('/')) return base::fail("a route begins with '/'");
  const std::string escaped = normal_pattern(pattern);
  const auto normal = http::normalize_path(escaped);
  if (!normal) return base::fail("the path is broken");
  if (pattern.find_first_of("?#") != pattern.npos)
    return base::fail("a route is a path, without query");
  if (pattern.contains("/../") || pattern.contains("/./")) return base::fail("it has dot segments");
  std::vector<Part> parts;
  const std::string text = normal->value_or(escaped);
  for (std::string_view rest = std::string_view(text).substr(1);;) {
    const bool last = rest.find('/') == rest.npos;
    auto part = parse_part(base::take_until(rest, '/'));
    if (!part) return std::unexpected(part.error());
    if (part->kind == Part::Kind::Rest && !last) {
      return base::fail("'{", part->text, "...}' has to be the last segment");
    }
    const auto same = [&](const Part& other) {
      return other.kind != Part::Kind::Literal && other.text == part->text;
    };
    if (part->kind != Part::Kind::Literal && std::ranges::any_of(parts, same)) {
      return base::fail("the name '", part->text, "' stands twice");
    }
    parts.push_back(*std::move(part));
    if (last) return parts;
  }
}

}  // namespace

base::Result<RouteTree::RouteId> RouteTree::add(std::string_view pattern) {
  const auto parts = parse_pattern(pattern);
  if (!parts) return base::fail("route '", pattern, "': ", parts.error().message);
  Node* node = &root_;
  std::vector<std::string> names;
  RouteId* route = nullptr;
  for (const Part& part : *parts) {
    if (part.kind != Part::Kind::Literal) names.push_back(part.text);
    if (part.kind == Part::Kind::Rest) {
      route = &node->rest;
      break;
    }
    auto& child = part.kind == Part::Kind::Named ? node->named : node->literals[part.text];
    if (!child) child = std::make_unique<Node>();
    node = child.get();
    route = &node->route;
  }
  if (*route == kNone) {
    *route = names_.size();
    names_.push_back(std::move(names));
    patterns_.emplace_back(pattern);
  } else if (names_[*route] != names) {
    return base::fail("route '", pattern, "' and route '", patterns_[*route],
                      "' take the same paths under other names");
  }
  return *route;
}

RouteTree::Match RouteTree::find(std::string_view path) const {
  Match match;
  if (path.empty()) path = "/";
  if (path.front() == '/') descend(root_, path.substr(1), false, match);
  return match;
}

/// `rest` is what follows the slash after `node`, unless the path is `at_end`.
bool RouteTree::descend(const Node& node, std::string_view rest, bool at_end, Match& match) {
  if (at_end) {
    match.route = node.route;
    return node.route != kNone;
  }
  const std::size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  const bool last = slash == rest.npos;
  const std::string_view after = last ? std::string_view() : rest.substr(slash + 1);

  const auto literal = node.literals.find(segment);
  if (literal != node.literals.end() && descend(*literal->second, after, last, match)) return true;
  if (node.named && !segment.empty()) {
    match.values.push_back(segment);
    if (descend(*node.named, after, last, match)) return true;
    match.values.erase(match.values.size() - 1, 1);
  }
  if (node.rest == kNone) return false;
  match.values.push_back(rest);
  match.route = node.rest;
  return true;
}

}  // namespace mastic::app
