// What a decoder of content reports: a piece of data, the end, or that it needs more input.

#pragma once

#include <cstdint>
#include <string_view>

namespace mastic::wire::http1 {

/// What a decoder of content found next in its input.
struct BodyEvent {
  enum class Kind : std::uint8_t {
    NeedMore,  ///< all input was consumed, and the content is not complete
    Data,      ///< `data` is a piece of the content, never empty; a view into the input
    End,       ///< the content is complete; the rest of the input belongs to the next message
  };
  Kind kind = Kind::NeedMore;
  std::string_view data;
};

}  // namespace mastic::wire::http1
