// The HTML page that lists a directory.

#pragma once

#include <string_view>
#include <vector>

#include "mastic/app/body.h"
#include "mastic/app/page_style.h"
#include "mastic/files/tree.h"

namespace mastic::files {

/// The order of a listing. Directories always come first.
struct ListingOrder {
  enum class By { Name, Size, Date };
  By by = By::Name;
  bool descending = false;

  /// Reads the order from a query such as `by=size&order=desc`. Unknown parts are ignored.
  [[nodiscard]] static ListingOrder from_query(std::string_view query);
};

/// Makes an HTML page without scripts, for screens, phones, keyboards and screen readers, in a dark
/// and a light style. `title` is the decoded path; `has_parent` adds a link to the directory above;
/// `complete` is false if there are more entries than `entries`. Names are escaped in text and
/// encoded in links, whatever bytes they contain.
///
/// A short page is made at once. A long page is produced while it is sent, so that a client which
/// does not read costs the memory of the names and not of the whole page.
[[nodiscard]] app::Body listing_page(std::string_view title, bool has_parent,
                                     std::vector<Tree::Entry> entries, bool complete,
                                     ListingOrder order);

/// The style of the page, and the rest of its Content-Security-Policy.
[[nodiscard]] const app::PageStyle& listing_style();

}  // namespace mastic::files
