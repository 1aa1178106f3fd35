#include "apps/mastic/load/report.h"

#include <gtest/gtest.h>

#include <sstream>

#include "mastic/json/json_document.h"

#include "apps/mastic/load/figures.h"

namespace mastic::load {
namespace {

constexpr Look kPlain{.columns = 80, .unicode = false};

Result some_result() {
  Result result{.answers = 1000, .bytes = 50'000, .seconds = 2, .latency = {}, .failures = {}};
  for (int i = 0; i < 990; ++i) result.latency.add(100'000);
  for (int i = 0; i < 10; ++i) result.latency.add(5'000'000);
  return result;
}

TEST(LoadReport, ShowsRatesLatenciesAndAHistogram) {
  const std::string text = report_text(Options{}, some_result(), kPlain);
  EXPECT_NE(text.find("64 connections, 2.00 s\n"), std::string::npos) << text;
  EXPECT_NE(text.find("answers     1,000           500/s\n"), std::string::npos) << text;
  EXPECT_NE(text.find("p50    100 us"), std::string::npos) << text;
  EXPECT_NE(text.find("max    5.00 ms"), std::string::npos) << text;
  EXPECT_NE(text.find(" 99.00 % ########################################\n"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("failed"), std::string::npos) << text;
}

TEST(LoadReport, ShowsEachKindOfFailureWithItsFirstExample) {
  Result result = some_result();
  result.failures.add(Failure::Reset, 1, "a connection ended: Connection reset by peer");
  result.failures.add(Failure::Reset, 1, "another");
  result.failures.add(Failure::Different, 5, "the content\x1b[31m differs");
  const std::string text = report_text(Options{}, result, kPlain);
  EXPECT_NE(text.find("  failed      7\n"), std::string::npos) << text;
  EXPECT_NE(text.find("reset     2  the first: a connection ended: Connection reset by peer\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("the content\\x1B[31m differs"), std::string::npos) << text;
  EXPECT_FALSE(is_success(result));
}

TEST(LoadReport, CountsEveryLatencyInOneLineOfTheHistogram) {
  for (const std::uint64_t factor : {1U, 3U, 1000U}) {
    Histogram latency;
    for (std::uint64_t i = 1; i <= 1000; ++i) latency.add(50'000 + i * i * factor);
    std::istringstream lines(histogram_text(latency, {.columns = 80, .unicode = true}));
    std::string line;
    std::size_t all = 0;
    while (std::getline(lines, line)) {
      EXPECT_LE(columns_of(line), 80U);
      std::istringstream words(line);
      std::string relation, value, unit, count;
      words >> relation >> value >> unit >> count;
      std::erase(count, ',');
      all += std::stoul(count);
    }
    EXPECT_EQ(all, 1000U);
  }
}

TEST(LoadReport, DrawsAHistogramOfEqualLatencies) {
  Histogram latency;
  for (int i = 0; i < 5; ++i) latency.add(1000);
  EXPECT_NE(histogram_text(latency, kPlain).find("5 100.00 %"), std::string::npos)
      << histogram_text(latency, kPlain);
  EXPECT_EQ(histogram_text({}, kPlain), "");
}

TEST(LoadReport, HasNoEmptyLinesInItsHistogram) {
  Histogram latency;
  for (const std::uint64_t ns : {1000U, 1000U, 5'000'000U}) latency.add(ns);
  std::istringstream lines(histogram_text(latency, kPlain));
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    ++count;
    EXPECT_FALSE(line.contains(" 0.00 %")) << line;
  }
  EXPECT_EQ(count, 2);
}

TEST(LoadReport, HasAnObjectForPrograms) {
  Result result = some_result();
  result.failures.add(Failure::Status, 2, "the status is 503 instead of 200");
  result.server_cpu_seconds = 0.01;
  const std::string text = report_json(Options{}, result, "http://127.0.0.1/");
  EXPECT_TRUE(text.starts_with("{\"url\":\"http://127.0.0.1/\",")) << text;
  EXPECT_TRUE(text.ends_with("}\n")) << text;
  EXPECT_NE(text.find("\"answers\":1000"), std::string::npos) << text;
  EXPECT_NE(text.find("\"rate\":500"), std::string::npos) << text;
  EXPECT_NE(text.find("\"server_us\":10"), std::string::npos) << text;
  EXPECT_NE(text.find("\"p50\":100"), std::string::npos) << text;
  EXPECT_NE(text.find("\"status\":{\"count\":2,\"first\":\"the status is 503 instead of 200\"}"),
            std::string::npos)
      << text;
}

TEST(LoadReport, HasNoFiguresPerAnswerWithoutAnswers) {
  const std::string text = report_json(Options{}, Result{}, "http://127.0.0.1/");
  EXPECT_EQ(text.find("own_us\":"), std::string::npos) << text;
  EXPECT_NE(text.find("\"latency_us\":{}"), std::string::npos) << text;
  EXPECT_FALSE(is_success(Result{}));
}

TEST(LoadReport, DoubtsFiguresOfABusyOrLateGenerator) {
  Result result = some_result();
  EXPECT_TRUE(doubts(Options{}, result).empty());
  result.own_cpu_seconds = 1.9;
  ASSERT_EQ(doubts(Options{}, result).size(), 1U);
  EXPECT_NE(doubts(Options{}, result)[0].find("95 % of a core"), std::string::npos);
  result.own_cpu_seconds = 0;
  result.behind_seconds = 0.5;
  Options options;
  options.rate = 1000;
  ASSERT_EQ(doubts(options, result).size(), 1U);
  EXPECT_NE(doubts(options, result)[0].find("500 ms late"), std::string::npos);
}

}  // namespace
}  // namespace mastic::load
