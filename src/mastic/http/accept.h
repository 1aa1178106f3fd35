// Which media type or language a client likes best (RFC 9110 §12.5.1 and §12.5.4).

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace mastic::http {

/// Returns the index of the media type in `offered` that `accept`, all lines of the field joined,
/// prefers; the first one when several are equally good. An absent field accepts all of them.
/// Returns nothing when it accepts none.
[[nodiscard]] std::optional<std::size_t> choose_media_type(
    std::string_view accept, std::span<const std::string_view> offered);

/// Returns the index of the language in `offered` that `accept_language` prefers, by the same
/// rules. `de` also serves a client that wants `de-AT`, and the other way round, when nothing fits
/// better.
[[nodiscard]] std::optional<std::size_t> choose_language(std::string_view accept_language,
                                                         std::span<const std::string_view> offered);

}  // namespace mastic::http
