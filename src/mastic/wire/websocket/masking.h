// Masks what a client sends, and unmasks it again: the same operation. RFC 6455 §5.3.

#pragma once

#include <string_view>

#include "mastic/wire/websocket/frame.h"

namespace mastic::wire::websocket {

/// Copies `from` to `to`, which must have room for it and must not overlap it. Each byte is
/// combined by exclusive or with a byte of `key`, the first one with the first. Returns the key
/// with which the next piece of the same payload has to be copied.
[[nodiscard]] MaskingKey copy_masked(char* to, std::string_view from, MaskingKey key);

}  // namespace mastic::wire::websocket
