#include "apps/mastic/load/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "mastic/base/encoding.h"
#include "mastic/json/json.h"

#include "apps/mastic/load/figures.h"

namespace mastic::load {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 6> kPercentiles{{{"p50", 0.5},
                                                                           {"p75", 0.75},
                                                                           {"p90", 0.9},
                                                                           {"p99", 0.99},
                                                                           {"p99.9", 0.999},
                                                                           {"p99.99", 0.9999}}};

double rate_of(const Result& result) {
  return result.seconds > 0 ? static_cast<double>(result.answers) / result.seconds : 0;
}

/// A size as people write it: "1.2 MB", "831 B".
std::string size_text(double bytes) { return base::human_size(static_cast<std::uint64_t>(bytes)); }

std::string padded(std::string text, std::size_t columns) {
  text.append(columns - std::min(columns, columns_of(text)), ' ');
  return text;
}

std::string right_aligned(const std::string& text, std::size_t columns) {
  return std::string(columns - std::min(columns, columns_of(text)), ' ') + text;
}

std::string line_of(std::string_view name, const std::string& value, const std::string& more = "") {
  std::string line = "  " + padded(std::string(name), 12) + value;
  if (!more.empty()) line = padded(std::move(line), 28) + "  " + more;
  return line + "\n";
}

std::string printed(std::string_view text) {
  std::string out;
  base::append_log_text_escaped(out, text, 200);
  return out;
}

std::string failures_text(const Failures& failures) {
  if (failures.count() == 0) return "";
  std::string text = line_of("failed", grouped(failures.count()));
  for (std::size_t kind = 0; kind < kFailureNames.size(); ++kind) {
    const auto& [count, first] = failures.kinds()[kind];
    if (count == 0) continue;
    text += "    " + padded(std::string(kFailureNames[kind]), 10) + grouped(count) +
            "  the first: " + printed(first) + "\n";
  }
  return text;
}

std::string cpu_text(const Result& result) {
  if (result.answers == 0) return "";
  const auto each = [&](double seconds) {
    const double ns = 1e9 * seconds / static_cast<double>(result.answers);
    return time_text(static_cast<std::uint64_t>(std::max(ns, 0.0)), false) + " per request";
  };
  std::string text;
  if (result.server_cpu_seconds) text += line_of("server CPU", each(*result.server_cpu_seconds));
  return text + line_of("own CPU", each(result.own_cpu_seconds));
}

std::string latency_text(const Histogram& latency, Look look) {
  std::string text = "latency";
  std::string line;
  const auto add = [&](std::string_view name, std::uint64_t ns) {
    line += "  " + padded(std::string(name), 6) + " " + padded(time_text(ns, look.unicode), 10);
    // Four on a line.
    if (columns_of(line) < 70) return;
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n       ";
    line.clear();
  };
  for (const auto& [name, part] : kPercentiles) add(name, latency.at(part));
  add("max", latency.largest());
  text += line;
  text.erase(text.find_last_not_of(" \n") + 1);
  return text + "\n";
}

}  // namespace

// The ranges are those between the powers of a factor, the largest that gives enough lines. A range
// without a latency has no line.
std::string histogram_text(const Histogram& latency, Look look) {
  if (latency.count() == 0) return "";
  constexpr double kMostLines = 14;
  const auto smallest = static_cast<double>(std::max<std::uint64_t>(latency.smallest(), 1));
  const auto usual = std::max(static_cast<double>(latency.at(0.999)), smallest * 1.001);
  const double factor = std::max(std::pow(usual / smallest, 1 / kMostLines), 1.05);
  const auto lines =
      static_cast<std::size_t>(std::ceil(std::log(usual / smallest) / std::log(factor) - 1e-6));
  std::vector<std::uint64_t> counts(lines + 1);
  latency.for_each([&](std::uint64_t ns, std::uint64_t count) {
    const double line =
        std::log(std::max(static_cast<double>(ns) / smallest, 1.0)) / std::log(factor);
    // A value at the end of a range belongs to it.
    const double above = std::max(std::ceil(line - 1e-6) - 1, 0.0);
    counts[std::min(static_cast<std::size_t>(above), lines)] += count;
  });
  const std::uint64_t most = *std::ranges::max_element(counts);
  const std::size_t columns = std::clamp<std::size_t>(look.columns, 50, 100) - 40;
  std::string text;
  for (std::size_t line = 0; line <= lines; ++line) {
    const std::uint64_t count = counts[line];
    if (count == 0) continue;
    const auto end = line == lines ? static_cast<double>(latency.largest())
                                   : smallest * std::pow(factor, static_cast<double>(line + 1));
    const double part = static_cast<double>(count) / static_cast<double>(latency.count());
    std::array<char, 16> percent{};
    std::snprintf(percent.data(), percent.size(), "%6.2f %%", 100 * part);
    std::string filled =
        bar(static_cast<double>(count) / static_cast<double>(most), columns, look.unicode);
    // A few are shown as something.
    if (filled.empty() && count > 0) filled = look.unicode ? "▏" : ".";
    std::string row = right_aligned(
        "<= " + time_text(static_cast<std::uint64_t>(std::lround(end)), look.unicode), 13);
    row += " " + right_aligned(grouped(count), 12) + " " + percent.data() + " " + filled;
    text += row + "\n";
  }
  return text;
}

