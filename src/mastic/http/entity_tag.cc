#include "mastic/http/entity_tag.h"

#include <algorithm>

#include "mastic/base/text.h"

namespace mastic::http {
namespace {

/// etagc: a visible character other than the quote, or a byte over 0x7f.
bool is_tag_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

/// Takes one tag off the front of `text`. A tag has no escapes, so the next quote ends it. A list
/// cannot simply be split at commas, because a tag may contain them.
std::optional<EntityTag> take_tag(std::string_view& text) {
  EntityTag tag;
  tag.weak = text.starts_with("W/");
  std::string_view rest = tag.weak ? text.substr(2) : text;
  if (!rest.starts_with('"')) return std::nullopt;
  const std::size_t end = rest.find('"', 1);
  if (end == rest.npos) return std::nullopt;
  if (!std::ranges::all_of(rest.substr(1, end - 1), is_tag_character)) return std::nullopt;
  tag.opaque = rest.substr(0, end + 1);
  text = rest.substr(end + 1);
  return tag;
}

}  // namespace

std::optional<EntityTag> EntityTag::parse(std::string_view text) {
  const auto tag = take_tag(text);
  return text.empty() ? tag : std::nullopt;
}

bool strong_match(const EntityTag& a, const EntityTag& b) {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool weak_match(const EntityTag& a, const EntityTag& b) { return a.opaque == b.opaque; }

bool list_matches(std::string_view list, const EntityTag& tag,
                  bool (*match)(const EntityTag&, const EntityTag&)) {
  if (base::trim(list) == "*") return true;
  while (true) {
    const std::size_t next = list.find_first_not_of(" \t,");
    if (next == list.npos) return false;
    list.remove_prefix(next);
    const auto listed = take_tag(list);
    if (!listed) return false;
    if (match(*listed, tag)) return true;
  }
}

}  // namespace mastic::http
