#include "mastic/testing/page_url.h"

#include <gtest/gtest.h>

namespace mastic::testing {
namespace {

struct UrlCase {
  std::string_view reference;
  std::string_view url;
};

/// On http://a/b/c/d?q, mostly of RFC 3986 §5.4.
const UrlCase kUrls[] = {{"g", "http://a/b/c/g"},
                         {"./g", "http://a/b/c/g"},
                         {"g/", "http://a/b/c/g/"},
                         {"/g", "http://a/g"},
                         {"//g", "http://g/"},
                         {"?y", "http://a/b/c/d?y"},
                         {"g?y", "http://a/b/c/g?y"},
                         {"#s", "http://a/b/c/d?q"},
                         {"g#s", "http://a/b/c/g"},
                         {"g?y#s", "http://a/b/c/g?y"},
                         {"", "http://a/b/c/d?q"},
                         {".", "http://a/b/c/"},
                         {"..", "http://a/b/"},
                         {"../g", "http://a/b/g"},
                         {"../..", "http://a/"},
                         {"../../../g", "http://a/g"},
                         {"/./g", "http://a/g"},
                         {"g.", "http://a/b/c/g."},
                         {"..g", "http://a/b/c/..g"},
                         {"./g/.", "http://a/b/c/g/"},
                         {"g/../h", "http://a/b/c/h"},
                         {"g?y/../x", "http://a/b/c/g?y/../x"},
                         {" g\n", "http://a/b/c/g"},
                         {"https://b", "https://b/"},
                         {"http://b?x", "http://b/?x"},
                         {"mailto:a#b", "mailto:a#b"},
                         {"g:h", "g:h"},
                         {"green tea?of=t\xc3\xa9\"", "http://a/b/c/green%20tea?of=t%C3%A9%22"},
                         {"a%20b", "http://a/b/c/a%20b"},
                         {"g\r\nX?\ty", "http://a/b/c/gX?y"},
                         {" j\nava\tscript:x", "javascript:x"},
                         {" \n", "http://a/b/c/d?q"}};

TEST(PageUrl, IsResolvedAsInTheRfc) {
  for (const UrlCase& each : kUrls)
    EXPECT_EQ(resolve_url("http://a/b/c/d?q", each.reference), each.url) << each.reference;
  EXPECT_EQ(resolve_url("http://a", "g"), "http://a/g");
}

TEST(PageUrl, HasAnOrigin) {
  EXPECT_EQ(origin_of("http://a:1/b"), "http://a:1");
  EXPECT_EQ(origin_of("http://a?b"), "http://a");
  EXPECT_EQ(origin_of("mailto:a"), "");
  EXPECT_EQ(origin_of("/a://b"), "");
}

}  // namespace
}  // namespace mastic::testing
