// What the tests of connections share: a connection on a scripted kernel, its peer, and tasks that
// read and write.

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/loop/transfer_testing.h"
#include "mastic/net/socket_stream.h"
#include "mastic/sockets/connection.h"

namespace mastic::sockets {

using namespace std::chrono_literals;
using async::Task;

/// One connection, with tasks that read from and write to it.
struct ConnectionTest : testing::TestWithParam<loop::TransferKind>, BufferedStreamOwner {
  using Context = async::TestContext<std::string>;

  ConnectionTest() { EXPECT_TRUE(stream.start()); }
  ~ConnectionTest() override {
    contexts.clear();
    if (is_over) return;
    connection.let_go();
    stream.abort();
    stream.end();
    turn();  // the stop tokens fire
    EXPECT_TRUE(is_over);
  }
  void stream_over() noexcept override { is_over = true; }

  base::ScriptedKernel::Socket& peer() { return kernel.at(fd); }
  void turn(int times = 6) {
    for (int i = 0; i < times; ++i) loop->turn(0s);
  }
  void pass(base::Duration time) {
    kernel.advance(time);
    turn();
  }
  /// Begins a task. Its context keeps what it returns or throws.
  Context& run(Task<std::string> task) {
    contexts.push_back(std::make_unique<Context>(*loop, std::move(task)));
    turn();
    return *contexts.back();
  }
  static StreamFault fault_of(Context& context) {
    EXPECT_TRUE(context.is_done());
    try {
      ADD_FAILURE() << "expected a fault, but got " << context.take();
    } catch (const StreamError& error) {
      return error.fault();
    }
    return {};
  }

  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop =
      loop::Loop::open(kernel, loop::make_test_transfer(kernel, GetParam())).value();
  int fd = kernel.make_socket();
  bool is_over = false;
  StreamOptions options{.max_read_bytes = 20, .write_high_bytes = 100, .write_low_bytes = 30};
  BufferedStream stream{*loop,
                        std::make_unique<net::SocketStream>(*loop, base::Descriptor(kernel, fd)),
                        options, *this};
  Connection connection{stream, {}};
  Reader& reader = connection.reader();
  Writer& writer = connection.writer();
  std::vector<std::unique_ptr<Context>> contexts;
};

inline Task<std::string> all_lines(Reader& reader) {
  std::string lines;
  while (const auto line = co_await reader.read_line()) lines += "[" + *line + "]";
  co_return lines;
}

inline Task<std::string> or_end(Task<std::optional<std::string>> read) {
  const auto piece = co_await std::move(read);
  co_return piece.value_or("(end)");
}

inline Task<std::string> line_of(Reader& reader) {
  const auto line = co_await reader.read_line();
  co_return line.value_or("(end)");
}
inline Task<std::string> bytes_of(Reader& reader, std::size_t size) {
  const auto bytes = co_await reader.read_exactly(size);
  co_return bytes.value_or("(end)");
}

inline Task<std::string> writes(Writer& writer, std::string bytes) {
  co_await writer.write(bytes);
  co_return "written";
}
inline Task<std::string> flushes(Writer& writer) {
  co_await writer.flush();
  co_return "flushed";
}
inline Task<std::string> ends_its_side(Writer& writer) {
  co_await writer.shut_write();
  co_return "shut";
}

}  // namespace mastic::sockets
