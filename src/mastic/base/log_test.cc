#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>

#include "mastic/base/allocations_testing.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/base/log_format.h"

namespace mastic::base {
namespace {

constexpr std::int64_t kTime = 784111777;  // 1994-11-06 08:49:37
constexpr std::array kFields = {LogField{"id", "a1c0"}, LogField{"route", "/hi/{name}"}};

std::string line_of(const LogRecord& record, LogFormat format = LogFormat::Text) {
  std::string line;
  append_log_line(line, record, format, kTime);
  return line;
}

LogLevels levels(std::vector<std::string> words) { return LogLevels::parse(words).value(); }

TEST(LogFormat, IsTextForPeople) {
  EXPECT_EQ(line_of({Level::Info, "server", "served", {}}),
            "1994-11-06T08:49:37Z info server: served\n");
  EXPECT_EQ(line_of({Level::Warning, "app", "the disk is slow", kFields}),
            "1994-11-06T08:49:37Z warning app: the disk is slow  id=a1c0 route=/hi/{name}\n");
}

TEST(LogFormat, IsJsonForMachines) {
  EXPECT_EQ(line_of({Level::Error, "app", "a \"quote\"\n", kFields}, LogFormat::Json),
            "{\"time\":\"1994-11-06T08:49:37Z\",\"level\":\"error\",\"logger\":\"app\","
            "\"message\":\"a \\\"quote\\\"\\u000a\",\"id\":\"a1c0\",\"route\":\"/hi/{name}\"}\n");
}

TEST(LogFormat, HasColoursForATerminal) {
  EXPECT_EQ(line_of({Level::Error, "app", "broken", kFields}, LogFormat::Colour),
            "\x1b[2m1994-11-06T08:49:37Z\x1b[0m \x1b[31merror\x1b[0m app: broken "
            "\x1b[2m id=a1c0 route=/hi/{name}\x1b[0m\n");
}

TEST(LogFormat, AMessageCannotForgeAField) {
  EXPECT_EQ(line_of({Level::Info, "app", "bob  id=0   x", kFields}),
            "1994-11-06T08:49:37Z info app: bob \\x20id=0 \\x20 x  id=a1c0 route=/hi/{name}\n");
}

TEST(LogFormat, QuotesFieldsThatAreEmptyOrHaveBlanks) {
  const std::array fields = {LogField{"a", ""}, LogField{"b", "c d=\"e\""}};
  EXPECT_EQ(line_of({Level::Info, "app", "x", fields}),
            "1994-11-06T08:49:37Z info app: x  a=\"\" b=\"c d=\\x22e\\x22\"\n");
}

TEST(LogFormat, KeepsWordsOfEveryLanguageAndNoControls) {
  EXPECT_EQ(line_of({Level::Info, "app", "größer \"so\"\r\n\x1b[2J\xc2\x9b\xff", {}}),
            "1994-11-06T08:49:37Z info app: größer \"so\"\\x0D\\x0A\\x1B[2J\\xC2\\x9B\\xFF\n");
}

TEST(LogFormat, TruncatesLongText) {
  const std::string text(kMaxLogMessageBytes + 1, 'x');
  const std::array fields = {LogField{"field", text}};
  for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
    const std::string line = line_of({Level::Info, "app", text, fields}, format);
    EXPECT_LT(line.size(), kMaxLogMessageBytes + kMaxLogFieldBytes + 200);
    EXPECT_NE(line.find("x..."), line.npos);
  }
}

TEST(LogFormat, IsOneLineWhateverAMessageContains) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  EXPECT_TRUE(rc::check([&](const std::string& text) {
    const std::array fields = {LogField{"field", text}};
    for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
      const std::string line = line_of({Level::Info, text, text, fields}, format);
      RC_ASSERT(line.ends_with('\n'));
      RC_ASSERT(std::ranges::count_if(line, is_control) == 1);
    }
  }));
}

TEST(LogLevels, AreInfoByDefault) {
  EXPECT_TRUE(LogLevels().takes(Level::Info, "app"));
  EXPECT_FALSE(LogLevels().takes(Level::Debug, "app"));
  EXPECT_TRUE(levels({"debug"}).takes(Level::Debug, "app"));
}

TEST(LogLevels, OfALoggerOverrideTheGeneralLevelAndLaterOnesOverrideEarlierOnes) {
  const LogLevels chosen = levels({"store=info", "error", "store=debug"});
  EXPECT_TRUE(chosen.takes(Level::Debug, "store"));
  EXPECT_FALSE(chosen.takes(Level::Warning, "app"));
}

TEST(LogLevels, RefuseTextThatIsNotALevel) {
  for (const std::string word : {"loud", "", "=info", "store=", "store=loud", "Info"}) {
    const auto parsed = LogLevels::parse(std::array{word});
    ASSERT_FALSE(parsed) << word;
    EXPECT_EQ(
        parsed.error().message,
        "'" + word + "' is not a level; write debug, info, warning or error, or LOGGER=LEVEL");
  }
}

struct OneLine final : LineSink {
  void write(std::string_view line) noexcept override { text += line; }
  std::string text;
};

class StoppedClock final : public ForwardingKernel {
 public:
  StoppedClock() : ForwardingKernel(system_kernel()) {}
  std::int64_t unix_seconds() override { return kTime; }
};

TEST(LineLog, WritesMessagesOfItsLevelsToItsSink) {
  StoppedClock clock;
  OneLine sink;
  LineLog log(clock, sink, LogFormat::Text, levels({"warning", "app=info"}));
  log.write(Level::Info, "not kept");
  EXPECT_EQ(sink.text, "");
  log.write(Level::Warning, "kept");
  log.write({Level::Info, "app", "kept too", {}});
  EXPECT_EQ(sink.text,
            "1994-11-06T08:49:37Z warning server: kept\n"
            "1994-11-06T08:49:37Z info app: kept too\n");
}

TEST(LineLog, WritesAShortenedMessageWhenMemoryIsShort) {
  if (!counts_allocations()) GTEST_SKIP();
  struct Sink final : LineSink {
    void write(std::string_view line) noexcept override {
      if (line.size() < sizeof text) size = line.copy(text, sizeof text);
    }
    char text[8192];
    std::size_t size = 0;
  } sink;
  const std::string message = "out of memory: " + std::string(100'000, '\n');
  const std::string long_text(1000, 'x');
  const std::array with_id = {LogField{"id", "a1c0"}, LogField{"route", "/hi/{name}"}};
  const std::array with_long = {LogField{"id", long_text}};
  for (const LogFormat format : {LogFormat::Text, LogFormat::Colour, LogFormat::Json}) {
    LineLog log(system_kernel(), sink, format, levels({"info"}));
    for (const std::span<const LogField> fields :
         {std::span<const LogField>(with_id), std::span<const LogField>(with_long)}) {
      sink.size = 0;
      fail_allocation(1);
      const std::size_t before = allocations_so_far().count;
      log.write({.level = Level::Error, .logger = "app", .message = message, .fields = fields});
      EXPECT_EQ(stop_failing_allocations(), 0u) << "it has failed";
      EXPECT_EQ(allocations_so_far().count, before) << "and no other was tried";
      const std::string_view line(sink.text, sink.size);
      EXPECT_NE(line.find("out of memory: "), line.npos) << line;
      EXPECT_EQ(line.find("a1c0") != line.npos, fields[0].value == "a1c0") << line;
      EXPECT_TRUE(line.ends_with('\n')) << line;
    }
  }
}

}  // namespace
}  // namespace mastic::base
