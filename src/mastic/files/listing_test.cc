#include "mastic/files/listing.h"

#include <gtest/gtest.h>

#include "mastic/base/date.h"

namespace mastic::files {
namespace {

using By = ListingOrder::By;

/// The whole page, and in how many pieces it came.
std::string render_listing(std::string_view title, bool has_parent,
                           std::vector<Tree::Entry> entries, bool complete, ListingOrder order,
                           int* pieces = nullptr) {
  app::Body body = listing_page(title, has_parent, std::move(entries), complete, order);
  std::string page;
  int count = 0;
  for (auto piece = body.next(); const auto text = piece.take(); piece = body.next()) {
    EXPECT_LT(text->size(), 64u << 10);
    page += *text;
    ++count;
  }
  if (pieces != nullptr) *pieces = count;
  return page;
}

Tree::Entry file(std::string name, std::uint64_t size = 0, std::int64_t modified = 0) {
  return {std::move(name), {.kind = FileStatus::Kind::File, .size = size, .modified = modified}};
}
Tree::Entry directory(std::string name) {
  return {std::move(name), {.kind = FileStatus::Kind::Directory}};
}

/// The links of a page, in order.
std::vector<std::string> links(const std::string& page) {
  std::vector<std::string> found;
  for (std::size_t at = page.find("href=\"./"); at != page.npos;
       at = page.find("href=\"./", at + 1)) {
    found.push_back(page.substr(at + 8, page.find('"', at + 8) - at - 8));
  }
  return found;
}

std::vector<std::string> sorted(std::vector<Tree::Entry> entries, ListingOrder order = {}) {
  return links(render_listing("/", false, std::move(entries), true, order));
}

using Names = std::vector<std::string>;

TEST(Listing, PutsDirectoriesFirstAndSortsNumbersByValue) {
  EXPECT_EQ(
      sorted({file("b10"), file("b9"), directory("z"), file("A"), file("b09"), directory("Y2")}),
      (Names{"Y2/", "z/", "A", "b09", "b9", "b10"}));
}

TEST(Listing, SortsBySizeAndDateBothWays) {
  const std::vector<Tree::Entry> entries{file("a", 3, 10), file("b", 1, 30), file("c", 2, 20),
                                         directory("d")};
  EXPECT_EQ(sorted(entries, {By::Size}), (Names{"d/", "b", "c", "a"}));
  EXPECT_EQ(sorted(entries, {By::Size, true}), (Names{"d/", "a", "c", "b"}));
  EXPECT_EQ(sorted(entries, {By::Date}), (Names{"d/", "a", "c", "b"}));
  EXPECT_EQ(sorted(entries, {By::Name, true}), (Names{"d/", "c", "b", "a"}));
}

TEST(Listing, ReadsItsOrderFromTheQueryAndIgnoresUnknownParts) {
  EXPECT_EQ(ListingOrder::from_query("by=size&order=desc").by, By::Size);
  EXPECT_TRUE(ListingOrder::from_query("x=y&order=desc").descending);
  EXPECT_EQ(ListingOrder::from_query("by=nothing").by, By::Name);
}

TEST(Listing, EscapesNamesAndTitle) {
  const std::string page = render_listing("/<b>\"x\"&/", true,
                                          {file("<script>alert(1)</script>"), file("a b#?%.html"),
                                           file("javascript:alert(1)"), file("\xff\xfe")},
                                          true, {});
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;&quot;x&quot;&amp;"), std::string::npos);
  const Names found = links(page);
  EXPECT_EQ(found[0], "%3Cscript%3Ealert%281%29%3C%2Fscript%3E");
  EXPECT_EQ(found[1], "a%20b%23%3F%25.html");
  EXPECT_EQ(found[2], "javascript%3Aalert%281%29");
  EXPECT_EQ(found[3], "%FF%FE");
  EXPECT_NE(page.find("href=\"../\""), std::string::npos);
}

TEST(Listing, LinksToEveryDirectoryAbove) {
  const auto heading = [](std::string_view title) {
    const std::string page = render_listing(title, true, {}, true, {});
    const std::size_t start = page.find("<h1>") + 4;
    return page.substr(start, page.find("</h1>") - start);
  };
  EXPECT_EQ(heading("/"), "/");
  EXPECT_EQ(heading("/a/"), "<a href=\"../\">/</a><bdi>a</bdi>");
  EXPECT_EQ(heading("/a/b c/"),
            "<a href=\"../../\">/</a><a href=\"../\"><bdi>a</bdi>/</a><bdi>b c</bdi>");
}

TEST(Listing, KeepsNamesFromChangingTheDirectionOfTheText) {
  const std::string page = render_listing(
      "/\u2067x/", true, {file("invoice\u202efdp.exe"), directory("\u05e9\u05dc")}, true, {});
  EXPECT_NE(page.find("<a href=\"./invoice%E2%80%AEfdp.exe\"><bdi>invoice\ufffdfdp.exe</bdi></a>"),
            std::string::npos);
  EXPECT_NE(page.find("<bdi>\u05e9\u05dc</bdi>/</a>"), std::string::npos)
      << "the letters are not escaped";
  EXPECT_NE(page.find("<title>/\ufffdx/</title>"), std::string::npos);
  for (const char* turning : {"\u202e", "\u2067"}) EXPECT_EQ(page.find(turning), std::string::npos);
}

TEST(Listing, ShowsNoDateOutsideOfTheCalendar) {
  for (const std::int64_t moment : {base::kFirstSecond - 1, base::kLastSecond + 1}) {
    const std::string page = render_listing("/", false, {file("a", 1, moment)}, true, {});
    EXPECT_EQ(page.find("<time"), std::string::npos) << moment;
    EXPECT_NE(page.find("<td class=\"date\"></td>"), std::string::npos) << moment;
  }
  EXPECT_NE(render_listing("/", false, {file("a", 1, -1)}, true, {}).find(">1969-12-31 23:59<"),
            std::string::npos);
}

TEST(Listing, ShowsSizesAndDatesAndThatNamesAreLeftOut) {
  const std::string page = render_listing("/", false, {file("a", 1500, 784111777)}, false, {});
  EXPECT_NE(page.find("1.5 kB"), std::string::npos);
  EXPECT_NE(page.find("datetime=\"1994-11-06T08:49:37Z\">1994-11-06 08:49<"), std::string::npos);
  EXPECT_NE(page.find("more names"), std::string::npos);
  EXPECT_EQ(page.find("href=\"../\""), std::string::npos);
  EXPECT_NE(render_listing("/", false, {}, true, {}).find("is empty"), std::string::npos);
}

TEST(Listing, SendsALongPageInPieces) {
  std::vector<Tree::Entry> entries;
  Names names;
  for (int i = 10'000; i < 20'000; ++i) {
    names.push_back(std::string(200, 'n') + std::to_string(i));
    entries.push_back(file(names.back()));
  }
  int pieces = 0;
  const std::string page = render_listing("/", false, entries, true, {}, &pieces);
  EXPECT_GT(pieces, 100);
  EXPECT_EQ(links(page), names);
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_TRUE(page.ends_with("</tbody>\n</table>\n</main>\n</body>\n</html>\n"));
}

TEST(Listing, MakesAShortPageAtOnce) {
  const app::Body body = listing_page("/", false, {file("a"), file("b")}, true, {});
  ASSERT_TRUE(body.bytes());
  EXPECT_TRUE(body.bytes()->ends_with("</html>\n"));
}

TEST(Listing, IsAccessibleToScreenReaders) {
  const std::string page = render_listing("/", true, {file("a")}, true, {});
  for (const char* needed :
       {"<!doctype html>", "lang=\"en\"", "name=\"viewport\"", "scope=\"col\"",
        "aria-sort=\"ascending\"", "prefers-color-scheme: dark", "focus-visible"}) {
    EXPECT_NE(page.find(needed), std::string::npos) << needed;
  }
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

}  // namespace
}  // namespace mastic::files
