// Boost.Beast with coroutines: one thread, an io_context that knows it is the only one, and no
// type-erased executor.
//
// It uses plain sockets, so it has no deadlines. A server on the open network would need
// `beast::tcp_stream` with its timers, which cost more.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/src.hpp>

#include <cstdlib>

#include "bench/peers/tea.h"

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
namespace net = boost::asio;
using net::ip::tcp;

using Executor = net::io_context::executor_type;
using Use = net::use_awaitable_t<Executor>;
using Socket = net::basic_stream_socket<tcp, Executor>;
using Acceptor = net::basic_socket_acceptor<tcp, Executor>;
using Task = net::awaitable<void, Executor>;
using Request = http::request<http::string_body>;
template <class Body>
using Response = http::response<Body>;

std::string to_json(const peers::Tea& tea) {
  return json::serialize(json::object{{"id", tea.id},
                                      {"name", tea.name},
                                      {"kind", tea.kind},
                                      {"price_cents", tea.price_cents},
                                      {"in_stock", tea.in_stock},
                                      {"tags", json::array(tea.tags.begin(), tea.tags.end())}});
}

Response<http::string_body> answer(const Request& request, std::string_view type,
                                   std::string body) {
  Response<http::string_body> response(http::status::ok, request.version());
  response.set(http::field::content_type, {type.data(), type.size()});
  response.keep_alive(request.keep_alive());
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

Response<http::file_body> file(const Request& request, const std::string& folder) {
  Response<http::file_body> response(http::status::ok, request.version());
  beast::error_code error;
  response.body().open((folder + std::string(request.target())).c_str(), beast::file_mode::scan,
                       error);
  if (error) response.result(http::status::not_found);
  response.set(http::field::content_type, {peers::kTextType.data(), peers::kTextType.size()});
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

template <class Body>
Task send(Socket& socket, Response<Body> response) {
  http::response_serializer<Body> serializer(response);
  co_await http::async_write(socket, serializer, Use());
}

Task talk(Socket socket, const std::string& folder) {
  beast::flat_buffer buffer;
  for (;;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(peers::kMaxBodyBytes);
    co_await http::async_read(socket, buffer, parser, Use());
    Request request = parser.release();
    if (request.target() == "/") {
      co_await send(socket, answer(request, peers::kTextType, std::string(peers::kHello)));
    } else if (request.target() == "/json") {
      co_await send(socket, answer(request, peers::kJsonType, to_json(peers::some_tea())));
    } else if (request.target() == "/echo") {
      std::string body = std::move(request.body());
      co_await send(socket, answer(request, peers::kBytesType, std::move(body)));
    } else {
      co_await send(socket, file(request, folder));
    }
  }
}

Task accept(Acceptor acceptor, const std::string& folder) {
  for (;;) {
    Socket socket = co_await acceptor.async_accept(Use());
    socket.set_option(tcp::no_delay(true));
    net::co_spawn(acceptor.get_executor(), talk(std::move(socket), folder), net::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = argv[2];
  net::io_context context(1);
  const tcp::endpoint endpoint(net::ip::address_v4::loopback(),
                               static_cast<unsigned short>(std::atoi(argv[1])));
  Acceptor acceptor(context.get_executor(), endpoint);
  net::co_spawn(context, accept(std::move(acceptor), folder), net::detached);
  context.run();
}
