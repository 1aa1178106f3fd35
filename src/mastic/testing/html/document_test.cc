#include "mastic/testing/html/document.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace mastic::testing::html {
namespace {

TEST(HtmlDocument, HasTitleTextAndBase) {
  const Document page(
      "<!doctype html><title> Teas\n and more</title><base target=x><base href=' /shop/ '>"
      "<style>p{}</style><script>var x = '<p>'</script><h1>Our  <b>teas </b></h1><p>One<br>two<p>A "
      "&amp; B"
      "<table><tr><td>1<td>2<tr><td>3</table><pre>  a\n  b</pre><template><p>no</template>");
  EXPECT_EQ(page.title(), "Teas and more");
  EXPECT_EQ(page.base_url(), "/shop/");
  EXPECT_EQ(page.text(), "Our teas\nOne\ntwo\nA & B\n1\t2\n3\n  a\n  b");
  EXPECT_TRUE(page.contains("One two A & B 1 2"));
  EXPECT_FALSE(page.contains("var x"));
  EXPECT_EQ(page.first("h1")->text(), "Our teas");
  EXPECT_EQ(page.first("h1 b")->text(), "teas");
}

TEST(HtmlDocument, GivesHtmlOfElements) {
  const Document page("<p id=x class='a\"b'>1 &lt; 2 &amp; <br>3<!--c--><script>a<b</script></p>");
  EXPECT_EQ(page.first("p")->outer_html(),
            "<p id=\"x\" class=\"a&quot;b\">1 &lt; 2 &amp; <br>3<!--c--><script>a<b</script></p>");
  EXPECT_EQ(page.first("script")->inner_html(), "a<b");
  EXPECT_EQ(page.first("p")->attributes()[1].value, "a\"b");
  EXPECT_EQ(page.first("br")->parent()->name(), "p");
  EXPECT_FALSE(page.root().parent().has_value());
}

TEST(HtmlDocument, SaysWhereAPageIsWrong) {
  const Document page("<!doctype html>\n<p>\xc3\xb6</q>");
  ASSERT_EQ(page.errors().size(), 1U);
  EXPECT_EQ(page.errors()[0].to_string(), "2:5: not as HTML wants it: </q>");
  EXPECT_TRUE(Document("<!doctype html><title>x</title><p>a").errors().empty());
}

TEST(HtmlDocument, ElementsKeepTheirDocumentAlive) {
  const std::optional<Element> element = Document("<p>still here").first("p");
  EXPECT_EQ(element->text(), "still here");
}

TEST(HtmlDocument, TakesAnyBytes) {
  for (const std::string_view bytes :
       {std::string_view(), std::string_view("\0\xff<", 3), std::string_view("<!--"),
        std::string_view("</"), std::string_view("<a href='")}) {
    EXPECT_EQ(Document(bytes).root().name(), "html");
  }
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

bool has_error(const Document& page, std::string_view part) {
  return std::ranges::any_of(page.errors(), [&](const ParseError& error) {
    return error.message.find(part) != std::string::npos;
  });
}

TEST(HtmlDocument, FlattensWhatIsNestedTooDeep) {
  const Document page(repeated("<div>", 100'000) + "<p id=end>x");
  EXPECT_EQ(page.first("#end")->text(), "x");
  EXPECT_EQ(page.select("div").size(), 512U);
  EXPECT_TRUE(has_error(page, "more than 512 deep: <div>"));
}

TEST(HtmlDocument, KeepsLongListsWithoutEndTags) {
  const Document page("<ul>" + repeated("<li>x<p>y", 2000) + "</ul><svg>" +
                      repeated("<path/>", 2000) + "</svg>");
  EXPECT_EQ(page.select("ul > li > p").size(), 2000U);
  EXPECT_EQ(page.select("svg > path").size(), 2000U);
}

// Tags that a count of tags takes for shallow, and then one that makes the parser free the deep tree.
TEST(HtmlDocument, SurvivesDepthThatIsHidden) {
  const Document page(repeated("<b><div></b>", 5000) + "<frameset>");
  EXPECT_EQ(page.root().name(), "html");
}

// Every <p> opens all open formatting elements again: a tree of the square of the page's size.
TEST(HtmlDocument, LeavesOutTheRestOfAPageWhoseTreeIsTooLarge) {
  std::string html;
  for (int i = 0; i < 3000; ++i) html += "<div><b a" + std::to_string(i) + "></div>";
  html += repeated("<p>x", 20'000);
  const Document page(html);
  EXPECT_TRUE(has_error(page, "the rest is left out"));
  EXPECT_FALSE(page.select("b").empty());
}

// The HTML of a tree is a page with the same tree. That does not hold for any tree, but for those made of tags that may be nested freely.
TEST(HtmlDocument, ReadsItsOwnHtml) {
  EXPECT_TRUE(rc::check([] {
    constexpr const char* kPieces[] = {
        "<div id='a&quot;b'>", "<span>",   "</div>",     "</span>", "<br>",
        "<img alt=x>",         "a &lt; b", "<!-- c -->", "&nbsp;"};
    std::string html = "<!doctype html><body>";
    for (const int piece : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9)))
      html += kPieces[piece];
    const Document page(html);
    const Document again("<!doctype html>" + page.root().outer_html());
    RC_ASSERT(again.outline() == page.outline());
    RC_ASSERT(again.text() == page.text());
  }));
}

}  // namespace
}  // namespace mastic::testing::html
