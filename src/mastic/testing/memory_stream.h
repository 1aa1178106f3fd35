// A stream without a network: a test plays the peer.

#pragma once

#include <string>
#include <string_view>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"
#include "mastic/net/stream.h"

namespace mastic::testing {

class MemoryStream;

/// What the peer of a MemoryStream has; it outlives the stream.
struct MemoryPeer {
  std::string received;            ///< what was written to the stream and not taken yet
  MemoryStream* stream = nullptr;  ///< deliver bytes to its owner; none once it is closed
  bool ended = false;              ///< the write side was shut, or the stream closed
  bool aborted = false;            ///< the stream was reset
};

/// The stream itself, as its owner has it.
class MemoryStream final : public net::Stream {
 public:
  /// Both must outlive it.
  MemoryStream(loop::Loop& loop, MemoryPeer& peer) : loop_(loop), peer_(peer) {}
  ~MemoryStream() override { MemoryStream::close(); }

  void pause_reading() override {}
  void resume_reading() override {}
  [[nodiscard]] char* prepare(std::size_t size) override;
  void commit(std::size_t size) override;
  void write_shared(std::string_view bytes, std::shared_ptr<const void> keeper) override;
  [[nodiscard]] std::uint64_t unsent() const override { return unsent_; }
  void shut_write() override { peer_.ended = true; }
  void close() override;
  void abort() override;

  /// Whom a test tells, as a network would.
  using net::Stream::owner;

 private:
  [[nodiscard]] bool begin_reading() override;
  /// Tells the owner, in a later turn, that everything has left.
  class Sent;

  void wrote(std::size_t size);

  loop::Loop& loop_;
  MemoryPeer& peer_;
  std::string prepared_;
  std::uint64_t unsent_ = 0;
  Sent* sent_ = nullptr;
};

}  // namespace mastic::testing
