#include "mastic/wire/multipart/form_writer.h"

#include <gtest/gtest.h>

namespace mastic::wire::multipart {
namespace {

TEST(FormWriter, WritesFieldsAndFilesInTheirOrder) {
  FormWriter form;
  form.add_field("title", "The sea");
  form.add_file("photo", "sea.jpg", "image/jpeg", std::string_view("\x01\x00\x02", 3));
  EXPECT_EQ(form.content_type(), "multipart/form-data; boundary=mastic-form-1");
  EXPECT_EQ(form.content(), std::string("--mastic-form-1\r\n"
                                        "Content-Disposition: form-data; name=\"title\"\r\n\r\n"
                                        "The sea\r\n"
                                        "--mastic-form-1\r\n"
                                        "Content-Disposition: form-data; name=\"photo\"; "
                                        "filename=\"sea.jpg\"\r\n"
                                        "Content-Type: image/jpeg\r\n\r\n") +
                                std::string("\x01\x00\x02", 3) + "\r\n--mastic-form-1--\r\n");
}

TEST(FormWriter, EscapesNamesAsBrowsersDo) {
  FormWriter form;
  form.add_file("a\"b\r\nc", "C:\\sea.jpg", "image/jpeg", "");
  EXPECT_NE(form.content().find("name=\"a%22b%0D%0Ac\"; filename=\"C:\\sea.jpg\""),
            std::string::npos);
}

TEST(FormWriter, ChoosesABoundaryThatIsInNoPart) {
  FormWriter form;
  form.add_field("text", "--mastic-form-1 and mastic-form-2");
  EXPECT_EQ(form.content_type(), "multipart/form-data; boundary=mastic-form-3");
}

}  // namespace
}  // namespace mastic::wire::multipart
