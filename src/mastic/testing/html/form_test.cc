#include "mastic/testing/html/form.h"

#include <gtest/gtest.h>

#include <functional>

#include "mastic/testing/html/document.h"

namespace mastic::testing::html {
namespace {

constexpr std::string_view kOrder = R"(<!doctype html><title>t</title>
<form id=order action=/order method=post>
<label>Name <input name=name></label>
<select name=tea><option value=1>Assam<option value=2>Earl Grey<option value=3 disabled>Sencha</select>
<select name=more multiple><option>milk<option>sugar</select>
<label><input type=radio name=size value=s> Small</label><label><input type=radio name=size value=l checked> Large</label><input type=radio name=size value=x disabled>
<label><input type=checkbox name=gift> As a gift</label>
<input type=checkbox name=day value=mo checked><input type=checkbox name=day value=tu>
<input name=line><input name=line value=2>
<input type=hidden name=token value=t><input type=file name=photo>
<button name=do value=buy>Buy</button><button name=do value=keep>Keep it</button><button name=no disabled>No</button>
</form>
<form id=twice></form><form id=twice></form><form name=named></form>)";

TEST(HtmlForm, NamesASelectByTheLabelAroundIt) {
  const Document page(
      "<form><label>Tea <select name=tea><option>Assam<option>Sencha</select> of today</label>"
      "<label>Note <textarea name=note>as it is</textarea></label></form>");
  const Form form = page.form();
  EXPECT_EQ(form.controls()[0].label, "Tea of today");
  EXPECT_EQ(form.controls()[1].label, "Note");
}

TEST(HtmlForm, IsFilledInAsAPersonDoesIt) {
  Form form = Document(kOrder).form("order");
  form.set("name", "Ada")
      .set("tea", "Earl Grey")
      .select("more", {"milk", "sugar"})
      .set("size", "Small");
  form.check("gift")
      .check("day", "tu")
      .uncheck("day", "mo")
      .set_nth("line", 0, "1")
      .force("token", "x");
  EXPECT_EQ(form.submission("buy").urlencoded(),
            "name=Ada&tea=2&more=milk&more=sugar&size=s&gift=on&day=tu&line=1&line=2&token=x&photo="
            "&do=buy");
  EXPECT_EQ(form.value("tea"), "2");
  EXPECT_EQ(form.value("size"), "s");
  EXPECT_EQ(form.values("line"), (std::vector<std::string>{"1", "2"}));
  form.uncheck("day").reset();
  EXPECT_EQ(form.value("name"), "");
  EXPECT_EQ(form.value("day"), "mo");
}

TEST(HtmlForm, ForcesAnything) {
  Form form = Document(kOrder).form("order");
  form.force("tea", "99")
      .force("size", "xxl")
      .force("gift", "yes")
      .force("name", std::string(10'000, 'x'));
  EXPECT_EQ(form.value("tea"), "99");
  EXPECT_EQ(form.values("size"), std::vector<std::string>{"xxl"});
  EXPECT_EQ(form.values("gift"), std::vector<std::string>{"yes"});
  EXPECT_EQ(form.value("name").size(), 10'000U);
}

struct Mistake {
  std::function<void(Form&)> act;
  std::string_view message;
};

const Mistake kMistakes[] = {
    {[](Form& f) { f.set("nmae", "x"); },
     "form 'order': there is no field 'nmae'; its fields are 'name', 'tea', 'more'"},
    {[](Form& f) { f.set("tea", "Sench"); },
     "'tea' has no option 'Sench'; it has 'Sencha', '1', 'Assam', '2', 'Earl Grey', '3'"},
    {[](Form& f) { f.set("tea", "Sencha"); }, "the option 'Sencha' of 'tea' is disabled"},
    {[](Form& f) { f.select("tea", {"1", "2"}); },
     "takes exactly one option, because it is not 'multiple'"},
    {[](Form& f) { f.set("size", "m"); },
     "'size' has no radio button 'm'; it has 's', 'Small', 'l', 'Large', 'x'"},
    {[](Form& f) { f.check("size", "x"); }, "the radio button 'x' of 'size' is disabled"},
    {[](Form& f) { f.set("gift", "on"); },
     "has the type checkbox, which set() does not fill in; use check() or uncheck()"},
    {[](Form& f) { f.check("day"); }, "'day' has 2 boxes; say which: 'mo', 'tu'"},
    {[](Form& f) { f.check("day", "we"); }, "'day' has no checkbox 'we'"},
    {[](Form& f) { f.check("name"); }, "'name' is not a checkbox"},
    {[](Form& f) { f.set("line", "1"); }, "2 fields are called 'line'; set_nth says which"},
    {[](Form& f) { (void)f.value("line"); }, "values() has all of them"},
    {[](Form& f) { f.set_nth("line", 2, "x"); }, "there is no number 2"},
    {[](Form& f) { f.set("photo", "a.jpg"); }, "use upload()"},
    {[](Form& f) { f.upload_files("photo", {{"a"}, {"b"}}); }, "takes one file"},
    {[](Form& f) { f.upload("name", FormFile{"a"}); }, "'name' does not take files"},
    {[](Form& f) { (void)f.submission("sell"); },
     "there is no button 'sell'; its buttons are do='buy' (Buy), do='keep' (Keep it)"},
    {[](Form& f) { (void)f.submission("do"); }, "there are 2 buttons for 'do'; say which"},
    {[](Form& f) { (void)f.submission("No"); }, "the button 'No' is disabled"},
};

TEST(HtmlForm, SaysWhatAPersonCouldNotDo) {
  const Document page(kOrder);
  for (const Mistake& each : kMistakes) {
    Form form = page.form("order");
    try {
      each.act(form);
      ADD_FAILURE() << "this was accepted: " << each.message;
    } catch (const std::logic_error& error) {
      EXPECT_NE(std::string_view(error.what()).find(each.message), std::string_view::npos)
          << error.what();
    }
  }
}

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(HtmlForm, IsFoundByIdNameOrIndex) {
  const Document page(kOrder);
  EXPECT_EQ(page.form("named").title(), "'named'");
  EXPECT_EQ(page.form(0).title(), "'order'");
  const std::string twice = message_of([&] { (void)page.form("twice"); });
  EXPECT_NE(twice.find("2 forms are called 'twice'; say which by its index: the forms of the page "
                       "are 0: 'order', 1: 'twice'"),
            twice.npos)
      << twice;
  const std::string only = message_of([&] { (void)page.form(); });
  EXPECT_NE(only.find("the page has 4 forms; say which"), only.npos) << only;
  const std::string none = message_of([&] { (void)Document("<p>").form(0); });
  EXPECT_NE(none.find("the page has no forms"), none.npos) << none;
}

TEST(HtmlForm, TellsWhatMakesItHardToUse) {
  const Document page(
      "<form>\n<input name=a><input name=b aria-label=b><label for=c>C</label>"
      "<input id=c name=c><input id=c type=hidden><label "
      "for=d>D</label><label>E</label><button>x</button></form>");
  const std::vector<std::string> expected = {
      "2:1: the text 'a' has no label", "2:83: the id 'c' is used by an element before",
      "2:107: the label 'D' is for 'd', which is not a control",
      "2:129: the label 'E' is for nothing"};
  EXPECT_EQ(page.form().lint(), expected);
}

}  // namespace
}  // namespace mastic::testing::html
