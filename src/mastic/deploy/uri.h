// The names by which parts refer to one another.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/result.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Whether `name` is a URI such as "config:other.ini#admin", and not the name of a section.
[[nodiscard]] bool is_uri(std::string_view name);

/// A file and the name of a part in it: "config:other.ini#admin".
struct FileReference {
  std::string path;  ///< decoded, relative or absolute
  std::string name;  ///< "main" if none was written
};
/// Returns the file that `name` refers to; nothing if it is no URI with the scheme `config`.
[[nodiscard]] std::optional<FileReference> file_reference(std::string_view name);

/// Returns the URI of the part `name` in the file at `path`, whatever characters the path has.
[[nodiscard]] std::string config_uri(std::string_view path, std::string_view name);

/// Returns the factory that `uri`, with another scheme than `config`, refers to: "egg:Paste#static",
/// "mastic#static" or "lib:./libshop.so#shop". The path of a plugin stays as it is written. Fails with
/// a message that says which schemes there are, or how the rest is written.
[[nodiscard]] base::Result<FactoryName> factory_name(std::string_view uri);

/// Returns the folder that the file at `path` is in; empty for the working directory.
[[nodiscard]] std::string_view folder_of(std::string_view path);
/// Returns `path` if it is absolute, and otherwise the path from `folder` on.
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view path);

}  // namespace mastic::deploy
