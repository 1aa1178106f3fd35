// A stream that stands on another and transforms the bytes both ways, as TLS does: an example of how,
// and what tests put under servers to prove that they bear it.

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

/// Records: two bytes of length, the high one first, and so many bytes with every bit turned.
class Records {
 public:
  static constexpr std::size_t kHeadBytes = 2;
  static constexpr std::size_t kMaxBytes = 16 << 10;

  /// `text`, in as few records as it takes.
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
  /// The text of the whole records that `bytes` begins with, which are removed from it.
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
  /// Of the last `count` bytes.
  static void turn_bits(std::string& bytes, std::size_t count) {
    for (char* at = bytes.data() + bytes.size() - count; count > 0; --count, ++at) {
      *at = static_cast<char>(~*at);
    }
  }
};

/// Packs bytes into records. A greeting, kGreeting, comes first from either side.
///
/// What is written in a turn is gathered, and becomes records when the turn ends, so that several
/// small writes are one record. The pressure is what the inner stream has not sent, and what is
/// gathered; both count plain bytes as well as packed ones, which is near enough.
class RecordStream final : public Stream, private StreamOwner, private loop::TurnEndListener {
 public:
  static constexpr std::string_view kGreeting = "HI";

  RecordStream(loop::Loop& loop, std::unique_ptr<Stream> inner)
      : TurnEndListener(loop::TurnEndRank::Records), loop_(loop), inner_(std::move(inner)) {}
  /// On a stream that somebody has read from already, who found `unused` bytes to be for this.
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
  /// Nobody keeps plain bytes: they are packed when the turn ends at the latest.
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

  /// How many pieces were given to the inner stream.
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
    if (written_ == 0) return;  // it was closed
    try {
      inner_->write(Records::pack(std::string_view(gathered_).substr(0, written_)));
    } catch (const std::bad_alloc&) {
      return owner().failed(ENOMEM);
    }
    gathered_ = {};  // and its memory: a stream that rests holds none
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
  std::string arrived_;  ///< part of a record, or of the greeting
  std::string
      gathered_;  ///< in this turn, or before the greeting; behind that, room that was prepared
  std::size_t written_ = 0;               ///< bytes of it
  std::optional<ConnectionFacts> facts_;  ///< once the peer has greeted
  int pieces_ = 0;
  bool inner_has_started_ = false;
  bool is_shutting_ = false;
};

}  // namespace mastic::net
