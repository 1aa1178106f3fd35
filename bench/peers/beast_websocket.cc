// Boost.Beast's WebSocket with coroutines, which echoes: one thread, an io_context that knows it is
// the only one, and no type-erased executor. Usage: peer_beast_websocket PORT [deadlines]. With
// "deadlines" it has the timers and pings that Beast suggests for servers; without, it has none. A
// message is written as one frame.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <cstdlib>

namespace {

namespace beast = boost::beast;
namespace net = boost::asio;
using net::ip::tcp;

using Executor = net::io_context::executor_type;
using Use = net::use_awaitable_t<Executor>;
using Socket = net::basic_stream_socket<tcp, Executor>;
using Acceptor = net::basic_socket_acceptor<tcp, Executor>;
using Task = net::awaitable<void, Executor>;

Task echo(Socket socket, bool has_deadlines) {
  beast::websocket::stream<Socket> stream(std::move(socket));
  stream.auto_fragment(false);
  if (has_deadlines) {
    using beast::websocket::stream_base;
    stream.set_option(stream_base::timeout::suggested(beast::role_type::server));
  }
  co_await stream.async_accept(Use());
  beast::flat_buffer buffer;
  for (;;) {
    co_await stream.async_read(buffer, Use());
    stream.text(stream.got_text());
    co_await stream.async_write(buffer.data(), Use());
    buffer.clear();
  }
}

Task accept(Acceptor acceptor, bool has_deadlines) {
  for (;;) {
    Socket socket = co_await acceptor.async_accept(Use());
    socket.set_option(tcp::no_delay(true));
    net::co_spawn(acceptor.get_executor(), echo(std::move(socket), has_deadlines), net::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  net::io_context context(1);
  const tcp::endpoint endpoint(net::ip::address_v4::loopback(),
                               static_cast<unsigned short>(std::atoi(argv[1])));
  Acceptor acceptor(context.get_executor(), endpoint);
  net::co_spawn(context, accept(std::move(acceptor), argc > 2), net::detached);
  context.run();
}
