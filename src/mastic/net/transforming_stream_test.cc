// A stream that stands on another and transforms the bytes both ways, as TLS will: proof that
// Stream can be implemented so, and an example of how.

#include <gtest/gtest.h>

#include <string>

#include "mastic/base/kernel_testing.h"
#include "mastic/net/socket_stream.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;

/// Packs bytes into records, each a length byte and so many bytes with every bit turned. A greeting
/// has to be exchanged first. Records may arrive in pieces.
class RecordStream final : public Stream, private StreamOwner {
 public:
  explicit RecordStream(std::unique_ptr<Stream> inner) : inner_(std::move(inner)) {}

  bool start(StreamOwner& owner) override {
    owner_ = &owner;
    return inner_->start(*this);
  }
  void pause_reading() override { inner_->pause_reading(); }
  void resume_reading() override { inner_->resume_reading(); }
  char* prepare(std::size_t size) override {
    plain_.resize(size);
    return plain_.data();
  }
  void commit(std::size_t size) override {
    write_records(std::string_view(plain_).substr(0, size));
  }
  void write_borrowed(std::string_view bytes) override { write_records(bytes); }
  std::uint64_t unsent() const override { return held_.size() + inner_->unsent(); }
  void shut_write() override { inner_->shut_write(); }
  void close() override { inner_->close(); }
  void abort() override { inner_->abort(); }

 private:
  void write_records(std::string_view bytes) {
    for (; !bytes.empty(); bytes = bytes.substr(std::min<std::size_t>(bytes.size(), 100))) {
      const std::string_view part = bytes.substr(0, 100);
      held_ += static_cast<char>(part.size());
      for (const char c : part) held_ += static_cast<char>(~c);
    }
    if (greeted_) inner_->write(std::exchange(held_, {}));
  }
  void received(std::string_view bytes) noexcept override {
    arrived_ += bytes;
    if (!greeted_) {
      if (!arrived_.starts_with("HI")) return;
      arrived_.erase(0, 2);
      greeted_ = true;
      inner_->write("HI");
      inner_->write(std::exchange(held_, {}));
    }
    std::string plain;
    while (!arrived_.empty() && arrived_.size() > static_cast<unsigned char>(arrived_[0])) {
      const auto size = static_cast<unsigned char>(arrived_[0]);
      for (const char c : arrived_.substr(1, size)) plain += static_cast<char>(~c);
      arrived_.erase(0, size + 1);
    }
    if (!plain.empty()) owner_->received(plain);
  }
  void received_end() noexcept override { owner_->received_end(); }
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override {
    owner_->sent(taken, unsent + held_.size());
  }
  void failed(int number) noexcept override { owner_->failed(number); }

  std::unique_ptr<Stream> inner_;
  StreamOwner* owner_ = nullptr;
  std::string arrived_, held_, plain_;
  bool greeted_ = false;
};

std::string record(std::string_view text) {
  std::string out(1, static_cast<char>(text.size()));
  for (const char c : text) out += static_cast<char>(~c);
  return out;
}

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
  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  int fd = kernel.make_socket();
  RecordStream stream{std::make_unique<SocketStream>(*loop, base::Descriptor(kernel, fd))};
  Echo echo{stream};
};

TEST_F(TransformingStreamTest, TransformsBothWaysAfterItsHandshake) {
  ASSERT_TRUE(stream.start(echo));
  const std::string bytes = "HI" + record("hello ") + record("world");
  for (const char c : bytes) kernel.at(fd).incoming.push_back(std::string(1, c));
  for (int i = 0; i < 30; ++i) loop->turn(0s);
  EXPECT_EQ(kernel.at(fd).sent, "HI" + record("hello ") + record("world"));
  EXPECT_TRUE(echo.drained);
}

TEST_F(TransformingStreamTest, HoldsWritesUntilTheHandshakeIsDone) {
  ASSERT_TRUE(stream.start(echo));
  stream.write("early");
  loop->turn(0s);
  EXPECT_EQ(kernel.at(fd).sent, "");
  EXPECT_EQ(stream.unsent(), 6u);
  kernel.at(fd).incoming = {"HI"};
  loop->turn(0s);
  EXPECT_EQ(kernel.at(fd).sent, "HI" + record("early"));
}

TEST_F(TransformingStreamTest, HasNoFilesToWrite) { EXPECT_FALSE(stream.can_write_files()); }

}  // namespace
}  // namespace mastic::net
