// Checks UTF-8 in blocks of sixteen bytes, with three table look-ups for each block. The method is
// that of J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction per byte" (2020).
//
// Nearly every fault shows in two bytes that follow each other, and in no more than three of their
// four hexadecimal digits: both of the first byte, and the high one of the second. A table has, for
// each value of a digit, one bit for each kind of fault of which that digit can be a part. A pair
// has a fault where the three look-ups have a bit in common.

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "mastic/base/byte_block.h"
#include "mastic/base/utf8.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace mastic::base {
namespace {

/// A set of hexadecimal digits: bit n stands for digit n.
using Digits = unsigned;

constexpr Digits digits(unsigned first, unsigned last) { return (2U << last) - (1U << first); }

constexpr Digits kAnyDigit = digits(0, 15);
constexpr Digits kContinuation = digits(8, 11);

/// The pairs of bytes whose digits are in these sets.
struct BytePairs {
  Digits first_high;
  Digits first_low;
  Digits second_high;
};

constexpr std::array<BytePairs, 8> kFaults{{
    {digits(12, 15), kAnyDigit, kAnyDigit & ~kContinuation},       // a character that is cut off
    {digits(0, 7), kAnyDigit, kContinuation},                      // a continuation after ASCII
    {digits(12, 12), digits(0, 1), kContinuation},                 // below U+0080, in two bytes
    {digits(14, 14), digits(0, 0), digits(8, 9)},                  // below U+0800, in three
    {digits(14, 14), digits(13, 13), digits(10, 11)},              // surrogates
    {digits(15, 15), digits(0, 0) | digits(5, 15), digits(8, 8)},  // below U+10000, in four;
    {digits(15, 15), digits(4, 15), digits(9, 11)},                // and above U+10FFFF
    {kContinuation, kAnyDigit, kContinuation},  // right in the third and fourth byte, only there
}};
/// The bit of the last of them.
constexpr unsigned char kTwoContinuations = 0x80;

using DigitTable = std::array<char, 16>;

constexpr DigitTable make_table(Digits BytePairs::* digit) {
  DigitTable table{};
  for (unsigned value = 0; value < table.size(); ++value) {
    unsigned bits = 0;
    for (unsigned i = 0; i < kFaults.size(); ++i) bits |= (kFaults[i].*digit >> value & 1U) << i;
    table[value] = static_cast<char>(bits);
  }
  return table;
}

constexpr DigitTable kFirstHigh = make_table(&BytePairs::first_high);
constexpr DigitTable kFirstLow = make_table(&BytePairs::first_low);
constexpr DigitTable kSecondHigh = make_table(&BytePairs::second_high);

// The code for x86-64 is compiled for every processor of that kind, and a few old ones have no
// instruction for look-ups.
#if defined(__x86_64__)
#define MASTIC_LOOKS_UP __attribute__((target("ssse3")))
#else
#define MASTIC_LOOKS_UP
#endif

/// The entries of `table` at the places that `values` name; each value is at most 15.
MASTIC_LOOKS_UP inline ByteBlock look_up(const DigitTable& table, ByteBlock values) {
  const ByteBlock entries = load_block(table.data());
#if defined(__x86_64__)
  using Bytes = char __attribute__((vector_size(16)));
  return std::bit_cast<ByteBlock>(
      __builtin_ia32_pshufb128(std::bit_cast<Bytes>(entries), std::bit_cast<Bytes>(values)));
#elif defined(__aarch64__)
  return std::bit_cast<ByteBlock>(
      vqtbl1q_u8(std::bit_cast<uint8x16_t>(entries), std::bit_cast<uint8x16_t>(values)));
#else
  ByteBlock found{};
  for (int i = 0; i < 16; ++i) found[i] = static_cast<unsigned char>(entries[values[i]]);
  return found;
#endif
}

/// How many bytes are examined in one step: four blocks.
constexpr std::size_t kStep = 4 * sizeof(ByteBlock);

/// The block with this number of the step at `at`.
ByteBlock load_step_block(const char* at, std::size_t i) {
  return load_block(at + i * sizeof(ByteBlock));
}

bool is_ascii_step(const char* at) {
  using Numbers = signed char __attribute__((vector_size(16)));
  const ByteBlock any = (load_step_block(at, 0) | load_step_block(at, 1)) |
                        (load_step_block(at, 2) | load_step_block(at, 3));
  return BlockPlaces(std::bit_cast<Numbers>(any) < 0).empty();
}

/// The first step of [at, end) that is not all ASCII, or `end`.
const char* skip_ascii_steps(const char* at, const char* end) {
  while (at != end && is_ascii_step(at)) at += kStep;
  return at;
}

/// Checks a text, one step after the other.
class BlockChecker {
 public:
  /// Checks the next step of the text, which is at `at`.
  MASTIC_LOOKS_UP void take(const char* at) {
    for (std::size_t i = 0; i < 4; ++i) check(load_step_block(at, i));
  }
  /// Whether the last step ended in ASCII, or there was none. Then a step of ASCII has no fault and
  /// shows none in what came before: it need not be taken.
  [[nodiscard]] bool is_after_ascii() const { return before_[15] < 0x80; }
  [[nodiscard]] bool has_found_fault() const { return !BlockPlaces(faults_ != 0).empty(); }

 private:
  MASTIC_LOOKS_UP void check(ByteBlock bytes) {
    // For each byte, the one before it, and those two and three places before it.
    const ByteBlock one = __builtin_shufflevector(before_, bytes, 15, 16, 17, 18, 19, 20, 21, 22,
                                                  23, 24, 25, 26, 27, 28, 29, 30);
    const ByteBlock two = __builtin_shufflevector(before_, bytes, 14, 15, 16, 17, 18, 19, 20, 21,
                                                  22, 23, 24, 25, 26, 27, 28, 29);
    const ByteBlock three = __builtin_shufflevector(before_, bytes, 13, 14, 15, 16, 17, 18, 19, 20,
                                                    21, 22, 23, 24, 25, 26, 27, 28);
    const ByteBlock pairs = look_up(kFirstHigh, one >> 4) & look_up(kFirstLow, one & 15) &
                            look_up(kSecondHigh, bytes >> 4);
    // The third and fourth byte of a character have to be the second of two continuations, and no
    // other byte may be: a fault is where only one of the two is so.
    const auto is_late = (two >= 0xe0) | (three >= 0xf0);
    faults_ |= pairs ^ (std::bit_cast<ByteBlock>(is_late) & kTwoContinuations);
    before_ = bytes;
  }

  ByteBlock faults_{};
  ByteBlock before_{};  ///< the last block that was taken; at first, as if after ASCII
};

}  // namespace

bool detail::can_check_blocks() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("ssse3") != 0;
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

MASTIC_LOOKS_UP bool detail::is_utf8_by_blocks(std::string_view text) {
  BlockChecker checker;
  const char* at = text.data();
  const char* const end = at + text.size() / kStep * kStep;
  while (true) {
    if (checker.is_after_ascii()) at = skip_ascii_steps(at, end);
    if (at == end) break;
    checker.take(at);
    at += kStep;
  }
  // The last step ends in zeros, which show a character that is cut off.
  std::array<char, kStep> rest{};
  text.copy(rest.data(), rest.size(), static_cast<std::size_t>(at - text.data()));
  if (!checker.is_after_ascii() || !is_ascii_step(rest.data())) checker.take(rest.data());
  return !checker.has_found_fault();
}

#undef MASTIC_LOOKS_UP

}  // namespace mastic::base
