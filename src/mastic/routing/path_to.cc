#include "mastic/routing/path_to.h"

#include <stdexcept>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::routing {
namespace {

[[noreturn]] void refuse(const RoutePattern& pattern, const std::string& why) {
  throw std::invalid_argument("the path of '" + std::string(pattern.text()) + "': " + why);
}

/// Encodes a value that is one segment. Throws for a dot segment, because escaping would not help:
/// a browser would resolve "%2e%2e" too.
std::string encode_segment(const RoutePattern& pattern, std::string_view segment) {
  if (segment == "." || segment == "..") refuse(pattern, "a value cannot be a dot segment");
  return base::percent_encode_segment(segment);
}

/// Encodes each segment; the slashes between them stay.
std::string encode_rest(const RoutePattern& pattern, std::string_view rest) {
  std::string path;
  while (true) {
    const bool is_last = rest.find('/') == rest.npos;
    path += encode_segment(pattern, base::take_until(rest, '/'));
    if (is_last) return path;
    path += '/';
  }
}

}  // namespace

std::string make_path(const RoutePattern& pattern, std::span<const std::string> values) {
  if (values.size() != pattern.values()) {
    refuse(pattern, "it has " + std::to_string(pattern.values()) + " values, not " +
                        std::to_string(values.size()));
  }
  std::string path;
  std::size_t next = 0;
  for (const PatternPart& part : pattern.parts()) {
    path += '/';
    if (part.kind == PatternPart::Kind::Literal) {
      path += encode_literal(part.text);
    } else if (part.kind == PatternPart::Kind::Rest) {
      path += encode_rest(pattern, values[next++]);
    } else {
      if (values[next].empty()) refuse(pattern, "{" + std::string(part.text) + "} is empty");
      path += encode_segment(pattern, values[next++]);
    }
  }
  // An empty first segment: a browser reads what follows "//" as the name of a host.
  if (path.starts_with("//")) refuse(pattern, "'" + path + "' would be another host");
  return path;
}

}  // namespace mastic::routing
