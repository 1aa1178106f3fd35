// Which media type a client likes best (RFC 9110 §12.5.1).

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace mastic::http {

/// The one of `offered` that `accept`, all lines of the field joined, likes best; of several the
/// first. An absent field likes all of them. Nothing when it takes none.
[[nodiscard]] std::optional<std::size_t> choose_media_type(
    std::string_view accept, std::span<const std::string_view> offered);

}  // namespace mastic::http
