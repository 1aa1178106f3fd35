// The distributed trace that a request belongs to: the field `traceparent` of W3C Trace Context.
// Its other field, `tracestate`, concerns only programs that record traces.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::http {

/// The value of a `traceparent`.
struct TraceContext {
  std::array<std::uint64_t, 2> trace_id{};  ///< high half first; not both 0
  std::uint64_t parent_id = 0;              ///< the span of the caller; not 0
  /// What the caller says about the trace; see kSampled.
  std::uint8_t flags = 0;

  static constexpr std::uint8_t kSampled = 1;  ///< the flag that says the caller records this trace

  /// Reads a `traceparent` of version 00, or the part of a later version that 00 defines (§3.2.4).
  /// Returns std::nullopt if the text is malformed; the caller should then begin a new trace.
  [[nodiscard]] static std::optional<TraceContext> parse(std::string_view text);

  /// Returns the value of the field: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".
  [[nodiscard]] std::string to_string() const;
  /// Returns the trace id alone, in 32 hexadecimal digits.
  [[nodiscard]] std::string trace_text() const;

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

}  // namespace mastic::http
