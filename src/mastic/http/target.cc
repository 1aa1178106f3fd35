#include "mastic/http/target.h"

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/http/authority.h"
#include "mastic/http/syntax.h"

namespace mastic::http {
namespace {

/// Whether the path is surely in normal form. A path such as "/.well-known" is in normal form too,
/// but is not worth recognizing here: it takes the slow way and comes out unchanged.
bool is_normal(std::string_view path) {
  return path.find('%') == path.npos && path.find("/.") == path.npos;
}

/// Separates path and query and checks their characters.
bool take_path_and_query(std::string_view text, Target& target) {
  const std::size_t mark = text.find('?');
  target.path = text.substr(0, mark);
  if (mark != text.npos) {
    target.has_query = true;
    target.query = text.substr(mark + 1);
  }
  target.path_is_normal = is_normal(target.path);
  return are_all(Characters::Path, target.path) && are_all(Characters::Query, target.query);
}

std::optional<Target> parse_absolute(std::string_view text) {
  const std::size_t separator = text.find("://");
  if (separator == text.npos) return std::nullopt;
  const std::string_view scheme = text.substr(0, separator);
  if (!base::equal_ignoring_case(scheme, "http") && !base::equal_ignoring_case(scheme, "https")) {
    return std::nullopt;
  }
  text.remove_prefix(separator + 3);
  Target target;
  target.form = Target::Form::Absolute;
  target.scheme = scheme;
  const std::size_t end = text.find_first_of("/?");
  target.authority = text.substr(0, end);
  if (!Authority::is_one(target.authority)) return std::nullopt;
  const std::string_view rest = end == text.npos ? std::string_view() : text.substr(end);
  if (!take_path_and_query(rest, target)) return std::nullopt;
  if (target.path.empty()) target.path = "/";
  return target;
}

/// The byte that an escape stands for. Control characters are refused even if escaped: no path
/// needs them, and they are dangerous in logs and in C strings (%00).
std::expected<char, PathFault> read_escape(std::string_view text) {
  if (text.size() < 3 || base::hex_value(text[1]) < 0 || base::hex_value(text[2]) < 0) {
    return std::unexpected(PathFault::BrokenEscape);
  }
  const int byte = base::hex_value(text[1]) << 4 | base::hex_value(text[2]);
  if (byte < 0x20 || byte == 0x7f) return std::unexpected(PathFault::ControlEscape);
  return static_cast<char>(byte);
}

/// Decodes the escapes of unreserved characters, and writes the hexadecimal digits of all other
/// escapes in upper case.
std::expected<std::string, PathFault> with_normal_escapes(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    const auto byte = read_escape(path.substr(i));
    if (!byte) return std::unexpected(byte.error());
    base::append_percent_encoded(out, {&*byte, 1}, base::is_unreserved);
    i += 2;
  }
  return out;
}

/// Resolves "." and ".." (RFC 3986 §5.2.4). Returns std::nullopt if they lead above the root. The
/// RFC would drop those segments, but only attacks contain them, so the path is refused.
std::optional<std::string> without_dot_segments(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  bool ends_in_directory = false;
  for (std::string_view rest = path.substr(1);;) {
    const bool last = rest.find('/') == rest.npos;
    const std::string_view segment = base::take_until(rest, '/');
    ends_in_directory = segment == "." || segment == "..";
    if (segment == "..") {
      if (out.empty()) return std::nullopt;
      out.erase(out.rfind('/'));
    } else if (segment != ".") {
      out.append("/").append(segment);
    }
    if (last) break;
  }
  if (ends_in_directory) out += '/';
  return out;
}

}  // namespace

std::optional<Target> Target::parse(Method method, std::string_view text) {
  Target target;
  if (method == Method::Connect) {
    target.form = Form::Authority;
    target.authority = text;
    const auto authority = Authority::parse(text);
    return authority && authority->port ? std::optional(target) : std::nullopt;
  }
  if (text == "*") {
    target.form = Form::Asterisk;
    target.path = text;
    return method == Method::Options ? std::optional(target) : std::nullopt;
  }
  if (!text.starts_with('/')) return parse_absolute(text);
  return take_path_and_query(text, target) ? std::optional(target) : std::nullopt;
}

std::expected<std::optional<std::string>, PathFault> normalize_path(std::string_view path) {
  if (is_normal(path)) return std::nullopt;
  // Escapes first: %2e is a dot, and "/a/%2e%2e/b" has to be resolved like "/a/../b". %2f stays as
  // it is, so it never becomes a separator afterwards.
  const auto unescaped = with_normal_escapes(path);
  if (!unescaped) return std::unexpected(unescaped.error());
  auto resolved = without_dot_segments(*unescaped);
  if (!resolved) return std::unexpected(PathFault::Outside);
  return resolved;
}

}  // namespace mastic::http
