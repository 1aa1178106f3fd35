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
    Ignore,         ///< another unit, malformed, or too much: send everything (200)
    Satisfiable,    ///< send `ranges`, in the order asked for (206)
    Unsatisfiable,  ///< every range lies beyond the end (416)
  };
  Verdict verdict = Verdict::Ignore;
  std::vector<ByteRange> ranges;

  /// Reads `field` for a representation of `size` bytes. Ignores the field if it asks for more than
  /// `most` ranges or for ranges that overlap, because those could make one request cost many times
  /// the size of the file (RFC 9110 §14.2 allows a server to ignore the field). Linear in the size
  /// of `field`, plus a sort of at most `most` ranges.
  [[nodiscard]] static RangeRequest parse(std::string_view field, std::uint64_t size,
                                          std::size_t most);
};

/// Returns "bytes 0-99/1234": the value of Content-Range for one range of a representation of
/// `size` bytes.
[[nodiscard]] std::string content_range(const ByteRange& range, std::uint64_t size);
/// Returns "bytes */1234": the value of Content-Range for status 416, for a representation of
/// `size` bytes.
[[nodiscard]] std::string unsatisfied_range(std::uint64_t size);

}  // namespace mastic::http