std::string report_text(const Options& options, const Result& result, Look look) {
  std::string text = std::to_string(options.connections) +
                     (options.connections == 1 ? " connection" : " connections");
  if (options.pipeline > 1) text += ", " + std::to_string(options.pipeline) + " requests together";
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), ", %.2f s", result.seconds);
  text.append(seconds.data());
  if (options.rate > 0) text += ", at " + rate_text(options.rate) + " requests/s";
  text += "\n\n";
  text += line_of("answers", grouped(result.answers), rate_text(rate_of(result)) + "/s");
  text += line_of(
      "received", size_text(static_cast<double>(result.bytes)),
      size_text(result.seconds > 0 ? static_cast<double>(result.bytes) / result.seconds : 0) +
          "/s");
  if (result.reconnects > 0) text += line_of("reconnects", grouped(result.reconnects));
  text += failures_text(result.failures);
  text += cpu_text(result);
  if (result.latency.count() == 0) return text;
  return text + "\n" + latency_text(result.latency, look) + "\n" +
         histogram_text(result.latency, look);
}

namespace {

struct FailureReport {
  std::uint64_t count = 0;
  std::string first;
};

struct Report {
  std::string url;
  std::uint64_t connections = 0;
  std::uint64_t answers = 0;
  std::uint64_t failures = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  double rate = 0;
  double behind_seconds = 0;
  bool interrupted = false;
  std::optional<double> server_us;  // CPU time per answer
  std::optional<double> own_us;
  double own_core_percent = 0;
  std::map<std::string, double> latency_us;
  std::map<std::string, FailureReport> failed;
  std::vector<std::string> doubts;
};

double rounded(double number, double unit) { return std::round(number / unit) * unit; }

}  // namespace

std::string report_json(const Options& options, const Result& result, const std::string& url) {
  Report report{.url = url,
                .connections = options.connections,
                .answers = result.answers,
                .failures = result.failures.count(),
                .reconnects = result.reconnects,
                .bytes = result.bytes,
                .seconds = result.seconds,
                .rate = rate_of(result),
                .behind_seconds = result.behind_seconds,
                .interrupted = result.interrupted,
                .server_us = std::nullopt,
                .own_us = std::nullopt,
                .latency_us = {},
                .failed = {},
                .doubts = doubts(options, result)};
  if (result.answers > 0) {
    const double each = 1e6 / static_cast<double>(result.answers);
    report.own_us = result.own_cpu_seconds * each;
    if (result.server_cpu_seconds) report.server_us = *result.server_cpu_seconds * each;
  }
  if (result.seconds > 0) report.own_core_percent = 100 * result.own_cpu_seconds / result.seconds;
  if (result.latency.count() > 0) {
    const auto us = [](std::uint64_t ns) { return rounded(static_cast<double>(ns) / 1000, 0.001); };
    for (const auto& [name, part] : kPercentiles) {
      report.latency_us[std::string(name)] = us(result.latency.at(part));
    }
    report.latency_us["min"] = us(result.latency.smallest());
    report.latency_us["max"] = us(result.latency.largest());
  }
  for (std::size_t kind = 0; kind < kFailureNames.size(); ++kind) {
    const auto& [count, first] = result.failures.kinds()[kind];
    if (count > 0) report.failed[std::string(kFailureNames[kind])] = {count, printed(first)};
  }
  return json::to_json(report) + "\n";
}

std::vector<std::string> doubts(const Options& options, const Result& result) {
  std::vector<std::string> found;
  const double core = result.seconds > 0 ? result.own_cpu_seconds / result.seconds : 0;
  if (core > 0.9) {
    found.push_back("the load generator itself used " + std::to_string(std::lround(100 * core)) +
                    " % of a core, so the server may be faster than this shows");
  }
  // A request or two are late at any moment, however fast the server is.
  constexpr double kMostBehind = 0.1;
  if (options.rate > 0 && result.behind_seconds > kMostBehind) {
    found.push_back("requests were sent " +
                    time_text(static_cast<std::uint64_t>(1e9 * result.behind_seconds), false) +
                    " late at the end: " + std::to_string(options.connections) +
                    " connections do not reach this rate");
  }
  if (result.interrupted) found.emplace_back("the run was interrupted");
  if (result.gave_up) {
    found.push_back("there was no answer for " + base::format_duration(2 * options.timeout) +
                    ", so the run was ended");
  }
  if (result.answers == 0) found.emplace_back("there was no right answer in the measured time");
  return found;
}

bool is_success(const Result& result) { return result.answers > 0 && result.failures.count() == 0; }

}  // namespace mastic::load
