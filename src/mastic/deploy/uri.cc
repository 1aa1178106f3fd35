#include "mastic/deploy/uri.h"

#include <algorithm>
#include <filesystem>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::deploy {
namespace {

constexpr std::string_view kSchemes[] = {"config", "egg", "lib", "call", "python"};

/// A URI in its pieces: SCHEME:REST#NAME.
struct Pieces {
  std::string scheme;
  std::string_view rest;
  std::optional<std::string_view> name;
};

Pieces split(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  Pieces pieces{base::lower_case(uri.substr(0, colon)), uri.substr(colon + 1), std::nullopt};
  std::size_t hash = pieces.rest.find('#');
  if (pieces.scheme == "lib") {  // its path is not encoded, and may have a '#'; a name has no '/'
    hash = pieces.rest.rfind('#');
    if (hash != pieces.rest.npos && pieces.rest.find('/', hash) != pieces.rest.npos) return pieces;
  }
  if (hash != pieces.rest.npos) {
    pieces.name = pieces.rest.substr(hash + 1);
    pieces.rest = pieces.rest.substr(0, hash);
  }
  return pieces;
}

}  // namespace

bool is_uri(std::string_view name) {
  const std::size_t letters =
      static_cast<std::size_t>(std::ranges::find_if_not(name, base::is_alpha) - name.begin());
  return letters > 0 && name.substr(letters).starts_with(':');
}

std::optional<FileReference> file_reference(std::string_view name) {
  const Pieces pieces = split(name);
  if (!is_uri(name) || pieces.scheme != "config") return std::nullopt;
  std::string path(pieces.rest);
  std::ranges::replace(path, '\\', '/');  // people write paths as on Windows
  if (path.starts_with("///")) path.erase(0, 2);
  return FileReference{base::percent_decode(path), std::string(pieces.name.value_or("main"))};
}

std::string config_uri(std::string_view path, std::string_view name) {
  std::string uri("config:");
  for (const char c : path) {
    if (c == '%')
      uri += "%25";
    else if (c == '#')
      uri += "%23";
    else
      uri += c;
  }
  return uri.append("#").append(name);
}

base::Result<FactoryName> factory_name(std::string_view uri) {
  if (uri.starts_with("mastic#")) return FactoryName{"mastic", "", std::string(uri.substr(7)), {}};
  Pieces pieces = split(uri);
  if (std::ranges::find(kSchemes, pieces.scheme) == std::end(kSchemes)) {
    const auto meant = base::nearest(pieces.scheme, kSchemes);
    return base::fail("'", uri, "': there is no scheme '", pieces.scheme, ":'; ",
                      meant ? "did you mean '" + std::string(*meant) + ":'?"
                            : "the schemes are config:, egg:, lib:, call: and python:");
  }
  // Python code is named MODULE:FUNCTION; a function inside of a class has dots in its name.
  if (const std::size_t colon = pieces.rest.find(':');
      pieces.scheme == "call" || (pieces.scheme == "python" && !pieces.name)) {
    if (colon == pieces.rest.npos) {
      return base::fail("'", uri, "' is not written ", pieces.scheme, ":MODULE:FUNCTION");
    }
    pieces.name = pieces.rest.substr(colon + 1);
    pieces.rest = pieces.rest.substr(0, colon);
  }
  if (pieces.rest.empty()) {
    return base::fail("'", uri, "' names no ", pieces.scheme == "lib" ? "file" : "package",
                      " after the ", pieces.scheme, ":");
  }
  return FactoryName{std::move(pieces.scheme),
                     std::string(pieces.rest),
                     std::string(pieces.name.value_or("main")),
                     {}};
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash == 0 ? 1 : slash);
}

std::string join_path(std::string_view folder, std::string_view path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

}  // namespace mastic::deploy
