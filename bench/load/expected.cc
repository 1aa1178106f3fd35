#include "bench/load/expected.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace load {

namespace {

/// The value of a field, as a view into `head`, or nullopt. Every line of `head` must end in CR LF.
std::optional<std::string_view> field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
    std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    line.remove_prefix(name.size() + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    return line;
  }
  return std::nullopt;
}

bool is_complete(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == answer.npos) return false;
  const std::string_view head = answer.substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 200 ")) fail("the status is not 200: " + std::string(head));
  if (const auto length = field(head, "Content-Length")) {
    std::size_t bytes = 0;
    std::from_chars(length->data(), length->data() + length->size(), bytes);
    return answer.size() >= end + 4 + bytes;
  }
  if (field(head, "Transfer-Encoding")) return answer.ends_with("\r\n0\r\n\r\n");
  fail("an answer without a length: " + std::string(head));
}

/// Sends a request and returns the answer. It receives while it sends, because a server may answer
/// before it has read everything.
std::string ask(int fd, std::string_view request) {
  std::string answer;
  while (!is_complete(answer)) {
    pollfd ready{fd, POLLIN, 0};
    if (!request.empty()) ready.events |= POLLOUT;
    if (poll(&ready, 1, 5000) <= 0) fail("no answer within five seconds");
    if ((ready.revents & POLLOUT) != 0) {
      const ssize_t sent = send(fd, request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) fail("send");
      request.remove_prefix(static_cast<std::size_t>(sent));
    }
    if ((ready.revents & ~POLLOUT) == 0) continue;
    char buffer[65536];
    const ssize_t received = recv(fd, buffer, sizeof buffer, 0);
    if (received <= 0) fail("the server closed the connection within the first answer");
    answer.append(buffer, static_cast<std::size_t>(received));
  }
  return answer;
}

}  // namespace

Expected Expected::exactly(std::string bytes) {
  Expected expected;
  expected.answer_ = std::move(bytes);
  return expected;
}

Expected Expected::learn(const sockaddr_in& server, std::string_view request) {
  const int fd = connect_to(server);
  Expected expected = exactly(ask(fd, request));
  const std::string_view answer = expected.answer_;
  if (const auto date = field(answer.substr(0, answer.find("\r\n\r\n") + 2), "Date")) {
    expected.date_ = static_cast<std::size_t>(date->data() - answer.data());
    expected.date_end_ = expected.date_ + date->size();
  }
  pollfd more{fd, POLLIN, 0};
  // A server that sends more than one answer, or closes the connection, cannot be measured.
  if (poll(&more, 1, 50) != 0) fail("bytes after the first answer, or the connection was closed");
  close(fd);
  return expected;
}

// The answer is compared before and after the value of Date, which changes every second.
bool Expected::matches(std::size_t at, std::string_view piece) const {
  const auto same = [&](std::size_t begin, std::size_t end) {
    begin = std::max(begin, at);
    end = std::min(end, at + piece.size());
    return begin >= end ||
           std::memcmp(piece.data() + (begin - at), answer_.data() + begin, end - begin) == 0;
  };
  return at + piece.size() <= answer_.size() && same(0, date_) && same(date_end_, answer_.size());
}

void fail(std::string_view what) {
  const std::string why = errno != 0 ? std::string(" (") + std::strerror(errno) + ")" : "";
  std::fprintf(stderr, "load: %.*s%s\n", static_cast<int>(what.size()), what.data(), why.c_str());
  std::exit(1);
}

int connect_to(const sockaddr_in& server) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) < 0) fail("connect");
  return fd;
}

}  // namespace load
