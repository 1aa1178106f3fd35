#include "mastic/sockets/connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/net/hang_up.h"
#include "mastic/net/socket_address.h"
#include "mastic/net/socket_stream.h"

namespace mastic::sockets {
namespace {

/// A stream of a client. The loop owns the stream until it is over.
class ClientStream final : public loop::LoopOwned, private BufferedStreamOwner {
 public:
  ClientStream(loop::Loop& loop, base::Descriptor socket, const StreamOptions& options)
      : loop_(loop),
        options_(options),
        stream_(loop, std::make_unique<net::SocketStream>(loop, std::move(socket)), options_,
                *this) {}
  BufferedStream& stream() { return stream_; }

 private:
  void stream_over() noexcept override { loop_.retire(std::unique_ptr<Retirable>(this)); }

  loop::Loop& loop_;
  const StreamOptions options_;
  BufferedStream stream_;
};

/// Connects a socket without blocking. The first connect() begins; when the socket becomes
/// writable, a second connect() returns how the first one ended (EISCONN means success).
class Connecting final : public async::Operation, private async::Timer {
 public:
  Connecting(const base::Address& address, const ConnectOptions& options)
      : where_(address),
        peer_(address.endpoint()),
        is_unix_(address.is_unix()),
        options_(options) {}
  ~Connecting() override {
    let_go();
    // The socket was connected, but the task was destroyed before it took the connection.
    if (stream_ != nullptr) stream_->request_end();
  }

  std::unique_ptr<Connection> await_resume() {
    finish_await();
    if (error_ != 0) throw ConnectError(base::describe_number(error_));
    auto connection = std::make_unique<Connection>(*stream_, peer_);
    stream_ = nullptr;  // from here on the connection ends it
    return connection;
  }

 private:
  /// The registration of the socket with the loop. It outlives the operation, until the end of the
  /// turn, because until then the loop may hold a pointer to the registration.
  class Watch final : public loop::Source {
   public:
    Watch(Connecting& owner, int fd) : Source(fd), owner_(&owner) {}
    void ready(loop::Readiness) noexcept override {
      if (owner_ != nullptr) owner_->try_again();
    }
    void forget() {
      owner_ = nullptr;
      fd_ = -1;
    }

   private:
    Connecting* owner_;
  };

  void start(async::Executor& executor) override {
    // Only a loop can watch a socket; the executors of tests cannot.
    loop_ = dynamic_cast<loop::Loop*>(&executor);
    MASTIC_ASSERT(loop_ != nullptr);
    base::Kernel& kernel = loop_->kernel();
    const int fd = kernel.socket(where_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return done(-fd);
    socket_ = base::Descriptor(kernel, fd);
    const int on = 1;
    if (!is_unix_) kernel.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // A Unix socket connects at once, and so may TCP to this machine: then the result is 0.
    const int result = kernel.connect(fd, where_.data(), *where_.size());
    if (result != -EINPROGRESS) return done(-result);
    try {
      watch_ = std::make_unique<Watch>(*this, fd);
    } catch (const std::bad_alloc&) {
      return done(ENOMEM);
    }
    if (!loop_->watch(*watch_, {.writable = true})) return done(ENOMEM);
    loop_->arm(*this, base::after(loop_->now(), options_.connect_timeout));
  }
  Cancel cancel() noexcept override {
    let_go();
    give_up();
    return Cancel::GivenUp;
  }
  void try_again() noexcept {
    const int result = loop_->kernel().connect(socket_.fd(), where_.data(), *where_.size());
    // A spurious event: the first connect() is still in progress.
    if (result == -EINPROGRESS || result == -EALREADY) return;
    done(result == -EISCONN ? 0 : -result);
  }
  void expired() noexcept override { done(ETIMEDOUT); }

  void done(int error) noexcept {
    let_go();
    // The socket is unwatched before the stream watches it: a descriptor has one source at a time.
    error_ = error;
    if (error_ == 0) begin_stream();
    give_up();
    complete();
  }
  /// Closes a socket that did not become a stream. A child process may have inherited the
  /// descriptor, so the socket is shut down first; otherwise it would stay connected.
  void give_up() noexcept {
    if (socket_.is_open()) net::hang_up(socket_.kernel(), socket_.fd());
    socket_.reset();
  }
  void begin_stream() noexcept {
    try {
      auto owned = std::make_unique<ClientStream>(*loop_, std::move(socket_), options_.stream);
      stream_ = &owned->stream();
      loop_->keep(std::move(owned));
    } catch (const std::bad_alloc&) {
      error_ = ENOMEM;
      return;
    }
    (void)stream_->start();  // if this fails, reads and writes fail too
  }
  void let_go() noexcept {
    disarm();
    if (!watch_) return;
    loop_->unwatch(*watch_);
    watch_->forget();
    loop_->retire(std::move(watch_));
  }

  net::SocketAddress where_;
  const base::Endpoint peer_;
  const bool is_unix_;
  const ConnectOptions& options_;
  loop::Loop* loop_ = nullptr;
  base::Descriptor socket_;
  std::unique_ptr<Watch> watch_;
  int error_ = 0;
  BufferedStream* stream_ = nullptr;  ///< set until a Connection takes it over
};

async::Task<std::unique_ptr<Connection>> connect(base::Address address, ConnectOptions options) {
  if (const auto fits = options.stream.check(); !fits) throw ConnectError(fits.error().message);
  std::string fault;
  try {
    Connecting connecting(address, options);
    co_return co_await connecting;
  } catch (const ConnectError& error) {
    fault = error.what();
  }
  throw ConnectError("cannot connect to " + address.to_string() + ": " + fault);
}

base::Address parse(const std::string& text) {
  const auto address = base::Address::parse(text);
  if (!address) throw ConnectError(address.error().message);
  return *address;
}

}  // namespace

async::Task<std::unique_ptr<Connection>> connect_tcp(const std::string& address,
                                                     const ConnectOptions& options) {
  const base::Address parsed = parse(address);
  if (parsed.is_unix()) throw ConnectError("use connect_unix for a Unix socket: " + address);
  if (parsed.is_inherited()) throw ConnectError("cannot connect to a descriptor: " + address);
  return connect(parsed, options);
}

async::Task<std::unique_ptr<Connection>> connect_unix(const std::string& path,
                                                      const ConnectOptions& options) {
  return connect(parse("unix:" + path), options);
}

}  // namespace mastic::sockets
