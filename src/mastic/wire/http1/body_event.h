// What a reader of content finds next.

#pragma once

#include <cstdint>
#include <string_view>

namespace mastic::wire::http1 {

struct BodyEvent {
  enum class Kind : std::uint8_t {
    NeedMore,  ///< all input was taken, and more is to come
    Data,      ///< `data` is a piece of the content, never empty; a view into the input
    End,       ///< the content is complete; what is left of the input belongs to the next message
  };
  Kind kind = Kind::NeedMore;
  std::string_view data;
};

}  // namespace mastic::wire::http1
