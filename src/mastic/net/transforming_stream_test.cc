// A stream over another stream: shows that Stream can be implemented in this way, and that a
// stream's owner may change while it is read.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "mastic/base/kernel_testing.h"
#include "mastic/net/record_stream_testing.h"
#include "mastic/net/socket_stream.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;

class Echo final : public StreamOwner {
 public:
  explicit Echo(Stream& stream) : stream_(stream) {}
  void received(std::string_view bytes) noexcept override { stream_.write(bytes); }
  void received_end() noexcept override { stream_.shut_write(); }
  void sent(std::uint64_t, std::uint64_t unsent) noexcept override { drained = unsent == 0; }
  void failed(int) noexcept override { stream_.close(); }
  bool drained = false;

 private:
  Stream& stream_;
};

struct TransformingStreamTest : testing::Test {
  void turn(int times = 1) {
    for (int i = 0; i < times; ++i) loop->turn(0s);
  }
  base::ScriptedKernel::Socket& peer() { return kernel.at(fd); }

  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  int fd = kernel.make_socket();
  RecordStream stream{*loop, std::make_unique<SocketStream>(*loop, base::Descriptor(kernel, fd))};
  Echo echo{stream};
};

TEST_F(TransformingStreamTest, TransformsBothWaysAfterItsHandshake) {
  ASSERT_TRUE(stream.start(echo));
  const std::string bytes = "HI" + Records::pack("hello ") + Records::pack("world");
  for (const char c : bytes) peer().incoming.push_back(std::string(1, c));
  turn(30);
  EXPECT_EQ(peer().sent, "HI" + Records::pack("hello ") + Records::pack("world"));
  EXPECT_TRUE(echo.drained);
}

TEST_F(TransformingStreamTest, HoldsWritesUntilTheHandshakeIsDone) {
  ASSERT_TRUE(stream.start(echo));
  stream.write("early");
  turn();
  EXPECT_EQ(peer().sent, "");
  EXPECT_EQ(stream.unsent(), 5u);
  peer().incoming = {"HI"};
  turn();
  EXPECT_EQ(peer().sent, "HI" + Records::pack("early"));
}

TEST_F(TransformingStreamTest, CannotWriteFiles) { EXPECT_FALSE(stream.can_write_files()); }

TEST_F(TransformingStreamTest, MakesOneRecordOfTheWritesOfATurn) {
  ASSERT_TRUE(stream.start(echo));
  peer().incoming = {"HI"};
  turn();
  peer().sent.clear();
  stream.write("one, ");
  stream.write_borrowed("two, ");
  stream.write_shared("three", std::make_shared<int>());
  EXPECT_EQ(stream.unsent(), 15u);
  turn();
  EXPECT_EQ(peer().sent, Records::pack("one, two, three"));
  EXPECT_EQ(stream.pieces(), 1);
  EXPECT_EQ(stream.unsent(), 0u);
}

TEST_F(TransformingStreamTest, ShutsDownOnlyAfterGatheredWrites) {
  ASSERT_TRUE(stream.start(echo));
  peer().incoming = {"HI" + Records::pack("last")};
  peer().incoming_ended = true;
  turn(3);
  EXPECT_EQ(peer().sent, "HI" + Records::pack("last"));
  EXPECT_TRUE(peer().write_shut);
}

TEST_F(TransformingStreamTest, PassesOnNothingAfterClose) {
  ASSERT_TRUE(stream.start(echo));
  peer().incoming = {"HI"};
  turn();
  peer().sent.clear();
  stream.write("too late");
  stream.close();
  turn(2);
  EXPECT_EQ(peer().sent, "");
}

TEST_F(TransformingStreamTest, HasFactsAfterTheHandshake) {
  ASSERT_TRUE(stream.start(echo));
  EXPECT_EQ(stream.facts(), nullptr);
  peer().incoming = {"HI"};
  turn();
  ASSERT_NE(stream.facts(), nullptr);
  EXPECT_EQ(stream.facts()->protocol, "records");
}

/// Reads a line that comes before the records on the same connection. Then it passes the connection
/// on, with the bytes after the line.
class Preamble final : public StreamOwner {
 public:
  Preamble(loop::Loop& loop, std::unique_ptr<Stream> stream)
      : loop_(loop), stream_(std::move(stream)) {}
  bool start() { return stream_->start(*this); }

  void received(std::string_view bytes) noexcept override {
    line_ += bytes;
    const std::size_t end = line_.find('\n');
    if (end == std::string::npos) return;
    const std::string_view unused = std::string_view(line_).substr(end + 1);
    records = std::make_unique<RecordStream>(loop_, std::move(stream_), unused);
    echo = std::make_unique<Echo>(*records);
    EXPECT_TRUE(records->start(*echo));
  }
  void received_end() noexcept override {}
  void sent(std::uint64_t, std::uint64_t) noexcept override { heard_of_sending = true; }
  void failed(int) noexcept override {}

  std::unique_ptr<RecordStream> records;
  std::unique_ptr<Echo> echo;
  bool heard_of_sending = false;

 private:
  loop::Loop& loop_;
  std::unique_ptr<Stream> stream_;
  std::string line_;
};

TEST_F(TransformingStreamTest, TakesOverAConnectionThatAnotherOwnerHasReadFrom) {
  const std::string bytes = "PROXY me\nHI" + Records::pack("hello");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const int socket = kernel.make_socket();
    Preamble preamble(*loop,
                      std::make_unique<SocketStream>(*loop, base::Descriptor(kernel, socket)));
    ASSERT_TRUE(preamble.start());
    kernel.at(socket).incoming = {bytes.substr(0, cut), bytes.substr(cut)};
    turn(4);
    EXPECT_EQ(kernel.at(socket).sent, "HI" + Records::pack("hello")) << cut;
    EXPECT_FALSE(preamble.heard_of_sending);
    EXPECT_TRUE(preamble.echo->drained);
  }
}

}  // namespace
}  // namespace mastic::net
