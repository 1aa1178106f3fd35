#include "mastic/base/utf8.h"

#include <algorithm>
#include <cstring>

#include "mastic/base/byte_block.h"
#include "mastic/base/encoding.h"

namespace mastic::base {
namespace {

bool is_utf8_lead(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0xc2 && byte <= 0xf4;
}

/// Whether `bytes`, one to three, are the beginning of a character and not a whole one.
bool begins_character(std::string_view bytes) {
  if (bytes.size() == 1) return is_utf8_lead(bytes[0]);
  // The second byte decides whether there are such characters. If so, 0x80 may follow.
  std::array<char, 4> filled{'\x80', '\x80', '\x80', '\x80'};
  std::ranges::copy(bytes, filled.begin());
  return utf8_character_size({filled.data(), filled.size()}) > bytes.size();
}

/// How many bytes at the end of `text` belong to a character that has to go on after the text: as
/// the lead says that is there, whether or not the bytes are valid.
std::size_t unfinished_size(std::string_view text) {
  constexpr std::array<unsigned char, 3> kLeads{0xc0, 0xe0, 0xf0};  // of two, three, four bytes
  for (std::size_t size = 1; size <= std::min(text.size(), kLeads.size()); ++size) {
    if (static_cast<unsigned char>(text[text.size() - size]) >= kLeads[size - 1]) return size;
  }
  return 0;
}

/// Whether `text` is ASCII and so short that setting up a check by blocks would cost more than this:
/// most messages are.
bool is_short_ascii(std::string_view text) {
  constexpr std::size_t kShort = 64;
  constexpr std::uint64_t kNotAscii = 0x8080808080808080;
  if (text.size() > kShort) return false;
  std::uint64_t seen = 0;
  for (; text.size() >= sizeof seen; text.remove_prefix(sizeof seen)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data(), sizeof bytes);
    seen |= bytes;
  }
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return (seen & kNotAscii) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  if (is_short_ascii(text)) return true;
  return detail::can_check_blocks() ? detail::is_utf8_by_blocks(text)
                                    : detail::is_utf8_by_characters(text);
}

bool detail::is_utf8_by_characters(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    at = find_first(
        at, end, [](ByteBlock bytes) { return bytes >= 0x80; },
        [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    while (at != end && static_cast<unsigned char>(*at) >= 0x80) {
      const std::size_t size = utf8_character_size({at, end});
      if (size == 0) return false;
      at += size;
    }
    if (at == end) return true;
  }
}

bool Utf8Checker::feed(std::string_view piece) {
  if (begun_size_ == 0 && is_short_ascii(piece)) return true;
  if (!finish_character(piece)) return false;
  if (piece.empty()) return true;
  const std::size_t unfinished = unfinished_size(piece);
  const std::string_view begun = piece.substr(piece.size() - unfinished);
  piece.remove_suffix(unfinished);
  if (!is_utf8(piece)) return false;
  if (begun.empty()) return true;
  begun_size_ = static_cast<std::uint8_t>(begun.copy(begun_.data(), begun_.size()));
  return begins_character(begun);
}

bool Utf8Checker::finish_character(std::string_view& piece) {
  if (begun_size_ == 0) return true;
  std::array<char, 4> bytes{};
  std::ranges::copy(begun_, bytes.begin());
  while (!piece.empty()) {
    bytes[begun_size_++] = piece.front();
    piece.remove_prefix(1);
    const std::string_view character(bytes.data(), begun_size_);
    if (utf8_character_size(character) == character.size()) {
      begun_size_ = 0;
      return true;
    }
    if (character.size() == bytes.size() || !begins_character(character)) return false;
    begun_[begun_size_ - 1U] = bytes[begun_size_ - 1U];
  }
  return true;
}

}  // namespace mastic::base
