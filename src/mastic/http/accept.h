// Which media type or language a client likes best (RFC 9110 §12.5.1 and §12.5.4).

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

/// The same of languages and Accept-Language. `de` and `de-AT` serve each other when there is
/// nothing nearer, whichever of them is offered.
[[nodiscard]] std::optional<std::size_t> choose_language(std::string_view accept_language,
                                                         std::span<const std::string_view> offered);

}  // namespace mastic::http
