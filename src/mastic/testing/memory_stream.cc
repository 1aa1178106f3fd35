#include "mastic/testing/memory_stream.h"

#include <cerrno>
#include <utility>

namespace mastic::testing {

// The message is not a member of the stream: a posted message cannot be taken back, so it may have
// to outlive the stream. It deletes itself when the loop delivers it.
class MemoryStream::Sent final : public async::Message {
 public:
  explicit Sent(MemoryStream& stream) : stream_(&stream) {}
  void deliver() noexcept override {
    if (stream_ != nullptr) {
      stream_->sent_ = nullptr;
      const std::uint64_t taken = std::exchange(stream_->unsent_, 0);
      // A stream that was closed meanwhile tells its owner nothing more.
      if (stream_->peer_.stream != nullptr) stream_->owner().sent(taken, 0);
    }
    delete this;
  }
  void forget_stream() { stream_ = nullptr; }

 private:
  MemoryStream* stream_;
};

bool MemoryStream::begin_reading() {
  peer_.stream = this;
  return true;
}

char* MemoryStream::prepare(std::size_t size) {
  prepared_.resize(size);
  return prepared_.data();
}

void MemoryStream::commit(std::size_t size) {
  peer_.received.append(prepared_, 0, size);
  wrote(size);
}

void MemoryStream::write_shared(std::string_view bytes, std::shared_ptr<const void>) {
  peer_.received += bytes;
  wrote(bytes.size());
}

void MemoryStream::wrote(std::size_t size) {
  unsent_ += size;
  if (size != 0 && peer_.reads) report_sent();
}

void MemoryStream::report_sent() {
  // One message for all writes of a turn, like a socket, which sends them together.
  if (sent_ != nullptr) return;
  sent_ = new Sent(*this);
  loop_.post(*sent_);
}

void MemoryStream::peer_reads_again() {
  peer_.reads = true;
  if (unsent_ > 0) report_sent();
}

void MemoryStream::deliver(std::string_view bytes) {
  waiting_ += bytes;
  if (is_paused_ || waiting_.empty()) return;
  const std::string arrived = std::exchange(waiting_, {});
  owner().received(arrived);
}

void MemoryStream::deliver_reset() { owner().failed(ECONNRESET); }

void MemoryStream::close() {
  peer_.stream = nullptr;
  peer_.ended = true;
  // The message is delivered all the same, perhaps after this stream was destroyed.
  if (sent_ != nullptr) std::exchange(sent_, nullptr)->forget_stream();
}

void MemoryStream::abort() {
  peer_.aborted = true;
  close();
}

}  // namespace mastic::testing
