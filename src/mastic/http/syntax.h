// The character classes of RFC 9110 §5.6 and RFC 3986, and the two checks that keep fields honest.

#pragma once

#include <string_view>

namespace mastic::http {

/// tchar: what names, methods and tokens are made of.
[[nodiscard]] bool is_token_character(char c);
/// One or more tchar.
[[nodiscard]] bool is_token(std::string_view text);

/// What may stand in a field value: everything but control characters, with tabs allowed inside.
/// Bytes over 0x7f are opaque. A value has no blanks at its ends; this does not look at that.
[[nodiscard]] bool is_field_value(std::string_view text);

}  // namespace mastic::http
