#include "apps/mastic/load/target.h"

#include <sys/un.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "mastic/base/text.h"

namespace mastic::load {
namespace {

/// What `text` has after `prefix`, or nullopt.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!base::equal_ignoring_case(text.substr(0, prefix.size()), prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

/// Sets the target of requests from what follows the authority of a URL. The fragment belongs to the
/// client and is not sent.
base::Result<void> set_path(Target& target, std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  const bool is_visible = std::ranges::all_of(rest, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_visible) {
    return base::fail(
        "the path of the URL has a character that must be percent-encoded: write %20 "
        "for a space");
  }
  target.path = rest.starts_with('/') ? "" : "/";
  target.path += rest;
  return {};
}

base::Result<Target> parse_unix(std::string_view rest) {
  Target target;
  const std::size_t colon = rest.find(":/");
  target.unix_path = rest.substr(0, colon);
  target.authority = "localhost";
  if (target.unix_path.empty()) {
    return base::fail(
        "unix: needs the path of a socket: unix:/run/site.sock or "
        "unix:/run/site.sock:/path");
  }
  if (target.unix_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return base::fail("the path of a Unix socket has at most ",
                      std::to_string(sizeof(sockaddr_un::sun_path) - 1), " bytes");
  }
  const auto set = set_path(target, colon == rest.npos ? "/" : rest.substr(colon + 1));
  if (!set) return std::unexpected(set.error());
  return target;
}

/// Reads HOST, HOST:PORT, [V6] or [V6]:PORT.
base::Result<void> set_authority(Target& target, std::string_view text) {
  if (text.contains('@')) {
    return base::fail("a URL with a user name is not sent: use --header 'Authorization: ...'");
  }
  std::string_view host = text.substr(0, text.find(':'));
  const bool is_v6 = text.starts_with('[');
  if (is_v6) host = text.substr(0, std::min(text.find(']'), text.size() - 1) + 1);
  std::string_view port = text.substr(host.size());
  if (port.starts_with(':'))
    port.remove_prefix(1);
  else if (!port.empty() || (is_v6 && !host.ends_with(']')))
    return base::fail("'", text, "' is not a host: an IPv6 address is written [::1] in a URL");
  if (port.empty()) port = "80";
  const auto number = base::parse_decimal(port);
  if (!number || *number == 0 || *number > UINT16_MAX) {
    return base::fail("'", port, "' is not a port: write a number from 1 to 65535");
  }
  if (is_v6) host = host.substr(1, host.size() - 2);
  constexpr std::string_view kOthers = "-._:%";
  const bool is_host = std::ranges::all_of(host, [&](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.contains(c);
  });
  if (host.empty() || !is_host) return base::fail("'", host, "' is not a host");
  target.host = host;
  target.port = port;
  target.authority = is_v6 ? "[" + target.host + "]" : target.host;
  if (*number != 80) target.authority += ":" + target.port;
  return {};
}

}  // namespace

base::Result<Target> parse_target(std::string_view url) {
  if (const auto rest = after(url, "unix:")) return parse_unix(*rest);
  if (after(url, "https:") || after(url, "wss:")) {
    return base::fail(
        "TLS is not there yet: give the http:// address that the server has behind "
        "its proxy");
  }
  Target target;
  auto rest = after(url, "http://");
  if (!rest) {
    rest = after(url, "ws://");
    target.is_websocket = rest.has_value();
  }
  if (!rest) {
    return base::fail("'", url,
                      "' is not a URL of a server: write http://127.0.0.1:8080/path or "
                      "unix:/run/site.sock:/path");
  }
  const std::size_t end = std::min(rest->find_first_of("/?#"), rest->size());
  if (const auto set = set_authority(target, rest->substr(0, end)); !set) {
    return std::unexpected(set.error());
  }
  if (const auto set = set_path(target, rest->substr(end)); !set) {
    return std::unexpected(set.error());
  }
  return target;
}

}  // namespace mastic::load
