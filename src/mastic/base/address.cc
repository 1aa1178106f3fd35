#include "mastic/base/address.h"

#include <limits>

#include "mastic/base/text.h"

namespace mastic::base {
namespace {

constexpr std::size_t kMaxPathBytes = 107;  // sockaddr_un.sun_path, less the closing zero

std::unexpected<Error> not_an_address(std::string_view text) {
  return fail(
      "'", text,
      "' is not an address; write HOST:PORT, [V6]:PORT, unix:PATH or fd:NUMBER, with HOST an IP "
      "address or localhost");
}

Result<Address> parse_descriptor(std::string_view text) {
  const auto number = parse_decimal(text.substr(text.find(':') + 1));
  if (!number || *number > std::numeric_limits<int>::max()) return not_an_address(text);
  return Address::inherited(static_cast<int>(*number));
}

}  // namespace

Address Address::unix_socket(std::string path) {
  Address address{Endpoint{}};
  address.path_ = std::move(path);
  return address;
}

Address Address::inherited(int descriptor) {
  Address address{Endpoint{}};
  address.descriptor_ = descriptor;
  return address;
}

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with("fd:")) return parse_descriptor(text);
  if (text.starts_with("unix:")) {
    const std::string_view path = text.substr(5);
    if (path.empty()) return not_an_address(text);
    if (path.find('\0') != path.npos) {  // it would be cut there, and name another socket
      return fail("the path of the Unix socket '", path, "' has a zero byte in it");
    }
    if (path.size() > kMaxPathBytes) {
      return fail("the path of the Unix socket '", path,
                  "' is longer than 107 bytes; choose a shorter one");
    }
    return unix_socket(std::string(path));
  }
  // The last colon: an IPv6 address has several of its own.
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return not_an_address(text);
  std::string_view host = text.substr(0, colon);
  const auto port = parse_decimal(text.substr(colon + 1));
  if (!port) return not_an_address(text);
  if (*port > 65535) return fail("the port of '", text, "' is over 65535; write HOST:PORT");

  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() && !bracketed) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  // Brackets are required around IPv6 and refused elsewhere: "::1" could be [::]:1 or no port at
  // all.
  const auto ip = IpAddress::parse(host);
  if (!ip || ip->is_v6() != bracketed) return not_an_address(text);
  return Address(Endpoint{*ip, static_cast<std::uint16_t>(*port)});
}

std::string Address::to_string() const {
  if (is_inherited()) return "fd:" + std::to_string(descriptor_);
  return is_unix() ? "unix:" + path_ : endpoint_.to_string();
}

std::string Address::to_url() const {
  return is_unix() || is_inherited() ? to_string() : "http://" + endpoint_.to_string() + "/";
}

}  // namespace mastic::base
