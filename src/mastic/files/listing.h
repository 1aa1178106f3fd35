// The page that lists a directory.

#pragma once

#include <string_view>
#include <vector>

#include "mastic/app/body.h"
#include "mastic/app/page_style.h"
#include "mastic/files/tree.h"

namespace mastic::files {

/// What a listing is sorted by. Directories always come first.
struct ListingOrder {
  enum class By { Name, Size, Date };
  By by = By::Name;
  bool descending = false;

  /// From a query such as `by=size&order=desc`; what is not understood is as if it were not there.
  [[nodiscard]] static ListingOrder from_query(std::string_view query);
};

/// An HTML page without scripts: readable by people and screen readers, with the keyboard and on a
/// phone, in dark and light. `title` is the path as people read it; `has_parent` makes a link
/// upwards. Names are escaped as text and encoded as links, whatever bytes they are made of.
///
/// A short page is at hand whole. A long one is produced while it is sent, so a client that reads
/// nothing of it costs its names and not its text.
[[nodiscard]] app::Body listing_page(std::string_view title, bool has_parent,
                                     std::vector<Tree::Entry> entries, bool complete,
                                     ListingOrder order);

/// Its style, with what else its policy says.
[[nodiscard]] const app::PageStyle& listing_style();

}  // namespace mastic::files
