#include "mastic/testing/html/selector.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <stdexcept>

#include "mastic/testing/html/document.h"

namespace mastic::testing::html {
namespace {

constexpr std::string_view kPage = R"(<!doctype html><title>t</title>
<main id=m class="a  b"><h1 id=h lang=en-GB>Teas</h1>
<ul id=u><li id=l1 class=new>Assam<li id=l2>Earl
   Grey<li id=l3 class="new old" data-x='a]b"c'>Sencha</ul>
<p id=p1></p><p id=p2><!-- only this --></p><p id=p3> </p><p id=p4><a id=a1 href="/Teas/1">x</a><a id=a2>y</a></p></main>
<form id=f><fieldset id=s disabled><legend id=g><input id=i1 required></legend><input id=i2 type=CHECKBOX checked></fieldset>
<select id=c><option id=o1 disabled>1<option id=o2>2</select><input id=i3 type=radio></form>)";

/// The ids of what a selector matches.
std::string ids(const Document& page, std::string_view css) {
  std::string found;
  for (const Element& each : page.select(css)) {
    found += (found.empty() ? "" : " ") + std::string(each.attribute("id").value_or(each.name()));
  }
  return found;
}

struct SelectorCase {
  std::string_view css;
  std::string_view ids;
};

const SelectorCase kSelectors[] = {
    {"li", "l1 l2 l3"},
    {"LI", "l1 l2 l3"},
    {"#l2, h1 , #nothing", "h l2"},
    {".new", "l1 l3"},
    {".new.old", "l3"},
    {"main.b > ul > li.old", "l3"},
    {"main li", "l1 l2 l3"},
    {"main > li", ""},
    {"h1 + ul", "u"},
    {"h1 ~ p", "p1 p2 p3 p4"},
    {"h1~p~p:last-child", "p4"},
    {"body main *:first-child", "h l1 a1"},
    {"a[href]", "a1"},
    {"a[href='/teas/1']", ""},
    {"a[href='/teas/1' i]", "a1"},
    {"[class~=old]", "l3"},
    {"[class~='new old']", ""},
    {"[lang|=en]", "h"},
    {"[href^='/T'][href$='1'][href*=eas]", "a1"},
    {"[href^='']", ""},
    {R"([data-x="a]b\"c"])", "l3"},
    {R"(#\6c 1)", "l1"},
    {"[type=checkbox]", "i2"},
    {"li:not(.new)", "l2"},
    {"li:not(.old, #l1)", "l2"},
    {":is(h1, li):not(:first-child)", "l2 l3"},
    {"ul:has(> .old)", "u"},
    {"main:has(.old), form:has(.old)", "m"},
    {"li:has(+ .old)", "l2"},
    {"li:has(~ .old)", "l1 l2"},
    {"main:has(h1 + ul li.old)", "m"},
    {"main:has(h1 + p)", ""},
    {"p:not(:has(a))", "p1 p2 p3"},
    {"li:nth-child(odd)", "l1 l3"},
    {"li:nth-child(2n + 1)", "l1 l3"},
    {"li:nth-child( -n+2 )", "l1 l2"},
    {"li:nth-child(2)", "l2"},
    {"li:nth-last-child(1)", "l3"},
    {"li:nth-child(n)", "l1 l2 l3"},
    {"p:nth-of-type(2)", "p2"},
    {"p:nth-last-of-type(1)", "p4"},
    {"h1:only-of-type, a:only-child", "h"},
    {"legend input:only-child", "i1"},
    {"p:empty", "p1 p2"},
    {":root", "html"},
    {":checked", "i2 o2"},
    {":disabled", "s i2 o1"},
    {"input:enabled", "i1 i3"},
    {":required", "i1"},
    {"li:contains(\"earl grey\")", ""},
    {"li:contains('Earl Grey')", "l2"},
    {"li:contains('a\tm'), li:contains(ss)", "l1"},
};

TEST(HtmlSelector, MatchesWhatCssSays) {
  const Document page(kPage);
  for (const SelectorCase& each : kSelectors) EXPECT_EQ(ids(page, each.css), each.ids) << each.css;
}

