// A stream over a connected socket: TCP or Unix.

#pragma once

#include <cstdint>
#include <memory>

#include "mastic/loop/loop.h"
#include "mastic/loop/source.h"
#include "mastic/net/output_queue.h"
#include "mastic/net/stream.h"

namespace mastic::net {

/// A stream over one socket. Copied bytes go to the loop's outbox and leave with the other writes
/// of the turn. Bytes that the kernel does not take, borrowed bytes and files go to the stream's
/// own queue, which exists only while it is needed.
///
/// A file is sent by a job, in slices: reading the file may wait for a disk, and then the loop can
/// be taken over as from any slow handler.
///
/// Derive from SocketStream only to put more data into the same allocation (SocketConnection), not
/// to change what the stream does.
class SocketStream : public Stream, public loop::Socket {
 public:
  /// Takes over `socket`, which must be connected and non-blocking.
  SocketStream(loop::Loop& loop, base::Descriptor socket);
  ~SocketStream() override;

  void pause_reading() final { reading_ = false; }
  void resume_reading() final;
  [[nodiscard]] char* prepare(std::size_t size) final;
  void commit(std::size_t size) final;
  void write_shared(std::string_view bytes, std::shared_ptr<const void> keeper) final;
  [[nodiscard]] bool can_write_files() const final { return true; }
  void write_file(std::shared_ptr<const base::Descriptor> file, std::uint64_t offset,
                  std::uint64_t size) final;
  [[nodiscard]] std::uint64_t unsent() const final;
  [[nodiscard]] std::uint64_t held() const final;
  [[nodiscard]] std::uint64_t unacknowledged() const final;
  void shut_write() final;
  void close() final;
  void abort() final;

  // Called by the loop.
  void ready(loop::Readiness readiness) noexcept final;
  void received(ssize_t result, std::string_view bytes) noexcept final;
  [[nodiscard]] bool keep_unsent(std::string_view bytes, int number) noexcept final;
  void sent(std::size_t taken, std::size_t left, int number) noexcept final;

 private:
  class FileSender;
  struct Backlog;

  [[nodiscard]] bool begin_reading() final;
  OutputQueue& queue();
  void begin_queue();
  void cork(bool on) noexcept;
  [[nodiscard]] bool has_queue() const;
  void pump() noexcept;
  void ask_to_receive() noexcept;
  void send_file_slice() noexcept;
  void file_slice_sent(ssize_t result) noexcept;
  void after_sending(std::uint64_t taken) noexcept;
  void settle() noexcept;
  void want(bool readable, bool writable);
  void let_go() noexcept;
  void fail(int number) noexcept;

  // These bits come first to use the padding after Socket.
  bool reading_ : 1 = true;
  bool peer_ended_ : 1 = false;
  bool wants_readable_ : 1 = true;   ///< what the loop watches for
  bool wants_writable_ : 1 = false;  ///< what the loop watches for
  bool shutting_ : 1 = false;
  loop::Loop& loop_;
  std::unique_ptr<Backlog> backlog_;  ///< null unless bytes are queued
};

}  // namespace mastic::net
