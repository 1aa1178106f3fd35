#include "mastic/files/listing.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "mastic/base/date.h"
#include "mastic/base/encoding.h"
#include "mastic/base/html_writer.h"
#include "mastic/base/text.h"
#include "mastic/base/units.h"

namespace mastic::files {
namespace {

using base::HtmlWriter;
using base::Markup;
using By = ListingOrder::By;
using Kind = FileStatus::Kind;

constexpr std::string_view kStyle = R"(
:root { --hover: #eef3ec; }
@media (prefers-color-scheme: dark) { :root { --hover: #1d2521; } }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.375rem; font-weight: 650; overflow-wrap: anywhere; margin: 0 0 1rem; }
h1 a { margin-right: .25rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: .8125rem; font-weight: 600; color: var(--faint); }
th, td { padding: .5rem .625rem; border-bottom: 1px solid var(--line); }
th a { color: inherit; }
td:first-child { overflow-wrap: anywhere; }
.size, .date { text-align: right; white-space: nowrap; color: var(--faint); width: 1%; }
th.size, th.date { text-align: right; }
tbody tr:hover, tbody tr:focus-within { background: var(--hover); }
td .icon { display: inline-block; width: 1.5em; color: var(--faint); }
.dir a { font-weight: 600; }
p { color: var(--faint); }
@media (max-width: 36rem) { main { padding: 1.25rem .5rem 3rem; } .date { display: none; }
  th, td { padding: .75rem .5rem; } }
)";

/// Compares names as people sort them: "file2" before "file10", letters without regard to case.
/// Names that are equal in this way are compared by bytes, so that the order is always the same.
bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (base::is_digit(a[i]) && base::is_digit(b[j])) {
      const auto end_of_number = [](std::string_view text, std::size_t at) {
        return std::min(text.find_first_not_of("0123456789", at), text.size());
      };
      const std::string_view x = a.substr(i, end_of_number(a, i) - i);
      const std::string_view y = b.substr(j, end_of_number(b, j) - j);
      i += x.size();
      j += y.size();
      const auto digits = [](std::string_view number) {
        return number.substr(std::min(number.find_first_not_of('0'), number.size()));
      };
      // Numbers are compared as text, so they may have any number of digits: without leading zeros,
      // the longer one is larger.
      const auto by_value = [&](std::string_view number) {
        return std::pair(digits(number).size(), digits(number));
      };
      if (by_value(x) != by_value(y)) return by_value(x) < by_value(y);
      continue;
    }
    const char x = base::to_lower(a[i++]);
    const char y = base::to_lower(b[j++]);
    if (x != y) return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
  }
  const bool a_left = i < a.size();
  const bool b_left = j < b.size();
  return a_left == b_left ? a < b : b_left;
}

void sort_entries(std::vector<Tree::Entry>& entries, ListingOrder order) {
  const auto is_file = [](const Tree::Entry& entry) { return entry.status.kind == Kind::File; };
  std::ranges::sort(entries, [&](const Tree::Entry& a, const Tree::Entry& b) {
    // Directories come first, also in descending order; their sizes mean nothing.
    if (is_file(a) != is_file(b)) return is_file(b);
    const Tree::Entry& x = order.descending ? b : a;
    const Tree::Entry& y = order.descending ? a : b;
    if (order.by == By::Size && is_file(a) && x.status.size != y.status.size) {
      return x.status.size < y.status.size;
    }
    if (order.by == By::Date && x.status.modified != y.status.modified) {
      return x.status.modified < y.status.modified;
    }
    // Equal sizes and dates are sorted by name, ascending in both orders.
    return order.by == By::Name ? natural_less(x.name, y.name) : natural_less(a.name, b.name);
  });
}

/// Adds the name of a file, which may come from strangers. <bdi> keeps letters that are written
/// from right to left, and characters that change the direction, from affecting the text around the
/// name.
void add_name(HtmlWriter& page, std::string_view name) { page.add("<bdi>", name, "</bdi>"); }

/// Adds the path with a link for each directory above: "/", "a/", "b".
void add_breadcrumbs(HtmlWriter& page, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  auto above = static_cast<std::size_t>(std::ranges::count(path, '/'));
  for (; above > 0; --above) {
    const std::string_view name = base::take_until(path, '/');
    page.add("<a href=\"");
    for (std::size_t i = 0; i < above; ++i) page.add("../");
    page.add("\">");
    if (!name.empty()) add_name(page, name);
    page.add("/</a>");
  }
  path.empty() ? page.add("/") : page.add("<bdi>", path, "</bdi>");
}

void add_heading(HtmlWriter& page, std::string_view label, std::string_view name, By by,
                 ListingOrder order) {
  const bool current = order.by == by;
  const bool next_descending = current && !order.descending;
  page.add("<th scope=\"col\" class=\"", name, "\"");
  if (current) {
    page.add(order.descending ? Markup(" aria-sort=\"descending\"")
                              : Markup(" aria-sort=\"ascending\""));
  }
  page.add("><a href=\"?by=", name, "&amp;order=");
  page.add(next_descending ? Markup("desc") : Markup("asc"), "\">", label);
  if (current) page.add(order.descending ? Markup(" ↓") : Markup(" ↑"));
  page.add("</a></th>");
}

void add_date(HtmlWriter& page, std::int64_t modified) {
  const std::string date = base::format_iso_time(modified);
  page.add("<time datetime=\"", date, "\">", date.substr(0, 10), " ", date.substr(11, 5),
           "</time>");
}

/// Adds a row. Links begin with "./", because a name such as "javascript:x" alone would be a URL
/// with a scheme.
void add_row(HtmlWriter& page, const Tree::Entry& entry) {
  const bool directory = entry.status.kind == Kind::Directory;
  const Markup slash = directory ? Markup("/") : Markup();
  page.add(directory ? Markup("<tr class=\"dir\">") : Markup("<tr>"));
  page.add("<td><span class=\"icon\" aria-hidden=\"true\">", directory ? Markup("▸") : Markup("·"));
  page.add("</span><a href=\"./", base::percent_encode_segment(entry.name), slash, "\">");
  add_name(page, entry.name);
  page.add(slash, "</a></td><td class=\"size\">");
  if (!directory) page.add(base::human_size(entry.status.size));
  page.add("</td><td class=\"date\">");
  if (base::has_date(entry.status.modified)) add_date(page, entry.status.modified);
  page.add("</td></tr>\n");
}

/// Returns the page up to the first row.
HtmlWriter page_top(std::string_view title, bool has_parent, ListingOrder order) {
  HtmlWriter page;
  page.add(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      title, "</title>\n");
  page.add_html(listing_style().element());
  page.add("\n</head>\n<body>\n<main>\n<h1>");
  add_breadcrumbs(page, title);
  page.add("</h1>\n<table>\n<thead><tr>");
  add_heading(page, "Name", "name", By::Name, order);
  add_heading(page, "Size", "size", By::Size, order);
  add_heading(page, "Changed (UTC)", "date", By::Date, order);
  page.add("</tr></thead>\n<tbody>\n");
  if (has_parent) {
    page.add(
        "<tr class=\"dir\"><td><span class=\"icon\" aria-hidden=\"true\">↰</span>"
        "<a href=\"../\" rel=\"up\">../</a></td><td class=\"size\"></td>"
        "<td class=\"date\"></td></tr>\n");
  }
  return page;
}

/// Produces the page in pieces of about kPieceBytes. The first one begins with the top of the page,
/// the last one ends with its bottom.
class ListingProducer {
 public:
  /// Requires: `entries` are sorted.
  ListingProducer(std::string_view title, bool has_parent, std::vector<Tree::Entry> entries,
                  bool complete, ListingOrder order)
      : piece_(page_top(title, has_parent, order)),
        entries_(std::move(entries)),
        complete_(complete) {
    entries_.shrink_to_fit();
    held_bytes_ = entries_.size() * sizeof(Tree::Entry);
    for (const Tree::Entry& entry : entries_) held_bytes_ += entry.name.capacity();
    fill();
  }

