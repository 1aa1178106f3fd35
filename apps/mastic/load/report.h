// The result of a load, as text for people and as JSON for programs.

#pragma once

#include <string>
#include <vector>

#include "apps/mastic/load/generator.h"
#include "apps/mastic/load/progress.h"

namespace mastic::load {

/// The result with a histogram of latencies, for people.
[[nodiscard]] std::string report_text(const Options& options, const Result& result, Look look);
/// The histogram alone: a line for each range of latencies, which grow by the same factor, from the
/// smallest to the 99.9th percentile; the last line has all that are larger.
[[nodiscard]] std::string histogram_text(const Histogram& latency, Look look);
/// The result as one JSON object and a line break.
[[nodiscard]] std::string report_json(const Options& options, const Result& result,
                                      const std::string& url);
/// Why the figures may not be those of the server: the generator was busy itself, or late.
[[nodiscard]] std::vector<std::string> doubts(const Options& options, const Result& result);
/// Whether every answer was right, and there was at least one.
[[nodiscard]] bool is_success(const Result& result);

}  // namespace mastic::load
