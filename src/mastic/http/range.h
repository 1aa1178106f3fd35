// Byte ranges (RFC 9110 §14).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::http {

/// Bytes `first` to `last`, both included. Requires: first <= last.
struct ByteRange {
  std::uint64_t first;
  std::uint64_t last;

  [[nodiscard]] std::uint64_t size() const { return last - first + 1; }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// What a Range field asks of a representation.
struct RangeRequest {
  enum class Verdict {
    Ignore,         ///< another unit, malformed or greedy: the whole is sent (200)
    Satisfiable,    ///< `ranges`, in the order asked (206)
    Unsatisfiable,  ///< 416
  };
  Verdict verdict = Verdict::Ignore;
  std::vector<ByteRange> ranges;

  /// Holds `field` against a representation of `size` bytes. Greedy is more than `most` ranges, or
  /// ranges that overlap or together are larger than the whole. Linear in the size of `field`, but
  /// for a sort of at most `most` ranges.
  [[nodiscard]] static RangeRequest parse(std::string_view field, std::uint64_t size,
                                          std::size_t most);
};

/// "bytes 0-99/1234"
[[nodiscard]] std::string content_range(const ByteRange& range, std::uint64_t size);
/// "bytes */1234"
[[nodiscard]] std::string unsatisfied_range(std::uint64_t size);

}  // namespace mastic::http
