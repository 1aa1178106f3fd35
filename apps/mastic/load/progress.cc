#include "apps/mastic/load/progress.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "apps/mastic/load/figures.h"

namespace mastic::load {
namespace {

constexpr std::size_t kMostColumns = 80;

std::string time_left(const Progress& progress) {
  if (!progress.is_warm) return " warming up";
  std::string text = " " + std::to_string(static_cast<int>(progress.part * 100)) + " %";
  if (progress.seconds_left < 0) return text;
  const auto left = static_cast<int>(std::ceil(progress.seconds_left));
  if (left >= 60) text += "  " + std::to_string(left / 60) + " min";
  text += (left >= 60 ? " " : "  ") + std::to_string(left % 60) + " s left";
  return text;
}

}  // namespace

std::string progress_bar(const Progress& progress, Look look) {
  const std::string words = time_left(progress);
  const std::size_t columns = std::min(look.columns, kMostColumns);
  // The frame takes two columns, and a last column that is written to may begin a line.
  if (columns < words.size() + 8)
    return words.substr(1, look.columns - std::min<std::size_t>(look.columns, 1));
  const std::size_t inner = columns - words.size() - 3;
  const std::string filled = bar(progress.part, inner, look.unicode);
  std::string text = look.unicode ? "▕" : "[";
  text += filled;
  text.append(inner - columns_of(filled), look.unicode ? ' ' : '-');
  return text.append(look.unicode ? "▏" : "]").append(words);
}

std::string progress_figures(const Progress& progress, Look look) {
  std::string text;
  const auto add = [&](const std::string& part) {
    const std::size_t gap = text.empty() ? 0 : 2;
    if (columns_of(text) + gap + columns_of(part) >= look.columns) return false;
    text.append(gap, ' ').append(part);
    return true;
  };
  const auto latency = [&](std::string_view name, std::uint64_t ns) {
    return std::string(name) + " " + time_text(ns, look.unicode);
  };
  // Failures come early, so that they are not what is left out.
  bool fits = add(rate_text(progress.rate_now) + "/s now");
  if (progress.failures > 0) fits = fits && add(grouped(progress.failures) + " failed");
  if (!progress.is_warm) return text;
  fits = fits && add(rate_text(progress.rate) + "/s on average");
  fits = fits && add(latency("p50", progress.p50));
  fits = fits && add(latency("p90", progress.p90));
  static_cast<void>(fits && add(latency("p99", progress.p99)));
  return text;
}

}  // namespace mastic::load
