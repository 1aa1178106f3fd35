// Entity tags (RFC 9110 §8.8.3) and lists of them.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mastic::http {

struct EntityTag {
  std::string_view opaque;  ///< with its quotes
  bool weak = false;

  /// `"x"` or `W/"x"` and nothing else.
  [[nodiscard]] static std::optional<EntityTag> parse(std::string_view text);
};

/// The same and both strong: for ranges and writes.
[[nodiscard]] bool strong_match(const EntityTag& a, const EntityTag& b);
/// The same whether weak or not: for caches.
[[nodiscard]] bool weak_match(const EntityTag& a, const EntityTag& b);

/// Whether a list as in If-None-Match holds `tag` in the sense of `match`; `*` holds every tag. A
/// list that breaks off in something else holds what stood before it. Linear in the size of `list`.
[[nodiscard]] bool list_matches(std::string_view list, const EntityTag& tag,
                                bool (*match)(const EntityTag&, const EntityTag&));

}  // namespace mastic::http
