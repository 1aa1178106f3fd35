#include "echo.h"

mastic::Task<> echo(mastic::Connection& connection) {
  while (const auto bytes = co_await connection.reader().read()) {
    co_await connection.writer().write(*bytes);
  }
}

void blocking_echo(mastic::BlockingConnection& connection) {
  while (const auto bytes = connection.read()) connection.write(*bytes);
}
