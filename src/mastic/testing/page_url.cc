#include "mastic/testing/page_url.h"

#include <algorithm>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::testing {
namespace {

/// The scheme of a URL without its colon; empty for a relative reference.
std::string_view scheme_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == url.npos || colon == 0 || !base::is_alpha(url[0])) return {};
  const std::string_view scheme = url.substr(0, colon);
  const bool is_scheme = std::ranges::all_of(scheme, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return is_scheme ? scheme : std::string_view();
}

/// A reference as a browser reads it: without white space at its ends, and without tabs and line ends
/// within (https://url.spec.whatwg.org/#concept-basic-url-parser).
std::string without_line_ends(std::string_view reference) {
  constexpr std::string_view kSpaces = " \t\n\f\r";
  const std::size_t first = reference.find_first_not_of(kSpaces);
  if (first == reference.npos) return {};
  std::string out(reference.substr(first, reference.find_last_not_of(kSpaces) + 1 - first));
  std::erase_if(out, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  return out;
}

/// Escapes what a request cannot hold, as browsers do. What is escaped already stays.
std::string escaped(std::string_view path_and_query) {
  std::string out;
  base::append_percent_encoded(out, path_and_query, [](char c) {
    return c > ' ' && c < '\x7f' && !std::string_view("\"<>`{}").contains(c);
  });
  return out;
}

/// A path that begins with '/', without the segments `.` and `..`.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    if (segment == "..") out.resize(std::min(out.size(), out.rfind('/')));
    if (segment != "." && segment != "..") {
      out.append("/").append(segment);
    } else if (path.empty()) {
      out += '/';
    }
  }
  return out.empty() ? "/" : out;
}

}  // namespace

std::string_view origin_of(std::string_view url) {
  const std::string_view scheme = scheme_of(url);
  if (scheme.empty() || url.substr(scheme.size(), 3) != "://") return {};
  return url.substr(0, url.find_first_of("/?#", scheme.size() + 3));
}

std::string resolve_url(std::string_view base, std::string_view reference) {
  const std::string clean = without_line_ends(reference);
  reference = clean;
  if (!scheme_of(reference).empty() && origin_of(reference).empty()) return std::string(reference);
  reference = reference.substr(0, reference.find('#'));
  base = base.substr(0, base.find('#'));
  if (reference.empty()) return std::string(base);
  if (reference.starts_with("//")) {
    return resolve_url(base, std::string(scheme_of(base)) + ":" + std::string(reference));
  }
  const bool is_absolute = !origin_of(reference).empty();
  const std::string origin(origin_of(is_absolute ? reference : base));
  if (is_absolute) reference.remove_prefix(origin.size());
  std::string_view base_path = base.substr(origin_of(base).size());
  base_path = base_path.substr(0, base_path.find('?'));
  const std::string_view path = reference.substr(0, reference.find('?'));
  const std::string_view query = reference.substr(path.size());
  std::string merged(path);
  if (path.empty()) {
    merged = is_absolute ? "" : base_path;
  } else if (!path.starts_with('/')) {
    merged = std::string(base_path.substr(0, base_path.rfind('/') + 1)) + std::string(path);
  }
  if (!merged.starts_with('/')) merged.insert(0, 1, '/');
  return origin + escaped(without_dots(merged)) + escaped(query);
}

}  // namespace mastic::testing