struct WrongSelector {
  std::string_view css;
  std::string_view message;
};

const WrongSelector kWrongSelectors[] = {
    {"", "selector '', character 1: the selector ends too early"},
    {"a >", "character 4: the selector ends in a combinator"},
    {"> a", "cannot begin with a combinator"},
    {"a >> b", "character 4: here should be a name"},
    {"a,,b", "character 3: here should be a name"},
    {"a[href", "character 7: here should be ], =, ~="},
    {"a[href=/x]", "character 8: here should be a value; put quotes around it"},
    {"a[href='x]", "character 8: the text in quotes does not end"},
    {"li:first-chlid", "there is no pseudo-class :first-chlid; did you mean :first-child?"},
    {"li:nth-child(x)", "such as 2n+1"},
    {"li:nth-child(2", "here should be )"},
    {"p::before", "pseudo-elements"},
    {"a)", "character 2: unexpected ')'"},
};

TEST(HtmlSelector, SaysWhatIsWrongAndWhere) {
  for (const WrongSelector& each : kWrongSelectors) {
    try {
      (void)Selector::parse(each.css);
      ADD_FAILURE() << each.css << " was accepted";
    } catch (const std::logic_error& error) {
      EXPECT_NE(std::string_view(error.what()).find(each.message), std::string_view::npos)
          << error.what();
    }
  }
}

TEST(HtmlSelector, NestsOnlySoDeep) {
  std::string css;
  for (int i = 0; i < 10'000; ++i) css += ":not(";
  EXPECT_THROW((void)Selector::parse(css), std::logic_error);
}

// Each step of such a selector could match any of 500 elements, and a matcher that tries all ways would not end.
TEST(HtmlSelector, IsFastWhateverTheSelectorIs) {
  std::string html;
  for (int i = 0; i < 500; ++i) html += "<div>";
  std::string css = "div";
  for (int i = 0; i < 50; ++i) css += " div";
  const Document page(html);
  EXPECT_EQ(page.select(css + " > p").size(), 0U);
  EXPECT_EQ(page.select("div:has(" + css + " p)").size(), 0U);
  EXPECT_EQ(page.select(css).size(), 450U);
}

TEST(HtmlSelector, MatchesBelowAnElementOnly) {
  const Document page(kPage);
  const Element list = *page.first("ul");
  EXPECT_EQ(list.select("main li").size(), 3U);  // parts of a selector may be further up
  EXPECT_FALSE(list.first("h1").has_value());
  EXPECT_TRUE(list.children()[2].matches("li.old"));
}

/// Random trees and selectors of a few names, so that much matches.
std::string random_page() {
  const auto tags = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6));
  constexpr const char* kTags[] = {"<div>", "<b>", "<div class=x>", "</div>", "</b>", "<i></i>"};
  std::string html;
  for (const int tag : tags) html += kTags[tag];
  return html;
}

std::string random_selector() {
  constexpr const char* kCompounds[] = {"div", "b", ".x", "*", ":first-child", "i:not(.x)"};
  constexpr const char* kCombinators[] = {" ", ">", "+", "~"};
  std::string css = kCompounds[*rc::gen::inRange(0, 6)];
  for (int more = *rc::gen::inRange(0, 4); more > 0; --more) {
    css += kCombinators[*rc::gen::inRange(0, 4)];
    css += kCompounds[*rc::gen::inRange(0, 6)];
  }
  return css;
}

TEST(HtmlSelector, ObeysTheLawsOfItsPseudoClasses) {
  EXPECT_TRUE(rc::check([] {
    const Document page(random_page());
    const std::string a = random_selector();
    const std::string b = random_selector();
    RC_ASSERT(page.select(":is(" + a + ")") == page.select(a));
    RC_ASSERT(page.select(":not(:not(" + a + "))") == page.select(a));
    RC_ASSERT(page.select(a + "," + b) == page.select(b + "," + a));
    // What has an a below it is what is around an a.
    const auto all = page.select("*");
    for (const Element& each : all) RC_ASSERT(each.matches(":has(*)") == !each.select("*").empty());
  }));
}

}  // namespace
}  // namespace mastic::testing::html
