// The name that a client gives a file that it sends.

#pragma once

#include <string>
#include <string_view>

namespace mastic::http {

/// Makes the name that a client gave a file safe to show and to use as a name in a folder. Of a
/// path, the part after the last `/` or `\` is left; control characters, format characters that are
/// not seen (those that set the direction of text, zero-width spaces and joiners, and so on), and
/// bytes that are not UTF-8 are removed, and so are spaces at the ends. The result has at most 255 bytes, which is what file systems allow. It is empty if nothing is left,
/// or only `.` or `..`.
///
/// The name is still the client's choice: two clients may choose the same, `index.html` or
/// `.htaccess` for example. So do not save files under it in a folder that is served.
[[nodiscard]] std::string safe_file_name(std::string_view sent);

}  // namespace mastic::http
