#include "mastic/base/html_writer.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

TEST(HtmlWriter, EscapesEverythingButLiteralsOfTheProgram) {
  const std::string name = "<b>\"Ada\" & co</b>";
  HtmlWriter page;
  page.add("<p title=\"", name, "\">", std::string_view("it's"), "</p>");
  EXPECT_EQ(page.html(), "<p title=\"&lt;b&gt;&quot;Ada&quot; &amp; co&lt;/b&gt;\">it&#39;s</p>");
}

TEST(HtmlWriter, ShowsCharactersThatABrowserWouldObey) {
  HtmlWriter page;
  page.add(std::string("a\u202e\x01z"));
  EXPECT_EQ(page.html(), "a\ufffd\ufffdz");
}

TEST(HtmlWriter, WritesNumbersAndChosenMarkup) {
  const Markup chosen[] = {Markup(), " class=\"warning\""};
  HtmlWriter page;
  page.add("<b", chosen[1], ">", 7, "</b>").add_html("<hr>").add("<i", chosen[0], ">");
  EXPECT_EQ(page.take(), "<b class=\"warning\">7</b><hr><i>");
  EXPECT_EQ(page.html(), "");
}

}  // namespace
}  // namespace mastic::base
