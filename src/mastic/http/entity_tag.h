// Entity tags (RFC 9110 §8.8.3) and lists of them.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mastic::http {

/// An entity tag: a view into the text that it was read from.
struct EntityTag {
  std::string_view opaque;  ///< the tag, including its quotes
  /// Whether the tag is weak: then equal tags mean only that two contents serve equally well, and
  /// not that all their bytes are equal.
  bool weak = false;

  /// Reads `"x"` or `W/"x"`. Returns std::nullopt for anything else.
  [[nodiscard]] static std::optional<EntityTag> parse(std::string_view text);
};

/// Whether both tags are strong and have the same text. This is the comparison for ranges and
/// writes.
[[nodiscard]] bool strong_match(const EntityTag& a, const EntityTag& b);
/// Whether both tags have the same text, whether they are weak or not. This is the comparison for
/// caches.
[[nodiscard]] bool weak_match(const EntityTag& a, const EntityTag& b);

/// Whether a list as in If-None-Match contains `tag`, compared by `match`; `*` contains every tag.
/// In a malformed list, only the tags before the fault count. Linear in the size of `list`.
[[nodiscard]] bool list_matches(std::string_view list, const EntityTag& tag,
                                bool (*match)(const EntityTag&, const EntityTag&));

}  // namespace mastic::http
