#include "mastic/testing/html/submission.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/testing/html/document.h"
#include "mastic/testing/html/form.h"

namespace mastic::testing::html {
namespace {

struct FormCase {
  std::string_view what;
  std::string_view html;
  std::string_view sent;
};

/// Forms as they are, with Enter.
const FormCase kForms[] = {
    {"document order",
     "<form><input name=b value=1><input name=a value=2><input name=b value=3></form>",
     "b=1&a=2&b=3"},
    {"no name", "<form><input value=1><input name='' value=2><input name=a value=3></form>", "a=3"},
    {"boxes",
     "<form><input type=checkbox name=a checked><input type=checkbox name=b value=1><input "
     "type=radio name=c value=1 checked><input type=radio name=c value=2 checked></form>",
     "a=on&c=2"},
    {"select",
     "<form><select name=a><option value=1>x<option>y  z</select><select name=b><option "
     "disabled>1<option>2</select><select name=c size=2><option>1</select><select name=d "
     "multiple><option selected>1<option>2<option selected>3<option selected "
     "disabled>4</select></form>",
     "a=1&b=2&d=1&d=3"},
    {"optgroup disabled",
     "<form><select name=a><optgroup disabled><option>1</optgroup><option>2</select></form>",
     "a=2"},
    {"two options selected",
     "<form><select name=a><option selected>1<option selected>2</select></form>", "a=2"},
    {"first button",
     "<form><input name=a><button type=button name=x value=0></button><input type=submit name=b "
     "value=1><input type=submit name=c value=2></form>",
     "a=&b=1"},
    {"reset and output",
     "<form><input type=reset name=a value=1><output name=b>2</output><object "
     "name=c></object><input name=d></form>",
     "d="},
    {"image", "<form><input type=image name=a><input name=b></form>", "a.x=0&a.y=0&b="},
    {"image without a name", "<form><input type=image></form>", "x=0&y=0"},
    {"fieldset disabled",
     "<form><fieldset disabled><legend><input name=a value=1></legend><legend><input "
     "name=b></legend><input name=c><fieldset><input name=d></fieldset></fieldset><input name=e "
     "value=2></form>",
     "a=1&e=2"},
    {"legend that is not a child",
     "<form><fieldset disabled><div><legend><input name=a></legend></div></fieldset></form>", ""},
    {"datalist", "<form><datalist><input name=a><option>1</datalist><input name=b></form>", "b="},
    {"form attribute",
     "<input name=a value=1 form=f><form id=f><input name=b value=2><input name=c "
     "form=g></form><form id=g></form>",
     "a=1&b=2"},
    {"form attribute of nothing", "<form id=f><input name=a form=nothing><input name=b></form>",
     "b="},
    {"charset",
     "<form><input type=hidden name=_charset_ value=x><input type=hidden name=_CHARSET_></form>",
     "_charset_=UTF-8&_CHARSET_=UTF-8"},
    {"dirname",
     "<form><input name=a dirname=a.dir value=x><input name=b dirname=d dir=auto "
     "value='\xd7\xa9'><div dir=RTL><textarea name=c dirname=e></textarea></div></form>",
     "a=x&a.dir=ltr&b=%D7%A9&d=rtl&c=&e=rtl"},
    {"line ends",
     "<form><textarea name=a>1\n2\r3\r\n4</textarea><input type=hidden name='b&#10;c' "
     "value='d&#13;e'></form>",
     "a=1%0D%0A2%0D%0A3%0D%0A4&b%0D%0Ac=d%0D%0Ae"},
    {"signs", "<form><input name='a b' value='*-._~ \xc3\xb6+&='></form>",
     "a+b=*-._%7E+%C3%B6%2B%26%3D"},
    {"file", "<form><input type=file name=a></form>", "a="},
    {"in a table", "<table><form><tr><td><input name=a value=1></form></table><input name=b>",
     "a=1"},
    {"closed within", "<div><form><div></form><input name=a></div></div>", "a="},
};

TEST(HtmlSubmission, SendsWhatBrowsersSend) {
  for (const FormCase& each : kForms) {
    EXPECT_EQ(Document(each.html).forms()[0].submission().urlencoded(), each.sent) << each.what;
  }
}

TEST(HtmlSubmission, IsWrittenInFourWays) {
  const Document page(
      "<form action='/s?a=1#x' method=post><input name='a\"' value='1'><input type=file name=f "
      "multiple>"
      "<button formmethod=get>get</button><button formenctype=multipart/form-data>multi</button>"
      "<button formenctype=text/plain formaction=' /t "
      "'>text</button><button>plain</button></form>");
  Form form = page.form();
  EXPECT_EQ(form.submission("get").url("/s?a=1#x"), "/s?a%22=1&f=");
  EXPECT_EQ(form.submission("get").content(), "");
  EXPECT_EQ(form.submission("plain").url("/s?a=1#x"), "/s?a=1");
  EXPECT_EQ(form.submission("plain").content(), "a%22=1&f=");
  EXPECT_EQ(form.submission("text").action, "/t");
  EXPECT_EQ(form.submission("text").content(), "a\"=1\r\nf=\r\n");
  const std::string empty = form.submission("multi").content();
  EXPECT_NE(
      empty.find("name=\"f\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n"),
      empty.npos)
      << empty;
  EXPECT_NE(empty.find("name=\"a%22\"\r\n\r\n1\r\n"), empty.npos);
  form.upload_files("f", {{"1.txt", "text/plain", "one"}, {"2.txt", "text/plain", "t\nwo"}});
  const Submission files = form.submission("multi");
  EXPECT_NE(files.content().find("filename=\"2.txt\"\r\nContent-Type: text/plain\r\n\r\nt\nwo\r\n"),
            std::string::npos);
  EXPECT_EQ(files.content_type(), "multipart/form-data; boundary=mastic-form-1");
  EXPECT_EQ(form.submission("plain").urlencoded(), "a%22=1&f=1.txt&f=2.txt");
}

TEST(HtmlSubmission, IsInTheEncodingOfThePage) {
  const Document page(
      "<meta charset=latin1><form><input name=a value='&#246;&#8364;&#33590;'><input type=hidden "
      "name=_charset_></form>"
      "<form accept-charset='x-unknown utf-8'><input name=a value='&#246;'></form>");
  EXPECT_EQ(page.forms()[0].submission().urlencoded(),
            "a=%F6%80%26%2333590%3B&_charset_=windows-1252");
  EXPECT_EQ(page.forms()[1].submission().urlencoded(), "a=%C3%B6");
}

TEST(HtmlSubmission, CanBeReadBack) {
  EXPECT_TRUE(rc::check([](const std::string& name, const std::string& value) {
    std::string plain;  // without line ends, which are changed
    for (const char c : name + "=&+% " + value) plain += c == '\r' || c == '\n' ? ' ' : c;
    const Submission submission{.entries = {{plain, plain}}};
    const std::string text = submission.urlencoded();
    std::string key = text.substr(0, text.find('='));
    for (char& c : key) c = c == '+' ? ' ' : c;
    RC_ASSERT(base::percent_decode(key) == plain);
  }));
}

}  // namespace
}  // namespace mastic::testing::html
