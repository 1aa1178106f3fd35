// Byte ranges (RFC 9110 §14).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::http {

/// The bytes from `first` to `last`, both included. Requires: first <= last.
struct ByteRange {
  std::uint64_t first;
  std::uint64_t last;

  [[nodiscard]] std::uint64_t size() const { return last - first + 1; }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// What a Range field asks for.
struct RangeRequest {
  enum class Verdict {
    Ignore,         ///< another unit, malformed, or too much: send the whole (200)
    Satisfiable,    ///< send `ranges`, in the order asked for (206)
    Unsatisfiable,  ///< every range lies beyond the end (416)
  };
  Verdict verdict = Verdict::Ignore;
  std::vector<ByteRange> ranges;

  /// Reads `field` for a representation of `size` bytes. Ignores it when it asks for more than
  /// `most` ranges or for ranges that overlap (RFC 9110 §14.2 allows that): they could make one
  /// request cost many times the file. Linear in the size of `field`, plus a sort of at most `most`
  /// ranges.
  [[nodiscard]] static RangeRequest parse(std::string_view field, std::uint64_t size,
                                          std::size_t most);
};

/// Returns the value of Content-Range for one range of `size` bytes: "bytes 0-99/1234".
[[nodiscard]] std::string content_range(const ByteRange& range, std::uint64_t size);
/// Returns the value of Content-Range for status 416: "bytes */1234".
[[nodiscard]] std::string unsatisfied_range(std::uint64_t size);

}  // namespace mastic::http
