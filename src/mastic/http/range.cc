#include "mastic/http/range.h"

#include <algorithm>
#include <optional>

#include "mastic/base/text.h"

namespace mastic::http {
namespace {

using base::parse_decimal;
using base::take_until;
using base::trim;

struct Piece {
  bool well_formed = false;
  std::optional<ByteRange> range;  ///< std::nullopt if it lies beyond the end
};

/// Reads "0-99", "100-" or "-50" (the last 50 bytes) for a representation of `size` bytes.
Piece parse_piece(std::string_view text, std::uint64_t size) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return {};
  const std::string_view before = text.substr(0, dash);
  const std::string_view after = text.substr(dash + 1);
  const auto first = parse_decimal(before);
  const auto last = parse_decimal(after);
  if (before.empty()) {  // a suffix of `last` bytes
    if (!last) return {};
    if (*last == 0 || size == 0) return {true, std::nullopt};
    return {true, ByteRange{size - std::min(*last, size), size - 1}};
  }
  if (!first || (!after.empty() && (!last || *last < *first))) return {};
  if (*first >= size) return {true, std::nullopt};
  return {true, ByteRange{*first, after.empty() ? size - 1 : std::min(*last, size - 1)}};
}

/// Whether any two of the ranges share a byte. If no two do, all ranges together are no larger than
/// the representation.
bool overlap(std::vector<ByteRange> ranges) {
  std::ranges::sort(ranges, {}, &ByteRange::first);
  return std::ranges::adjacent_find(ranges, [](const ByteRange& a, const ByteRange& b) {
           return b.first <= a.last;
         }) != ranges.end();
}

}  // namespace

RangeRequest RangeRequest::parse(std::string_view field, std::uint64_t size, std::size_t most) {
  RangeRequest request;
  const std::string_view unit = take_until(field, '=');
  if (!base::equal_ignoring_case(trim(unit), "bytes")) return {};
  std::size_t asked = 0;
  while (!field.empty()) {
    const std::string_view text = trim(take_until(field, ','));
    if (text.empty()) continue;
    if (++asked > most) return {};
    const Piece piece = parse_piece(text, size);
    if (!piece.well_formed) return {};
    if (piece.range) request.ranges.push_back(*piece.range);
  }
  if (asked == 0 || overlap(request.ranges)) return {};
  request.verdict = request.ranges.empty() ? Verdict::Unsatisfiable : Verdict::Satisfiable;
  return request;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  std::string text = "bytes ";
  base::append_decimal(text, range.first);
  text += '-';
  base::append_decimal(text, range.last);
  text += '/';
  base::append_decimal(text, size);
  return text;
}

std::string unsatisfied_range(std::uint64_t size) { return "bytes */" + std::to_string(size); }

}  // namespace mastic::http
