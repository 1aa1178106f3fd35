// Decodes content that is compressed: gzip, br and zstd (RFC 9110 §8.4.1).

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/http/content_coding.h"
#include "mastic/wire/content_fault.h"

namespace mastic::wire::coding {

/// How much content may become when it is decoded. Content beyond a limit is answered with 413.
struct DecodeLimits {
  /// Maximum size of the decoded content.
  std::uint64_t max_bytes;
  /// How many times larger than the content that has arrived the decoded content may be at most. It
  /// does not hold for the first 64 KiB, because short content may well consist of one line again
  /// and again.
  std::uint64_t max_ratio;
};

/// Whether this build of Mastic can decode `coding`: gzip always, br and zstd if their libraries
/// were there.
[[nodiscard]] bool can_decode(http::ContentCoding coding);
/// The codings that can be decoded, as the field Accept-Encoding names them.
[[nodiscard]] std::string_view decodable_codings();

/// How a coding is undone: a thin layer over its library.
class Codec {
 public:
  virtual ~Codec() = default;
  /// Takes from the front of `input`, and fills `output` from its beginning; returns how much of it,
  /// or nothing if the input is malformed. Input is taken only as far as there is room for what it
  /// becomes, so call it again while `output` was filled.
  struct Step {
    bool is_malformed = false;
    std::size_t written = 0;
  };
  [[nodiscard]] virtual Step decode(std::string_view& input, std::string& output) = 0;
  /// Whether the input so far is complete.
  [[nodiscard]] virtual bool is_complete() const = 0;
  /// How many bytes of memory the library may use.
  [[nodiscard]] virtual std::uint64_t memory_bytes() const = 0;
};

/// Decodes one content, without input or output of its own.
///
/// Feed it bytes as they arrive, in pieces of any size. The decoded content comes in pieces of at
/// most 64 KiB, whatever it was made from, so that a few bytes which would become gigabytes are
/// refused before they do. Content that consists of several members (gzip, RFC 1952 §2.2) or frames
/// (zstd, RFC 8878 §3.1) is their content in a row; anything else after the end is refused. zstd
/// may use a window of 8 MiB, as in browsers, and br one of 16 MiB.
class ContentDecoder {
 public:
  /// Requires: can_decode(coding). Throws std::bad_alloc.
  ContentDecoder(http::ContentCoding coding, DecodeLimits limits);

  /// Consumes from `input`, and returns the next piece of the decoded content; an empty piece says
  /// that all input has been consumed. The piece stays valid until the next call. Fails with 400
  /// for malformed content, and with 413 beyond a limit; then the decoder is spent.
  [[nodiscard]] std::expected<std::string_view, ContentFault> next(std::string_view& input)
      MASTIC_LIFETIMEBOUND;
  /// Whether the content so far is complete. If no more follows, and it is not, it was cut.
  [[nodiscard]] bool is_complete() const { return codec_->is_complete(); }
  /// How many bytes of memory the decoder may use in all.
  [[nodiscard]] std::uint64_t memory_bytes() const;

 private:
  std::unique_ptr<Codec> codec_;
  DecodeLimits limits_;
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
  std::string output_;
};

}  // namespace mastic::wire::coding