  /// The memory that the page holds, for Body::produced_by: the names, which stay until the end,
  /// and the next piece.
  [[nodiscard]] std::uint64_t held_bytes() const { return held_bytes_ + piece_.html().capacity(); }
  /// Whether the first piece is the whole page.
  [[nodiscard]] bool is_short() const { return next_ == entries_.size(); }
  std::optional<std::string> operator()() {
    if (piece_.html().empty()) return std::nullopt;
    std::string piece = piece_.take();
    if (next_ < entries_.size()) fill();
    return piece;
  }

 private:
  static constexpr std::size_t kPieceBytes = 32 << 10;

  void fill() {
    piece_.reserve(kPieceBytes);
    while (next_ < entries_.size() && piece_.html().size() < kPieceBytes) {
      add_row(piece_, entries_[next_++]);
    }
    if (next_ < entries_.size()) return;
    piece_.add("</tbody>\n</table>\n");
    if (entries_.empty()) piece_.add("<p>This directory is empty.</p>\n");
    if (!complete_) piece_.add("<p>There are more names than are listed here.</p>\n");
    piece_.add("</main>\n</body>\n</html>\n");
  }

  HtmlWriter piece_;  ///< the next piece to give
  std::vector<Tree::Entry> entries_;
  std::uint64_t held_bytes_ = 0;
  std::size_t next_ = 0;
  bool complete_;
};

}  // namespace

ListingOrder ListingOrder::from_query(std::string_view query) {
  ListingOrder order;
  while (!query.empty()) {
    const std::string_view pair = base::take_until(query, '&');
    if (pair == "by=size") order.by = By::Size;
    if (pair == "by=date") order.by = By::Date;
    if (pair == "order=desc") order.descending = true;
  }
  return order;
}

app::Body listing_page(std::string_view title, bool has_parent, std::vector<Tree::Entry> entries,
                       bool complete, ListingOrder order) {
  sort_entries(entries, order);
  ListingProducer produce(title, has_parent, std::move(entries), complete, order);
  if (produce.is_short()) return app::Body(*produce());
  return app::Body::produced_by(std::move(produce));
}

const app::PageStyle& listing_style() {
  static const app::PageStyle style(std::string(app::kCommonPageStyle).append(kStyle),
                                    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'");
  return style;
}

}  // namespace mastic::files
