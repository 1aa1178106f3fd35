#include "mastic/deploy/logging_sections.h"

#include <gtest/gtest.h>

namespace mastic::deploy {
namespace {

struct LoggingSectionsTest : testing::Test {
  LoggingSectionsTest() { table.list("log_level", levels, "LEVEL", "Levels."); }
  void read(std::string_view text) {
    const IniFile file = IniFile::parse(text, "site.ini", diagnostics);
    read_logging(file, table, diagnostics);
  }
  std::vector<std::string> levels = {"info"};
  base::OptionTable table;
  Diagnostics diagnostics;
};

TEST_F(LoggingSectionsTest, TakesTheLevelsOfTheRootAndOfOtherLoggers) {
  read(
      "[loggers]\nkeys = root, shop,quiet, other\n"
      "[logger_root]\nlevel = WARN\nhandlers = console\n"
      "[logger_shop]\nlevel = DEBUG\nqualname = shop.orders\n"
      "[logger_quiet]\nlevel = CRITICAL\n"
      "[logger_other]\nlevel = NOTSET\nqualname = other\n");
  EXPECT_EQ(levels, (std::vector<std::string>{"warning", "shop.orders=debug", "quiet=error"}));
  EXPECT_EQ(diagnostics.to_string(), "");
}

TEST_F(LoggingSectionsTest, SaysWhatIsWrongAndWhatHasNoMeaning) {
  read(
      "[loggers]\nkeys = root, lost\n[logger_root]\nlevel = loud\n"
      "[handlers]\nkeys = console\n[formatters]\nkeys = generic\n");
  EXPECT_EQ(diagnostics.to_string(),
            "site.ini:2: error: [loggers] lists 'lost', but there is no section [logger_lost]\n"
            "site.ini:4: error: 'loud' is not a level of a logger; write DEBUG, INFO, WARNING, "
            "ERROR, CRITICAL or NOTSET\n"
            "site.ini:5: note: [handlers] has no meaning here: the option log_file says where "
            "messages go (only levels are taken over)\n"
            "site.ini:7: note: [formatters] has no meaning here: the option log_format says how "
            "messages are written (only levels are taken over)\n");
  EXPECT_EQ(levels, std::vector<std::string>{"info"});
}

TEST_F(LoggingSectionsTest, LeavesAFileWithoutLoggersAlone) {
  read("[app:main]\nuse = mastic#static\n");
  EXPECT_EQ(levels, std::vector<std::string>{"info"});
}

}  // namespace
}  // namespace mastic::deploy
