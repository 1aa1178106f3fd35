// The trace that a request belongs to, across the programs that have a part in it: `traceparent` of
// W3C Trace Context. Its other field, `tracestate`, is for those who record traces.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::http {

struct TraceContext {
  std::array<std::uint64_t, 2> trace_id{};  ///< high half first; not both 0
  std::uint64_t parent_id = 0;              ///< the step that asked for this one; not 0
  std::uint8_t flags = 0;

  static constexpr std::uint8_t kSampled = 1;  ///< of the flags: somebody records this trace

  /// Reads the value of a `traceparent`: of version 00 as it is defined, of later ones what 00 has
  /// of it (§3.2.4). Nothing when it is malformed; the trace then begins anew.
  [[nodiscard]] static std::optional<TraceContext> parse(std::string_view text);

  /// "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  [[nodiscard]] std::string to_string() const;
  /// The 32 digits between the first two dashes.
  [[nodiscard]] std::string trace_text() const;

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

}  // namespace mastic::http
