#include "mastic/wire/websocket/deflate.h"

#define ZLIB_CONST  // the input is const
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "mastic/base/assert.h"

namespace mastic::wire::websocket {
namespace {

/// What a flush ends with. It is not sent: the receiver appends it again (RFC 7692 §7.2.1).
constexpr std::string_view kFlushEnd("\0\0\xff\xff", 4);
/// How much room zlib gets at least. Less than seven bytes would make it flush twice.
constexpr std::size_t kMinRoom = 256;
/// The most that zlib is given at once, whose counters have 32 bits.
constexpr std::size_t kMaxInput = std::size_t{1} << 30;
constexpr std::size_t kMaxRoom = std::size_t{1} << 20;

void set_input(z_stream& stream, std::string_view input) {
  stream.next_in = reinterpret_cast<const Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
}

/// Takes the next part of `piece` that zlib can be given at once.
std::string_view take_part(std::string_view& piece) {
  const std::string_view part = piece.substr(0, kMaxInput);
  piece.remove_prefix(part.size());
  return part;
}

/// Grows `out` by at most `room` bytes, which `step` writes; returns what `step`, a call of zlib,
/// returns.
template <class Step>
int write_into(std::string& out, std::size_t room, z_stream& stream, Step step) {
  int result = Z_OK;
  const std::size_t before = out.size();
  // The sizes are captures, because GCC 12 passes the capacity instead of the size.
  out.resize_and_overwrite(before + room, [&](char* data, std::size_t) {
    stream.next_out = reinterpret_cast<Bytef*>(data + before);
    stream.avail_out = static_cast<uInt>(room);
    result = step();
    return before + room - stream.avail_out;
  });
  return result;
}

}  // namespace

struct Deflater::State {
  State(int window_bits, int memory_level, int level) {
    if (deflateInit2(&stream, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();  // the arguments are right
    }
  }
  ~State() { deflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void append(std::string& out, std::string_view input, int flush) {
    set_input(stream, input);
    do {
      const std::size_t room = std::clamp(std::size_t{stream.avail_in} / 2, kMinRoom, kMaxRoom);
      write_into(out, room, stream, [&] { return deflate(&stream, flush); });
    } while (stream.avail_out == 0);
  }

  z_stream stream{};
  bool is_message_empty = true;
};

Deflater::Deflater(std::uint8_t window_bits, std::uint8_t memory_level, std::uint8_t level,
                   bool takeover)
    : window_bits_(window_bits), memory_level_(memory_level), level_(level), takeover_(takeover) {
  MASTIC_ASSERT(window_bits >= 9 && window_bits <= MAX_WBITS, {"window_bits", window_bits});
  MASTIC_ASSERT(memory_level >= 1 && memory_level <= MAX_MEM_LEVEL, {"memory_level", memory_level});
  MASTIC_ASSERT(level >= 1 && level <= Z_BEST_COMPRESSION, {"level", level});
}

Deflater::~Deflater() = default;

void Deflater::append(std::string& out, std::string_view piece, bool is_last) {
  if (!state_ && piece.empty() && is_last) return out.push_back('\0');
  try {
    if (!state_) state_ = std::make_unique<State>(window_bits_, memory_level_, level_);
    if (!piece.empty()) state_->is_message_empty = false;
    while (!piece.empty()) state_->append(out, take_part(piece), Z_NO_FLUSH);
    if (!is_last) return;
    if (state_->is_message_empty) {
      out.push_back('\0');  // zlib does not flush twice without input between
    } else {
      state_->append(out, {}, Z_SYNC_FLUSH);
      MASTIC_ASSERT(out.ends_with(kFlushEnd));
      out.resize(out.size() - kFlushEnd.size());
    }
  } catch (...) {
    state_.reset();
    throw;
  }
  state_->is_message_empty = true;
  if (!takeover_) state_.reset();
}

struct Inflater::State {
  explicit State(int window_bits) {
    if (inflateInit2(&stream, -window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Inflates `input`, and takes the size of what that gives from `most`.
  Result append(std::string& out, std::string_view input, std::uint64_t& most) {
    set_input(stream, input);
    do {
      // One byte more than is allowed tells content of just the allowed size from more.
      const auto wanted = std::clamp(4 * std::size_t{stream.avail_in}, kMinRoom, kMaxRoom);
      const auto room = most < wanted ? static_cast<std::size_t>(most) + 1 : wanted;
      const int result =
          write_into(out, room, stream, [&] { return inflate(&stream, Z_SYNC_FLUSH); });
      const std::size_t written = room - stream.avail_out;
      if (written > most) {
        out.resize(out.size() - (written - static_cast<std::size_t>(most)));
        return Result::TooMuch;
      }
      most -= written;
      if (result == Z_MEM_ERROR) throw std::bad_alloc();
      has_ended = result == Z_STREAM_END;
      if (has_ended) {
        // A block says that it is the last one. More may follow, which may refer to what came
        // before (RFC 7692 §7.2.3.4): the window has to stay.
        if (inflateResetKeep(&stream) != Z_OK) return Result::Corrupt;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return Result::Corrupt;
      }
    } while (stream.avail_in != 0 || (stream.avail_out == 0 && !has_ended));
    return Result::Ok;
  }

  /// Whether the input so far ends where a block could begin, and not within a block or a byte.
  [[nodiscard]] bool is_between_blocks() const {
    constexpr int kAfterBlock = 128;
    constexpr int kUnusedBits = 63;
    return has_ended || (stream.data_type & (kAfterBlock | kUnusedBits)) == kAfterBlock;
  }

  z_stream stream{};
  bool has_ended = false;  ///< the last block said that it is the last one
};

Inflater::Inflater(std::uint8_t window_bits, bool takeover)
    : window_bits_(window_bits), takeover_(takeover) {
  MASTIC_ASSERT(window_bits >= 8 && window_bits <= MAX_WBITS, {"window_bits", window_bits});
}

Inflater::~Inflater() = default;

Inflater::Result Inflater::append(std::string& out, std::string_view piece, bool is_last,
                                  std::uint64_t most) {
  if (!state_) state_ = std::make_unique<State>(window_bits_);
  Result result = Result::Ok;
  while (!piece.empty() && result == Result::Ok) {
    result = state_->append(out, take_part(piece), most);
  }
  if (result != Result::Ok || !is_last) return result;
  // After a block that says that it is the last one, there is nothing that a flush could end.
  if (!state_->has_ended) result = state_->append(out, kFlushEnd, most);
  if (result == Result::Ok && !state_->is_between_blocks()) result = Result::Corrupt;
  if (!takeover_) state_.reset();
  return result;
}

}  // namespace mastic::wire::websocket
