#include "mastic/base/ip_network.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "mastic/base/text.h"

namespace mastic::base {
namespace {

constexpr unsigned kByte = 8;

unsigned bits_of(const IpAddress& address) {
  return static_cast<unsigned>(address.bytes().size()) * kByte;
}

/// The bits of byte `index` that belong to a prefix of `bits`.
unsigned mask_of(std::size_t index, unsigned bits) {
  const auto before = static_cast<unsigned>(index) * kByte;
  const unsigned within = bits <= before ? 0 : std::min(bits - before, kByte);
  return 0xffU << (kByte - within) & 0xffU;
}

/// The first address of the network: the bits after the prefix are 0.
IpAddress first_of(const IpAddress& address, unsigned bits) {
  std::array<std::uint8_t, 16> bytes{};
  const std::string_view old = address.bytes();
  for (std::size_t i = 0; i < old.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(old[i]) & mask_of(i, bits));
  }
  if (address.is_v4()) return IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]});
  return IpAddress::v6(bytes);
}

}  // namespace

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  const auto bits = slash == text.npos ? std::nullopt : parse_decimal(text.substr(slash + 1));
  const bool is_whole = slash == text.npos || (bits && address && *bits <= bits_of(*address));
  if (!address || !is_whole) {
    return fail("'", text,
                "' is not a network; write an IP address, or ADDRESS/BITS as 10.0.0.0/8");
  }
  if (!bits) return IpNetwork(*address, bits_of(*address));
  const IpNetwork network(first_of(*address, static_cast<unsigned>(*bits)),
                          static_cast<unsigned>(*bits));
  // Refused rather than masked: 10.1.0.0/8 may be a slip for 10.1.0.0/16, which is far smaller.
  if (network.first_ != *address) {
    return fail("'", text, "' has bits set after its prefix; the network is ", network.to_string());
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_none() || address.is_v4() != first_.is_v4()) return false;
  return first_of(address, bits_) == first_;
}

std::string IpNetwork::to_string() const {
  if (bits_ == bits_of(first_)) return first_.to_string();
  return first_.to_string() + "/" + std::to_string(bits_);
}

}  // namespace mastic::base
