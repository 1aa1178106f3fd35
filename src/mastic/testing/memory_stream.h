// A stream without a network, whose peer is played by a test.

#pragma once

#include <string>
#include <string_view>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"
#include "mastic/net/stream.h"
#include "mastic/testing/carrier.h"

namespace mastic::testing {

class MemoryStream;

/// The peer's side of a MemoryStream. It must outlive the stream.
struct MemoryPeer final : ClientEnd {
  MemoryStream* stream = nullptr;  ///< null until the stream reads, and once it is closed
};

/// A stream that appends everything that is written to it to `received` of its peer. To send bytes,
/// the test calls `deliver` of the peer's `stream`. All calls are made on the thread that drives
/// `loop`.
class MemoryStream final : public net::Stream {
 public:
  /// `loop` and `peer` must outlive the stream.
  MemoryStream(loop::Loop& loop, MemoryPeer& peer) : loop_(loop), peer_(peer) {}
  ~MemoryStream() override { MemoryStream::close(); }

  void pause_reading() override { is_paused_ = true; }
  void resume_reading() override { is_paused_ = false; }
  [[nodiscard]] char* prepare(std::size_t size) override;
  void commit(std::size_t size) override;
  void write_shared(std::string_view bytes, std::shared_ptr<const void> keeper) override;
  [[nodiscard]] std::uint64_t unsent() const override { return unsent_; }
  void shut_write() override;
  void close() override;
  void abort() override;

  /// Delivers `bytes` from the peer, outside of a turn of the loop, after all bytes that wait. While
  /// reading is paused, they wait for a later call, which may have no bytes of its own.
  void deliver(std::string_view bytes);
  /// Delivers the end of what the peer sends.
  void deliver_end() { owner().received_end(); }
  /// Tells the owner that the peer has reset the connection.
  void deliver_reset();
  /// Whether there are bytes that a slow peer has yet to take.
  [[nodiscard]] bool has_in_flight() const { return !in_flight_.empty(); }
  /// A slow peer takes at most `size` bytes.
  void take(std::size_t size);
  /// Tells the owner that everything was sent, when the peer reads again.
  void peer_reads_again();

 private:
  [[nodiscard]] bool begin_reading() override;
  /// Tells the owner that everything was sent, in a later turn, as a socket would.
  class Sent;

  void wrote(std::string_view bytes);
  void report_sent();

  loop::Loop& loop_;
  MemoryPeer& peer_;
  std::string prepared_;
  std::string waiting_;    ///< bytes from the peer that came while reading was paused
  std::string in_flight_;  ///< bytes that a slow peer has yet to take
  bool is_paused_ = false;
  bool is_shut_ = false;
  std::uint64_t unsent_ = 0;
  Sent* sent_ = nullptr;
};

}  // namespace mastic::testing
