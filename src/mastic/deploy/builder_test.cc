#include "mastic/deploy/builder.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "mastic/base/system_files_testing.h"
#include "mastic/deploy/factory.h"
#include "mastic/deploy/site.h"

namespace mastic::deploy {
namespace {

app::App make_hello() {
  return app::App([] { return "hello\n"; });
}

struct WrapOptions {
  std::string inner;
  void describe(base::OptionTable& table) { table.text("inner", inner, "APP", "What to ask."); }
};

struct RootOptions {
  std::string root;
  void describe(base::OptionTable& table) { table.text("root", root, "FOLDER", "A folder."); }
  base::Result<void> check() const {
    if (root.empty()) return base::fail("root is missing");
    return base::fail("root: there is no '", root, "'");
  }
};
app::App make_rooted(const RootOptions&) { return make_hello(); }

/// An application and a filter that need another application.
app::App make_wrapped(const WrapOptions& options, Build& build) {
  return build.app(options.inner, "inner", build.part().origin);
}
app::Middleware make_wrapping(const WrapOptions& options, Build& build) {
  (void)build.app(options.inner, "inner", build.part().origin);
  return app::Middleware([](app::App inner) { return inner; });
}

struct BuilderTest : testing::Test {
  BuilderTest() {
    factories.add(app_factory("hello", "Says hello.", make_hello));
    factories.add(app_factory("rooted", "Has an option that is checked.", make_rooted));
    factories.add(app_factory("wrap", "Asks another application.", make_wrapped));
    factories.add(filter_factory("wrapping", "Needs another application.", make_wrapping));
  }
  std::string messages(const std::string& text, std::string_view uri = "config:/site.ini") {
    base::SystemFilesKernel kernel({{"/site.ini", text}});
    std::string all;
    const Site site = make_site(uri, factories, {}, kernel);
    for (const Diagnostic& diagnostic : site.diagnostics.sorted())
      all += diagnostic.to_string() + "\n";
    return all;
  }
  Factories factories;
};

TEST_F(BuilderTest, ReportsAPartThatWouldContainItself) {
  EXPECT_EQ(messages("[app:main]\n"
                     "use = mastic#wrap\n"
                     "inner = main\n"),
            "/site.ini:1: error: [app:main] would contain itself\n");
}

TEST_F(BuilderTest, ReportsAPartThatWouldContainItselfBehindAPipeline) {
  EXPECT_EQ(messages("[pipeline:main]\n"
                     "pipeline = site\n"
                     "[app:site]\n"
                     "use = mastic#wrap\n"
                     "inner = main\n"),
            "/site.ini:3: error: [app:site] would contain itself\n");
}

TEST_F(BuilderTest, ReportsAFilterThatWouldBeAroundWhatItNeeds) {
  EXPECT_EQ(messages("[app:main]\n"
                     "use = mastic#hello\n"
                     "filter-with = wrapping\n"
                     "[filter:wrapping]\n"
                     "use = mastic#wrapping\n"
                     "inner = main\n"),
            "/site.ini:4: error: [filter:wrapping] would contain itself\n");
}

TEST_F(BuilderTest, ReportsAnOptionThatFailsItsCheckAtItsLine) {
  EXPECT_EQ(messages("[app:main]\n"
                     "use = mastic#rooted\n"
                     "\n"
                     "root = shopp\n"),
            "/site.ini:4: error: 'mastic#rooted' cannot be made: root: there is no 'shopp'\n");
  EXPECT_EQ(messages("[app:main]\n"
                     "use = mastic#rooted\n"),
            "/site.ini:1: error: 'mastic#rooted' cannot be made: root is missing\n");
}

TEST_F(BuilderTest, SaysThatAGlobalSettingIsNoOption) {
  EXPECT_EQ(messages("[DEFAULT]\n"
                     "root = shop\n"
                     "[app:main]\n"
                     "use = mastic#rooted\n"),
            "/site.ini:3: error: 'mastic#rooted' cannot be made: root is missing; the 'root' of "
            "/site.ini:2 is a global setting, which sets no option: write it in [app:main], "
            "perhaps as 'get root = root'\n");
}

TEST_F(BuilderTest, SaysWhatBelongsToAValue) {
  const auto hint = [&](const std::string& value) {
    const std::string all = messages("[app:main]\nuse = mastic#rooted\nroot = " + value + "\n");
    return all.substr(all.rfind(" (") + 2);
  };
  EXPECT_EQ(hint("shop ; here"),
            "the comment belongs to the value, so write it on a line of its own)\n");
  EXPECT_EQ(hint("shop # here"),
            "the comment belongs to the value, so write it on a line of its own)\n");
  const std::string commented = messages("[app:main]\nuse = mastic#hello ; here\n");
  EXPECT_TRUE(commented.ends_with("so write it on a line of its own)\n")) << commented;
  EXPECT_EQ(hint("\"shop\""), "the quotes belong to the value, so leave them out)\n");
  EXPECT_EQ(hint("shop\n here"),
            "the value has more than one line, because the lines below it are indented)\n");
}

TEST_F(BuilderTest, SaysHowAFactoryIsWrittenWhereASectionIsMissing) {
  EXPECT_EQ(messages("[app:main]\n"
                     "use = hello\n"),
            "/site.ini:2: error: there is no application 'hello' in /site.ini; it would be "
            "[app:hello], [composite:hello], [pipeline:hello] or [filter-app:hello]; for Mastic's "
            "own, write mastic#hello\n");
}

TEST_F(BuilderTest, SaysThatAnIndentedSettingContinuesTheOneBefore) {
  EXPECT_EQ(
      messages("[app:main]\n"
               "use = mastic#hello\n"
               "  inner = main\n"),
      "/site.ini:2: error: 'mastic#hello' has another line, because that is indented; begin a "
      "setting at the beginning of its line\n"
      "/site.ini:3: warning: this line belongs to the value of 'use' in line 2, because it is "
      "indented; begin a section or a setting at the beginning of its line\n");
}

TEST_F(BuilderTest, NamesAnotherApplicationWhereThereIsNoMain) {
  EXPECT_EQ(
      messages("[app:shop]\n"
               "use = mastic#hello\n"),
      "/site.ini: error: there is no application 'main' in /site.ini; it would be [app:main], "
      "[composite:main], [pipeline:main] or [filter-app:main]; the file has 'shop', which is "
      "written /site.ini#shop\n");
}

TEST_F(BuilderTest, SaysNothingOfSectionsThatAnotherApplicationUses) {
  const std::string text =
      "[app:main]\n"
      "use = mastic#hello\n"
      "[app:other]\n"
      "use = mastic#hello\n";
  EXPECT_EQ(messages(text), "/site.ini:3: warning: nothing uses [app:other]\n");
  EXPECT_EQ(messages(text, "config:/site.ini#other"), "");
}

TEST_F(BuilderTest, RefusesPartsThatAreTooDeepInOthers) {
  // Far more than would fit on the stack.
  std::string text = "[app:main]\nuse = mastic#wrap\ninner = 0\n";
  for (int i = 0; i < 9'000; ++i) {
    text += "[app:" + std::to_string(i) + "]\nuse = mastic#wrap\ninner = " + std::to_string(i + 1) +
            "\n";
  }
  EXPECT_EQ(messages(text),
            "/site.ini:190: error: this part is not made, because it would be inside of 64 others, "
            "which is the most that there may be\n");
}

TEST_F(BuilderTest, RefusesMoreFiltersThanARequestCanPass) {
  factories.add(filter_factory("pass", "Does nothing.", [] {
    return app::Middleware([](app::App inner) { return inner; });
  }));
  std::string text = "[pipeline:main]\npipeline =";
  for (int i = 0; i < 9'000; ++i) text += " mastic#pass";
  EXPECT_EQ(messages(text + " mastic#hello\n"),
            "/site.ini:1: error: this part is not made, because 1024 filters and other parts would "
            "be around it, which is the most that there may be\n");
}

TEST_F(BuilderTest, MakesAPartInTwoPlaces) {
  EXPECT_EQ(messages("[pipeline:main]\n"
                     "pipeline = wrapping hello\n"
                     "[filter:wrapping]\n"
                     "use = mastic#wrapping\n"
                     "inner = hello\n"
                     "[app:hello]\n"
                     "use = mastic#hello\n"),
            "");
}

}  // namespace
}  // namespace mastic::deploy
