#include "mastic/testing/memory_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "mastic/base/failures.h"

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
  const base::FailuresPaused paused;
  prepared_.resize(size);
  return prepared_.data();
}

void MemoryStream::commit(std::size_t size) { wrote(std::string_view(prepared_).substr(0, size)); }

void MemoryStream::write_shared(std::string_view bytes, std::shared_ptr<const void>) {
  wrote(bytes);
}

void MemoryStream::wrote(std::string_view bytes) {
  const base::FailuresPaused paused;
  const NetworkFaults& faults = peer_.faults;
  unsent_ += bytes.size();
  const bool is_taken_later =
      faults.receive_bytes != SIZE_MAX || faults.leave_after_received != NetworkFaults::kNever;
  if (is_taken_later || peer_.has_left) {
    in_flight_ += bytes;
    return;
  }
  peer_.received += bytes;
  peer_.came += bytes.size();
  if (!bytes.empty() && peer_.reads) report_sent();
}

void MemoryStream::take(std::size_t size) {
  size = std::min(size, in_flight_.size());
  {
    const base::FailuresPaused paused;
    peer_.received.append(in_flight_, 0, size);
  }
  in_flight_.erase(0, size);
  peer_.came += size;
  unsent_ -= size;
  if (in_flight_.empty() && is_shut_) peer_.ended = true;
  if (size > 0) owner().sent(size, unsent_);
}

void MemoryStream::shut_write() {
  is_shut_ = true;
  if (in_flight_.empty()) peer_.ended = true;
}

void MemoryStream::report_sent() {
  const base::FailuresPaused paused;
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
  {
    const base::FailuresPaused paused;
    waiting_ += bytes;
  }
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
