// What the golden files cannot show: limits, and how often files are read.

#include "mastic/deploy/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "mastic/base/kernel_testing.h"
#include "mastic/base/system_files_testing.h"

namespace mastic::deploy {
namespace {

struct LoaderTest : testing::Test {
  /// Loads main of /site.ini, and returns the diagnostics.
  std::string load(LoadOptions options = {}) {
    base::SystemFilesKernel memory(files);
    base::FailingKernel kernel(memory);
    Diagnostics diagnostics;
    Loader loader(diagnostics, std::move(options), kernel);
    part = loader.load(PartKind::App, uri);
    opened = kernel.calls("open");
    return diagnostics.to_string();
  }

  std::string uri = "config:/site.ini";
  std::map<std::string, std::string> files;
  std::unique_ptr<Part> part;
  int opened = 0;
};

TEST_F(LoaderTest, ReadsEachFileOnce) {
  files["/site.ini"] =
      "[pipeline:main]\npipeline = config:b.ini#f config:./b.ini#g config:b.ini#h\n";
  files["/b.ini"] = "[filter:f]\nuse = mastic#f\n[filter:g]\nuse = f\n[app:h]\nuse = mastic#h\n";
  EXPECT_EQ(load(), "");
  EXPECT_EQ(opened, 2);
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->filters.size(), 2u);
}

TEST_F(LoaderTest, LimitsWhatAllFilesTakeTogether) {
  files["/site.ini"] = "[app:main]\nuse = config:a.ini\n";
  for (const auto& [file, next] : std::map<char, char>{{'a', 'b'}, {'b', 'c'}, {'c', 'd'}}) {
    files[std::string("/") + file + ".ini"] =
        std::string("[app:main]\nuse = config:") + next + ".ini\n" + std::string(960, '#');
  }
  files["/d.ini"] = "[app:main]\nuse = mastic#a\n" + std::string(970, '#');
  LoadOptions options;
  options.max_file_bytes = 1'000;
  EXPECT_EQ(load(options), "");
  files["/site.ini"] += std::string(900, '#');
  EXPECT_EQ(
      load(options),
      "/c.ini:2: error: the file '/d.ini' is larger than 100 bytes, which is the most that is "
      "read\n");
}

TEST_F(LoaderTest, LimitsWhatValuesGrowByTogether) {
  files["/site.ini"] = "[app:main]\nuse = mastic#a\nlong = " + std::string(50'000, 'x') + "\n";
  for (int i = 0; i < 30; ++i) files["/site.ini"] += std::to_string(i) + " = %(long)s\n";
  const std::string messages = load();
  EXPECT_TRUE(messages.starts_with(
      "/site.ini:24: error: '20': the values of a section may grow by 1048576 bytes through their "
      "references, all of them together; here they grow by more\n"))
      << messages;
}

TEST_F(LoaderTest, LimitsTheSettingsThatAllPartsSee) {
  files["/site.ini"] =
      "[DEFAULT]\nlong = " + std::string(50'000, 'x') + "\n[pipeline:main]\npipeline =";
  for (int i = 0; i < 1'000; ++i) files["/site.ini"] += " a";
  files["/site.ini"] += "\n[app:a]\nuse = mastic#a\n[filter:a]\nuse = mastic#a\n";
  EXPECT_EQ(load(),
            "/site.ini:7: error: the site is not made, because the settings of its parts, those of "
            "[DEFAULT] in each of them, take more than 33554432 bytes\n");
}

TEST_F(LoaderTest, ReportsAHundredErrorsAndThatThereAreMore) {
  files["/site.ini"] = "[pipeline:main]\npipeline =";
  for (int i = 0; i < 10'000; ++i) files["/site.ini"] += " missing" + std::to_string(i);
  const std::string messages = load();
  EXPECT_EQ(std::ranges::count(messages, '\n'), 100);
  EXPECT_NE(messages.find("missing99'"), std::string::npos);
}

TEST_F(LoaderTest, AsksOnceForAFileThatCannotBeRead) {
  files["/site.ini"] = "[pipeline:main]\npipeline = config:b.ini config:b.ini\n";
  EXPECT_EQ(load(), "/site.ini:2: error: the file '/b.ini' does not exist\n");
  EXPECT_EQ(opened, 2);
}

TEST_F(LoaderTest, NamesTheFileThatTheUriNames) {
  uri = "config:/nowhere.ini";
  EXPECT_EQ(load(), "/nowhere.ini: error: the file does not exist\n");
  uri = "nowhere.ini";
  EXPECT_EQ(load(), "error: 'nowhere.ini' has no scheme; a file is written config:FILE\n");
}

TEST_F(LoaderTest, LoadsAFactoryThatTheUriNames) {
  uri = "lib:/usr/lib/site.so#shop";
  EXPECT_EQ(load(), "");
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->factory.to_string(), "lib:/usr/lib/site.so#shop");
}

TEST_F(LoaderTest, MissesNothingInAFileThatIsNoText) {
  files["/site.ini"] = std::string("\x7f") + "ELF\x02\x01\x01\xff\n";
  EXPECT_EQ(load(), "/site.ini:1: error: this line is not UTF-8\n");
}

TEST_F(LoaderTest, LimitsTheSizeOfFiles) {
  files["/site.ini"] = "[app:main]\nuse = mastic#echo\n";
  EXPECT_EQ(load({.max_file_bytes = 20}),
            "/site.ini: error: the file is larger than 20 bytes, which is the most that is read\n");
}

TEST_F(LoaderTest, LimitsHowFarPartsLeadToOneAnother) {
  files["/site.ini"] = "[app:main]\nuse = 1\n";
  for (int i = 1; i < 100; ++i) {
    files["/site.ini"] += "[app:" + std::to_string(i) + "]\nuse = " + std::to_string(i + 1) + "\n";
  }
  EXPECT_EQ(load({.max_depth = 10}),
            "/site.ini:20: error: '10' is not looked up, because more than 10 parts lead to one "
            "another up to here\n");
}

TEST_F(LoaderTest, LimitsTheNumberOfParts) {
  files["/site.ini"] = "[app:main]\nuse = mastic#echo\nfilter-with = 1\n";
  for (int i = 1; i < 40; ++i) {
    const std::string next = std::to_string(i + 1);
    files["/site.ini"] +=
        "[filter:" + std::to_string(i) + "]\nuse = " + next + "\nfilter-with = " + next + "\n";
  }
  EXPECT_NE(load({.max_parts = 100}).find("the site has more than 100 parts"), std::string::npos);
}

TEST_F(LoaderTest, KeepsControlCharactersOutOfMessages) {
  files["/site.ini"] = "[app:main]\nuse = a\x1b[31m\n";
  EXPECT_NE(load().find("'a\\x1B[31m'"), std::string::npos);
}

}  // namespace
}  // namespace mastic::deploy
