#include "mastic/testing/socket_carrier.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <expected>
#include <stdexcept>
#include <utility>

#include "mastic/base/descriptor.h"
#include "mastic/base/result.h"
#include "mastic/net/socket_address.h"
#include "mastic/net/socket_stream.h"
#include "mastic/testing/interleave.h"

namespace mastic::testing {
namespace {

constexpr auto kLongestWaitForServer = std::chrono::seconds(30);
// So long does a server have to say something on a connection, or else it is quiet.
constexpr auto kQuietAfter = std::chrono::milliseconds(200);
constexpr auto kLongestPass = std::chrono::seconds(10);

[[noreturn]] void refuse(std::string_view what) {
  throw std::logic_error(std::string(what) +
                         " needs the application in this process, and this client calls a live "
                         "server; leave it out where TestClient::is_live()");
}

/// Connects within the patience of a test. Returns the error otherwise.
std::expected<base::Descriptor, int> try_to_connect(const base::Address& address) {
  base::Kernel& kernel = base::system_kernel();
  net::SocketAddress where(address);
  const int opened = kernel.socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (opened < 0) return std::unexpected(-opened);
  base::Descriptor socket(kernel, opened);
  constexpr timeval kLongest{.tv_sec = 10, .tv_usec = 0};
  kernel.setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &kLongest, sizeof kLongest);
  const int on = 1;
  if (!address.is_unix()) {
    kernel.setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  int connected = -EINTR;
  while (connected == -EINTR) {  // after a signal: Linux continues the same attempt
    connected = kernel.connect(socket.fd(), where.data(), *where.size());
  }
  if (connected == -EINPROGRESS) return std::unexpected(ETIMEDOUT);  // after kLongest
  if (connected < 0) return std::unexpected(-connected);
  kernel.fcntl(socket.fd(), F_SETFL, O_NONBLOCK);
  return socket;
}

/// Connects to the first address that accepts.
base::Descriptor connect_to(const TargetUrl& url) {
  std::string faults;
  for (const base::Address& address : url.addresses) {
    auto socket = try_to_connect(address);
    if (socket) return *std::move(socket);
    faults += (faults.empty() ? "" : ", nor to ") + address.to_string() + ": " +
              base::describe_number(socket.error());
  }
  throw std::logic_error("cannot connect to " + faults + "; does the server run?");
}

}  // namespace

/// A connection, and its events. What comes while the client does not read waits in the kernel.
class SocketCarrier::End final : public ClientEnd, private net::StreamOwner {
 public:
  End(loop::Loop& loop, base::Descriptor socket)
      : stream(std::make_unique<net::SocketStream>(loop, std::move(socket))) {
    if (!stream->start(*this)) throw std::logic_error("the loop cannot watch the connection");
    last_news = loop.kernel().monotonic_now();
  }

  void end_now() {
    stream->close();
    ended = true;
  }

  std::unique_ptr<net::SocketStream> stream;
  base::Instant last_news;  ///< when something last came or was sent

 private:
  void received(std::string_view bytes) noexcept override {
    ClientEnd::received += bytes;
    came += bytes.size();
    last_news = base::system_kernel().monotonic_now();
  }
  void received_end() noexcept override { end_now(); }
  void sent(std::uint64_t, std::uint64_t) noexcept override {}
  void failed(int) noexcept override {
    aborted = true;
    end_now();
  }
};

SocketCarrier::SocketCarrier(TargetUrl url)
    : url_(std::move(url)),
      loop_(loop::Loop::open(base::system_kernel(), loop::TransferKind::Syscall).value()) {}

SocketCarrier::~SocketCarrier() {
  for (const auto& end : ends_) {
    end->stream->close();
    loop_->retire(std::move(end->stream));
  }
  (void)loop_->turn(base::Duration::zero());  // destroys the streams
}

ClientEnd& SocketCarrier::connect() {
  return *ends_.emplace_back(std::make_unique<End>(*loop_, connect_to(url_)));
}

void SocketCarrier::deliver(ClientEnd& end, std::string_view bytes) {
  if (end.ended) return;
  static_cast<End&>(end).stream->write(bytes);
  static_cast<End&>(end).last_news = base::system_kernel().monotonic_now();
  turn(base::Duration::zero());  // sends what the kernel takes
}

void SocketCarrier::leave(ClientEnd& end) {
  if (!end.ended) static_cast<End&>(end).end_now();
  turn(base::Duration::zero());
}

void SocketCarrier::reset(ClientEnd& end) {
  if (end.ended) return;
  static_cast<End&>(end).stream->abort();
  end.ended = true;
  turn(base::Duration::zero());
}

void SocketCarrier::read_on(ClientEnd& end) {
  end.reads = true;
  if (!end.ended) static_cast<End&>(end).stream->resume_reading();
  run_ready();
}

bool SocketCarrier::run_until(const std::function<bool()>& done) {
  const base::Instant deadline = clock().monotonic_now() + kLongestWaitForServer;
  while (!done()) {
    if (clock().monotonic_now() >= deadline) return false;
    // What the server says may depend on what another script sends.
    turn(detail::script_waits() ? kQuietAfter / 4 : base::Duration::zero());
  }
  detail::script_proceeds();
  return true;
}

void SocketCarrier::run_ready() { turn(base::Duration::zero()); }

bool SocketCarrier::is_quiet(const ClientEnd& end) {
  return clock().monotonic_now() - static_cast<const End&>(end).last_news >= kQuietAfter;
}

void SocketCarrier::pass(base::Duration time) {
  if (time > kLongestPass) refuse("to let more than ten seconds pass");
  const base::Instant end = clock().monotonic_now() + time;
  while (clock().monotonic_now() < end) turn(end - clock().monotonic_now());
}

void SocketCarrier::turn(base::Duration longest) {
  for (const auto& end : ends_) {
    if (!end->ended && !end->reads) end->stream->pause_reading();
  }
  (void)loop_->turn(longest);
  for (const auto& end : ends_) leave_if_told(*end);
  turn_has_ended();
}

void SocketCarrier::set_time(base::WallTime) { refuse("to set the time"); }
void SocketCarrier::drain(base::Duration) { refuse("to drain the server"); }
void SocketCarrier::set_endpoint(const base::Endpoint&) {
  refuse("to set the address of the peer");
}

}  // namespace mastic::testing
