#include "mastic/testing/html/constraints.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "mastic/testing/html/document.h"
#include "mastic/testing/html/form.h"
#include "mastic/testing/html/moments.h"

namespace mastic::testing::html {
namespace {

struct ControlCase {
  std::string_view html;   ///< a control with the name x
  std::string_view enter;  ///< "-" to leave it as it is
  std::string_view sent;   ///< the value that is sent; "!" and a part of the message if that throws
};

const ControlCase kControls[] = {
    // What a page has is mended.
    {"<input name=x value='a\nb'>", "-", "ab"},
    {"<input name=x type=nonsense value=' a '>", "-", " a "},
    {"<input name=x type=email value=' a@b '>", "-", "a@b"},
    {"<input name=x type=email multiple value=' a@b , c@d '>", "-", "a@b,c@d"},
    {"<input name=x type=number value=abc>", "-", ""},
    {"<input name=x type=number value=1e2>", "-", "1e2"},
    {"<input name=x type=number value=+1>", "-", ""},
    {"<input name=x type=range>", "-", "50"},
    {"<input name=x type=range min=0 max=10 step=4 value=7>", "-", "8"},
    {"<input name=x type=range min=0 max=10 step=4 value=11>", "-", "8"},
    {"<input name=x type=color value=red>", "-", "#000000"},
    {"<input name=x type=color value=#ABCDEF>", "-", "#abcdef"},
    {"<input name=x type=date value=2026-02-30>", "-", ""},
    {"<input name=x type=datetime-local value='2026-11-30 18:30:00'>", "-", "2026-11-30T18:30"},
    {"<textarea name=x>\n a\n</textarea>", "-", " a\n"},
    // What cannot be entered.
    {"<input name=x maxlength=3>", "abc", "abc"},
    {"<input name=x maxlength=3>", "abcd", "!takes 3 characters, and these are 4"},
    {"<input name=x maxlength=2>", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    {"<input name=x maxlength=1>", "\xf0\x9f\x98\x80", "!these are 2"},
    {"<input name=x maxlength=1 value=abc>", "-", "abc"},
    {"<input name=x readonly>", "a", "!read-only"},
    {"<input name=x disabled>", "a", "!disabled"},
    {"<input name=x type=hidden>", "a", "!hidden; force() sets it all the same"},
    {"<input name=x>", "a\nb", "!it is one line"},
    {"<input name=x type=number>", "12,5", "!is written like 12.5"},
    {"<input name=x type=range>", "101", "!the nearest is 100"},
    {"<input name=x type=date>", "30.11.2026", "!is written like 2026-11-30"},
    {"<input name=x type=week>", "2026-W53", "2026-W53"},
    {"<input name=x type=week>", "2025-W53", "!is written like 2026-W49"},
    {"<input name=x type=month>", "2026-13", "!2026-11"},
    {"<input name=x type=time>", "24:00", "!18:30"},
    {"<input name=x type=color>", "red", "!like #a52a2a"},
    // What can be entered, and is not sent.
    {"<input name=x required>", "-", "!it is required"},
    {"<input name=x required>", " ", " "},
    {"<input name=x minlength=3>", "ab", "!shorter than 3"},
    {"<input name=x minlength=3 value=ab>", "-", "ab"},
    {"<input name=x minlength=3>", "", ""},
    {"<input name=x pattern='[a-c]+'>", "abc", "abc"},
    {"<input name=x pattern='[a-c]+'>", "abcd", "!does not match the pattern"},
    {"<input name=x pattern='a|b'>", "ab", "!does not match"},
    {"<input name=x pattern='(a'>", "b", "b"},
    {"<input name=x pattern='(a+)+c'>", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
     "!does not match"},
    {"<input name=x pattern='[\xc3\xa4-\xc3\xb6]'>", "\xc3\xa5", "\xc3\xa5"},
    {"<input name=x type=email>", "ada@lovelace", "ada@lovelace"},
    {"<input name=x type=email>", "ada", "!is not an e-mail address"},
    {"<input name=x type=email>", "a@b-.de", "!is not an e-mail address"},
    {"<input name=x type=email multiple>", "a@b, c", "!'c' is not an e-mail address"},
    {"<input name=x type=url>", "mailto:a", "mailto:a"},
    {"<input name=x type=url>", "/shop", "!is not an absolute URL"},
    {"<input name=x type=number min=3 max=5>", "6", "!'6' is more than 5"},
    {"<input name=x type=number min=3>", "2", "!'2' is less than 3"},
    {"<input name=x type=number>", "1.5", "!not on a step of its type"},
    {"<input name=x type=number step=any>", "1.5", "1.5"},
    {"<input name=x type=number step=0.1>", "0.3", "0.3"},
    {"<input name=x type=number step=2 min=1>", "4", "!not on a step of 2"},
    {"<input name=x type=number step=2 value=1>", "5", "5"},
    {"<input name=x type=date min=2026-11-01 step=7>", "2026-11-08", "2026-11-08"},
    {"<input name=x type=date min=2026-11-01 step=7>", "2026-11-09", "!not on a step of 7"},
    {"<input name=x type=week min=2026-W10>", "2026-W09", "!less than 2026-W10"},
    {"<input name=x type=month max=2026-10>", "2026-11", "!more than 2026-10"},
    {"<input name=x type=time>", "10:00:30", "!not on a step"},
    {"<input name=x type=time min=22:00 max=06:00>", "23:00", "23:00"},
    {"<input name=x type=time min=22:00 max=06:00>", "12:00", "!is between 06:00 and 22:00"},
    {"<select name=x required><option value=''>Choose<option>a</select>", "-", "!required"},
    {"<select name=x required><option value=''>Choose<option>a</select>", "a", "a"},
    {"<input name=x type=checkbox required>", "-", "!required"},
    {"<input name=x type=radio required value=1><input name=x type=radio value=2>", "-",
     "!required"},
    {"<input name=x type=radio required value=1><input name=x type=radio value=2>", "2", "2"},
    {"<input name=x type=file required>", "-", "!required"},
    {"<input name=x required disabled><input name=x value=1>", "-", "1"},
};

std::string sent(const ControlCase& each) {
  try {
    Form form = Document("<form id=f>" + std::string(each.html) + "</form>").form("f");
    if (each.enter != "-") form.set("x", each.enter);
    const Submission submission = form.submission();
    return submission.entries.empty() ? "" : submission.entries[0].value;
  } catch (const std::logic_error& error) {
    return "!" + std::string(error.what());
  }
}

TEST(HtmlConstraints, AreThoseOfBrowsers) {
  for (const ControlCase& each : kControls) {
    const std::string got = sent(each);
    if (each.sent.starts_with('!')) {
      EXPECT_NE(got.find(each.sent.substr(1)), std::string::npos)
          << each.html << " " << each.enter << ": " << got;
      EXPECT_TRUE(got.starts_with("!constraints_test.cc:")) << got;
    } else {
      EXPECT_EQ(got, each.sent) << each.html << " " << each.enter;
    }
  }
}

TEST(HtmlConstraints, AreLeftOutWhereThePageOrTheTestSaysSo) {
  const Document page(
      "<form id=a novalidate><input name=x required></form>"
      "<form id=b><input name=x required><button>Send</button><button "
      "formnovalidate>Save</button></form>");
  EXPECT_EQ(page.form("a").submission().urlencoded(), "x=");
  EXPECT_THROW((void)page.form("b").submission("Send"), std::logic_error);
  EXPECT_EQ(page.form("b").submission("Save").urlencoded(), "x=");
  EXPECT_EQ(page.form("b").force("x", "").submission("Send").urlencoded(), "x=");
  EXPECT_EQ(page.form("b").submission_by_script().urlencoded(), "x=");
}

TEST(HtmlMoments, ReadNumbersAsTheyAreWritten) {
  EXPECT_TRUE(rc::check([](double number) {
    if (std::isfinite(number)) RC_ASSERT(parse_number(format_number(number)) == number);
  }));
}

}  // namespace
}  // namespace mastic::testing::html
