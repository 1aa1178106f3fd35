#include "mastic/sockets/blocking_connection.h"

#include <utility>

namespace mastic::sockets {
namespace {

async::Task<> write_all(Writer& writer, std::string_view bytes) { co_await writer.write(bytes); }
async::Task<> flush_all(Writer& writer) { co_await writer.flush(); }
async::Task<> end_writing(Writer& writer) { co_await writer.shut_write(); }

}  // namespace

std::optional<std::string> BlockingConnection::read(std::size_t most) {
  return calls_.wait_for(connection_.reader().read(most));
}
std::optional<std::string> BlockingConnection::read_exactly(std::size_t size) {
  return calls_.wait_for(connection_.reader().read_exactly(size));
}
std::optional<std::string> BlockingConnection::read_until(std::string delimiter) {
  return calls_.wait_for(connection_.reader().read_until(std::move(delimiter)));
}
std::optional<std::string> BlockingConnection::read_line() {
  return calls_.wait_for(connection_.reader().read_line());
}
void BlockingConnection::write(std::string_view bytes) {
  calls_.wait_for(write_all(connection_.writer(), bytes));
}
void BlockingConnection::flush() { calls_.wait_for(flush_all(connection_.writer())); }
void BlockingConnection::shut_write() { calls_.wait_for(end_writing(connection_.writer())); }

}  // namespace mastic::sockets
