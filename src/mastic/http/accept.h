// Which media type or language a client likes best (RFC 9110 §12.5.1 and §12.5.4).

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace mastic::http {

/// Returns the index of the media type in `offered` that the client prefers. `accept` is the Accept
/// field with all its lines joined. If several types are equally good, returns the first of them.
/// An absent field accepts all types. Returns std::nullopt if the field accepts none of them.
[[nodiscard]] std::optional<std::size_t> choose_media_type(
    std::string_view accept, std::span<const std::string_view> offered);

/// Returns the index of the language in `offered` that `accept_language` prefers, by the rules of
/// choose_media_type. `de` also serves a client that wants `de-AT`, and the other way round, if
/// nothing fits better.
[[nodiscard]] std::optional<std::size_t> choose_language(std::string_view accept_language,
                                                         std::span<const std::string_view> offered);

}  // namespace mastic::http
