#include "apps/mastic/load/request.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/text.h"
#include "mastic/http/syntax.h"
#include "mastic/wire/http1/request_writer.h"

namespace mastic::load {
namespace {

using wire::http1::Framing;

/// Adds a field that is written as "Name: value".
base::Result<void> add_field(http::Fields& fields, std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (colon == text.npos || !http::is_token(name)) {
    return base::fail("--header: write 'Name: value' instead of '", text, "'");
  }
  const std::string_view value = base::trim(text.substr(colon + 1));
  if (!http::is_field_value(value)) {
    return base::fail("--header: the value of ", name, " has a character that cannot be sent");
  }
  for (const std::string_view of_framing : {"Content-Length", "Transfer-Encoding"}) {
    if (base::equal_ignoring_case(name, of_framing)) {
      return base::fail("--header: ", of_framing, " follows from --content");
    }
  }
  fields.add(name, value);
  return {};
}

std::string seconds(base::Duration duration) { return base::format_duration(duration); }

/// The bytes of the answer to one request over a connection.
class OneAnswer {
 public:
  OneAnswer(int fd, const Request& request, base::Duration timeout)
      : fd_(fd), unsent_(request.bytes), timeout_(timeout), reader_(request.method) {}

  // It receives while it sends, because a server may answer before it has read everything.
  base::Result<std::string> get() {
    const base::Instant end = base::from_now(timeout_);
    while (true) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= base::Duration::zero() || !wait_for(fd_, !unsent_.empty(), left)) {
        return base::fail("no complete answer within ", seconds(timeout_), ", after ",
                          std::to_string(bytes_.size()), " bytes: see --timeout");
      }
      if (const auto sent = send_some(); !sent) return std::unexpected(sent.error());
      const auto is_complete = receive_some();
      if (!is_complete) return std::unexpected(is_complete.error());
      if (*is_complete) return std::move(bytes_);
    }
  }

 private:
  base::Result<void> send_some() {
    if (unsent_.empty()) return {};
    const ssize_t sent = send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    // A server that has answered may have closed the connection; the answer is then still there.
    if (sent < 0 && errno != EAGAIN) unsent_ = {};
    if (sent > 0) unsent_.remove_prefix(static_cast<std::size_t>(sent));
    return {};
  }

  base::Result<bool> receive_some() {
    char buffer[65536];
    const ssize_t received = recv(fd_, buffer, sizeof buffer, 0);
    if (received < 0 && errno == EAGAIN) return false;
    if (received < 0) return base::fail_with_number(errno, "the connection ended: recv");
    if (received == 0) {
      if (reader_.end_of_input() == AnswerReader::Step::End) return true;
      return base::fail("the server closed the connection ",
                        bytes_.empty()
                            ? std::string("without an answer")
                            : "after " + std::to_string(bytes_.size()) + " bytes of the answer");
    }
    return take({buffer, static_cast<std::size_t>(received)});
  }

  base::Result<bool> take(std::string_view piece) {
    constexpr std::size_t kMostBytes = 1 << 30;
    bytes_ += piece;
    if (bytes_.size() > kMostBytes) return base::fail("the answer has more than 1 GiB");
    while (true) {
      switch (reader_.next(piece)) {
        case AnswerReader::Step::NeedMore:
          return false;
        case AnswerReader::Step::End:
          if (piece.empty()) return true;
          return base::fail("the server sent ", std::to_string(piece.size()),
                            " bytes more than one answer");
        case AnswerReader::Step::Malformed:
          return base::fail("the answer is malformed: ", reader_.fault());
        case AnswerReader::Step::Head:
        case AnswerReader::Step::Data:
          break;
      }
    }
  }

  int fd_;
  std::string_view unsent_;
  base::Duration timeout_;
  AnswerReader reader_;
  std::string bytes_;
};

/// A connection, and which server it leads to.
struct Connected {
  base::Descriptor socket;
  SocketAddress server;
};

base::Result<Connected> connect_to_one(const std::vector<SocketAddress>& servers,
                                       base::Duration timeout) {
  base::Result<Connected> connected = base::fail("the server has no address");
  for (const SocketAddress& server : servers) {
    const auto fd = connect_within(server, timeout);
    if (fd) return Connected{base::Descriptor(base::system_kernel(), *fd), server};
    connected = base::fail("no connection to the server: ", fd.error().message);
  }
  return connected;
}

}  // namespace

base::Result<Request> make_request(const Target& target, const RequestParts& parts) {
  std::string method = parts.method;
  if (method.empty()) method = parts.content.empty() ? "GET" : "POST";
  if (!http::is_token(method)) return base::fail("--method: '", method, "' is not a method");
  http::Fields fields;
  for (const std::string& header : parts.headers) {
    if (const auto added = add_field(fields, header); !added) {
      return std::unexpected(added.error());
    }
  }
  Request request{.bytes = {}, .method = http::parse_method(method)};
  if (request.method == http::Method::Connect) {
    return base::fail("--method: CONNECT opens a tunnel, which cannot be measured");
  }
  http::Fields all;
  if (!fields.view().get("Host")) all.add("Host", target.authority);
  for (const http::Field field : fields.view()) all.add(field.name, field.value);
  if (!parts.content.empty() && !all.view().get("Content-Type")) {
    all.add("Content-Type", "application/octet-stream");
  }
  // A server may wait for the length of a request that usually has content (RFC 9110 §8.6).
  const bool has_length = !parts.content.empty() || request.method == http::Method::Post ||
                          request.method == http::Method::Put ||
                          request.method == http::Method::Patch;
  Framing framing;
  if (has_length) framing = {Framing::Kind::Length, parts.content.size()};
  wire::http1::append_request_head(request.bytes, method, target.path, all, framing);
  request.bytes += parts.content;
  return request;
}

base::Result<FirstAnswer> ask_once(const std::vector<SocketAddress>& servers,
                                   const Request& request, base::Duration timeout) {
  auto connected = connect_to_one(servers, timeout);
  if (!connected) return std::unexpected(connected.error());
  auto bytes = OneAnswer(connected->socket.fd(), request, timeout).get();
  if (!bytes) return std::unexpected(bytes.error());
  return FirstAnswer{connected->server, ExpectedAnswer(*std::move(bytes), request.method)};
}

}  // namespace mastic::load
