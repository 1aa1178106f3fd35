#include "mastic/sockets/datagram_path.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mastic::sockets {
namespace {

static_assert(CMSG_SPACE(sizeof(in6_pktinfo)) <= sizeof(ControlRoom));

// The data of a control message need not be aligned for its type, so it is copied and not cast.
template <class Info>
Info read_info(const cmsghdr& part) {
  Info info;
  std::memcpy(&info, CMSG_DATA(&part), sizeof info);
  return info;
}

template <class Info>
void write_info(msghdr& message, ControlRoom& room, int level, int type, const Info& info) {
  room = {};
  message.msg_control = room.bytes.data();
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr& part = *CMSG_FIRSTHDR(&message);
  part.cmsg_level = level;
  part.cmsg_type = type;
  part.cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(&part), &info, sizeof info);
}

base::IpAddress v4_of(const in_addr& address) {
  std::array<std::uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  return base::IpAddress::v4(bytes);
}

base::IpAddress v6_of(const in6_addr& address) {
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  // A socket for IPv6 also receives IPv4 datagrams, with mapped addresses (::ffff:192.0.2.1).
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    return base::IpAddress::v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  return base::IpAddress::v6(bytes);
}

}  // namespace

std::string DatagramPath::peer_path() const {
  if (peer.family() != AF_UNIX) return {};
  const auto address = peer.address();
  // The path of a socket without a name is written as "@" alone.
  return address->path() == "@" ? std::string() : address->path();
}

std::string DatagramPath::peer_text() const {
  std::string path = peer_path();
  return path.empty() ? peer.endpoint().to_string() : path;
}

void DatagramPath::ask_for_local(base::Kernel& kernel, int socket, const base::Address& address) {
  const int on = 1;
  const base::IpAddress& ip = address.endpoint().ip;
  const bool is_every_one = std::ranges::all_of(ip.bytes(), [](char byte) { return byte == 0; });
  if (!is_every_one) return;
  if (ip.is_v4()) kernel.setsockopt(socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  if (ip.is_v6()) kernel.setsockopt(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
}

/// For a multicast or broadcast datagram, IPv4 gives an address of this machine to reply from
/// (ipi_spec_dst). IPv6 gives only the group, from which nothing can be sent, so `local` stays
/// none.
void DatagramPath::read_local(const msghdr& received) {
  auto& message = const_cast<msghdr&>(received);  // the macros only read the message
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      local = v4_of(read_info<in_pktinfo>(*part).ipi_spec_dst);
    } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      const auto info = read_info<in6_pktinfo>(*part);
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) continue;
      local = v6_of(info.ipi6_addr);
      // A link-local address exists on every interface, so a reply from it has to name one.
      if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) interface = info.ipi6_ifindex;
    }
  }
}

void DatagramPath::write_local(msghdr& answer, ControlRoom& room) const {
  if (local.is_v4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.bytes().data(), sizeof info.ipi_spec_dst);
    write_info(answer, room, IPPROTO_IP, IP_PKTINFO, info);
  } else if (local.is_v6()) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, local.bytes().data(), sizeof info.ipi6_addr);
    info.ipi6_ifindex = interface;
    write_info(answer, room, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace mastic::sockets
