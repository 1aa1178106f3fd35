#include "mastic/testing/target_url.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>

#include "mastic/base/text.h"
#include "mastic/http/authority.h"
#include "mastic/net/socket_address.h"

namespace mastic::testing {
namespace {

[[noreturn]] void reject(std::string_view url, const std::string& why) {
  throw std::invalid_argument("'" + std::string(url) + "' is not the URL of a server: " + why +
                              "; write http://HOST:PORT, http://HOST:PORT/PATH or unix:PATH");
}

/// The addresses of a host, which may be a name.
std::vector<base::Address> look_up(std::string_view url, std::string_view host,
                                   std::uint16_t port) {
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int fault =
      getaddrinfo(std::string(host).c_str(), std::to_string(port).c_str(), &hints, &found);
  if (fault != 0) reject(url, "the host is not known: " + std::string(gai_strerror(fault)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::vector<base::Address> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    net::SocketAddress address;
    std::memcpy(address.data(), each->ai_addr, each->ai_addrlen);
    addresses.emplace_back(address.endpoint());
  }
  return addresses;
}

}  // namespace

TargetUrl TargetUrl::parse(std::string_view url) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  if (base::equal_ignoring_case(url.substr(0, kHttps.size()), kHttps))
    reject(url, "this client does not speak TLS");
  if (url.starts_with("unix:")) {
    const auto address = base::Address::parse(url);
    if (!address) reject(url, address.error().message);
    return {{*address}, "localhost", {}};
  }
  if (!base::equal_ignoring_case(url.substr(0, kHttp.size()), kHttp))
    reject(url, "it does not begin with http://");
  const auto is_no_part_of_a_url = [](char c) { return c <= ' ' || c > '~'; };
  if (std::ranges::any_of(url, is_no_part_of_a_url)) {
    reject(url, "spaces and letters beyond ASCII have to be escaped, as %20");
  }
  const std::string_view rest = url.substr(kHttp.size());
  if (rest.find_first_of("?#") != rest.npos) {
    reject(url, "a query or a fragment cannot be before the targets of requests");
  }
  const std::string_view text = rest.substr(0, rest.find('/'));
  std::string_view prefix = rest.substr(text.size());
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const auto authority = http::Authority::parse(text);
  if (text.empty() || text.starts_with(':')) reject(url, "there is no host");
  if (text.contains('@')) {
    reject(url, "a user cannot be before the host; TestClient::basic_auth sends one");
  }
  if (!authority) reject(url, "'" + std::string(text) + "' is not a host and a port up to 65535");
  const std::uint16_t port = authority->port.value_or(80);
  return {look_up(url, authority->host, port), std::string(text), std::string(prefix)};
}

}  // namespace mastic::testing
