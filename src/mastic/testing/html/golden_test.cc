// The trees of pages that are broken as pages in real life are: golden/*.html hold the page, a line of
// dashes, the tree, and after another such line the controls of each form.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mastic/testing/html/document.h"
#include "mastic/testing/html/form.h"

namespace mastic::testing::html {
namespace {

constexpr std::string_view kDashes = "----------\n";

TEST(HtmlGolden, BrokenPagesHaveTheTreesOfBrowsers) {
  const std::filesystem::path folder =
      std::filesystem::path(MASTIC_SOURCE_DIR) / "src/mastic/testing/html/golden";
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const std::string html = text.str().substr(0, text.str().find(kDashes));
    const Document page(html);
    std::string all = html + std::string(kDashes) + page.outline() + std::string(kDashes);
    for (const Form& form : page.forms()) {
      all += "form " + form.title() + ":";
      for (const Control& control : form.controls()) all += " " + control.name;
      all += "\n";
    }
    EXPECT_EQ(text.str(), all) << file.path();
    if (std::getenv("MASTIC_WRITE_GOLDEN") != nullptr) std::ofstream(file.path()) << all;
    ++count;
  }
  EXPECT_GE(count, 4);
}

}  // namespace
}  // namespace mastic::testing::html
