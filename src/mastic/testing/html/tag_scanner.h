// Finds the tags of a source, without building a tree.
//
// Three things need this before or beside the parser: the <meta> that names the encoding, the bound on
// the depth of trees, and the places of </form>, which the parser does not keep.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"

namespace mastic::testing::html {

/// A tag in a source.
struct Tag {
  std::string name;              ///< in lower case
  bool is_end = false;           ///< </name>
  bool is_self_closing = false;  ///< <name/>
  std::size_t begin = 0;         ///< the offset of '<'
  std::size_t end = 0;           ///< the offset behind '>'
};

/// Returns the tags of a source one by one. Comments are skipped, and so is the content of elements
/// that have text only, such as <script>.
class TagScanner {
 public:
  /// Starts at the first byte of `source`, which must outlive the scanner.
  explicit TagScanner(std::string_view source MASTIC_LIFETIMEBOUND) : source_(source) {}
  /// The next tag; nullopt at the end.
  [[nodiscard]] std::optional<Tag> next();

 private:
  [[nodiscard]] std::size_t skip_declaration(std::size_t at) const;
  [[nodiscard]] std::size_t skip_attributes(std::size_t at) const;
  void skip_raw_text(std::string_view name);

  std::string_view source_;
  std::size_t at_ = 0;
};

/// Whether elements with this name hold text only, so that a '<' in them begins no tag.
[[nodiscard]] bool has_raw_text(std::string_view name);
/// The value of an attribute in the text of a tag, without decoding references; nullopt without it.
[[nodiscard]] std::optional<std::string> attribute_in(std::string_view tag, std::string_view name);

}  // namespace mastic::testing::html
