// A stream over another stream that transforms the bytes both ways, as TLS does. It is an example
// of how to write one, and tests run servers over it.

#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/loop/loop.h"
#include "mastic/loop/turn_end.h"
#include "mastic/net/connection_facts.h"
#include "mastic/net/stream.h"

namespace mastic::net {

/// The format of a record: two bytes of length, high byte first, then that number of bytes, each
/// with all its bits inverted.
class Records {
 public:
  static constexpr std::size_t kHeadBytes = 2;
  static constexpr std::size_t kMaxBytes = 16 << 10;

  /// Packs `text` into as few records as possible.
  [[nodiscard]] static std::string pack(std::string_view text) {
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), kMaxBytes))) {
      const std::string_view part = text.substr(0, kMaxBytes);
      out += static_cast<char>(part.size() >> 8);
      out += static_cast<char>(part.size() & 0xff);
      out += part;
      turn_bits(out, part.size());
    }
    return out;
  }
  /// Removes all complete records from the front of `bytes`, and returns their text.
  [[nodiscard]] static std::string unpack(std::string& bytes) {
    std::string text;
    std::size_t at = 0;
    while (bytes.size() - at >= kHeadBytes) {
      const std::size_t size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]))
                                   << 8 |
                               static_cast<unsigned char>(bytes[at + 1]);
      if (bytes.size() - at - kHeadBytes < size) break;
      text.append(bytes, at + kHeadBytes, size);
      turn_bits(text, size);
      at += kHeadBytes + size;
    }
    bytes.erase(0, at);
    return text;
  }

 private:
  /// Inverts the bits of the last `count` bytes.
  static void turn_bits(std::string& bytes, std::size_t count) {
    for (char* at = bytes.data() + bytes.size() - count; count > 0; --count, ++at) {
      *at = static_cast<char>(~*at);
    }
  }
};

/// Packs bytes into records. Each side first sends a greeting, kGreeting.
///
/// Writes are gathered during a turn and become records when the turn ends, so that several small
/// writes make one record. `unsent` adds the gathered plain bytes to the packed bytes of the inner
/// stream, which is exact enough for back pressure.
class RecordStream final : public Stream, private StreamOwner, private loop::TurnEndListener {
 public:
  static constexpr std::string_view kGreeting = "HI";

  RecordStream(loop::Loop& loop, std::unique_ptr<Stream> inner)
      : TurnEndListener(loop::TurnEndRank::Records), loop_(loop), inner_(std::move(inner)) {}
  /// Continues on a stream that another owner has read from; `unused` are the bytes that it left
  /// over.
  RecordStream(loop::Loop& loop, std::unique_ptr<Stream> inner, std::string_view unused)
      : RecordStream(loop, std::move(inner)) {
    inner_has_started_ = true;
    arrived_ = unused;
  }

  void pause_reading() override { inner_->pause_reading(); }
  void resume_reading() override { inner_->resume_reading(); }
  char* prepare(std::size_t size) override {
    gathered_.resize(written_ + size);
    return gathered_.data() + written_;
  }
  void commit(std::size_t size) override {
    written_ += size;
    pass_on_at_turn_end();
  }
  /// Copies `bytes`, because they have to be packed anyway.
  void write_shared(std::string_view bytes, std::shared_ptr<const void>) override {
    gathered_.resize(written_);
    gathered_ += bytes;
    commit(bytes.size());
  }
  const ConnectionFacts* facts() const override { return facts_ ? &*facts_ : nullptr; }
  std::uint64_t unsent() const override { return written_ + inner_->unsent(); }
  std::uint64_t held() const override { return gathered_.capacity() + inner_->held(); }
  std::uint64_t unacknowledged() const override { return inner_->unacknowledged(); }
  void shut_write() override {
    is_shutting_ = true;
    if (written_ == 0) inner_->shut_write();
  }
  void close() override {
    written_ = 0;
    inner_->close();
  }
  void abort() override {
    written_ = 0;
    inner_->abort();
  }

  /// How many times gathered writes were passed to the inner stream.
  [[nodiscard]] int pieces() const { return pieces_; }

 private:
  bool begin_reading() override {
    if (!inner_has_started_) return inner_->start(*this);
    const std::string unused = std::exchange(arrived_, {});
    inner_->set_owner(*this, unused);
    return true;
  }
  void pass_on_at_turn_end() {
    if (facts_ && written_ > 0) loop_.tell_at_turn_end(*this);
  }
  void turn_ends() noexcept override {
    if (written_ == 0) return;  // the stream was closed
    try {
      inner_->write(Records::pack(std::string_view(gathered_).substr(0, written_)));
    } catch (const std::bad_alloc&) {
      return owner().failed(ENOMEM);
    }
    gathered_ = {};  // frees the memory, too: an idle stream should hold none
    written_ = 0;
    ++pieces_;
    if (is_shutting_) inner_->shut_write();
  }

  void received(std::string_view bytes) noexcept override {
    arrived_ += bytes;
    if (!facts_) {
      if (!arrived_.starts_with(kGreeting)) return;
      arrived_.erase(0, kGreeting.size());
      facts_ = {.tls_version = "none", .protocol = "records"};
      inner_->write(kGreeting);
      pass_on_at_turn_end();
    }
    const std::string text = Records::unpack(arrived_);
    if (!text.empty()) owner().received(text);
  }
  void received_end() noexcept override { owner().received_end(); }
  void sent(std::uint64_t taken, std::uint64_t) noexcept override { owner().sent(taken, unsent()); }
  void failed(int number) noexcept override { owner().failed(number); }

  loop::Loop& loop_;
  std::unique_ptr<Stream> inner_;
  std::string arrived_;                   ///< part of a record, or of the greeting
  std::string gathered_;                  ///< gathered writes, then room that was prepared
  std::size_t written_ = 0;               ///< bytes of `gathered_` that were written
  std::optional<ConnectionFacts> facts_;  ///< once the peer has greeted
  int pieces_ = 0;
  bool inner_has_started_ = false;
  bool is_shutting_ = false;
};

}  // namespace mastic::net
