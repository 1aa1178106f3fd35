#include "apps/mastic/load/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mastic/base/text.h"

namespace mastic::load {
namespace {

/// Whether the terminal cannot move its cursor.
bool terminal_is_dumb() {
  const char* const name = std::getenv("TERM");
  return name == nullptr || std::string_view(name) == "dumb";
}

/// Whether the locale's characters are UTF-8, by the rules of setlocale(3).
bool locale_is_utf8() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string locale = base::lower_case(value);
    return locale.contains("utf-8") || locale.contains("utf8");
  }
  return false;
}

void write_to_terminal(std::string_view text) {
  // If the terminal is gone, there is nothing to be shown.
  static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
}

}  // namespace

Look look_of(int stream) {
  Look look{.columns = 80, .unicode = locale_is_utf8()};
  winsize size{};
  if (ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) look.columns = size.ws_col;
  return look;
}

Display::Display(const Options& options, bool is_wanted, bool has_colours)
    : options_(options),
      is_shown_(is_wanted && isatty(STDERR_FILENO) == 1),
      is_dumb_(terminal_is_dumb()),
      has_colours_(has_colours),
      counts_{{Clock::now(), 0}} {}

Display::~Display() {
  if (is_drawn_) write_to_terminal("\r\x1b[J");
}

void Display::show(const Result& so_far, bool is_warm) {
  if (!is_shown_) return;
  const Progress progress = progress_of(so_far, is_warm);
  const Look look = look_of(STDERR_FILENO);
  const std::string figures = progress_figures(progress, look);
  if (is_dumb_) {
    if (Clock::now() < next_line_) return;
    next_line_ = Clock::now() + std::chrono::seconds(1);
    return write_to_terminal(figures + "\n");
  }
  std::string drawn = "\r\x1b[J";
  const bool is_red = has_colours_ && progress.failures > 0;
  drawn += progress_bar(progress, look) + "\n";
  drawn += (is_red ? "\x1b[31m" + figures + "\x1b[0m" : figures);
  drawn += "\x1b[A\r";  // back to the first line, which the next drawing begins with
  write_to_terminal(drawn);
  is_drawn_ = true;
}

Progress Display::progress_of(const Result& so_far, bool is_warm) {
  const auto now = Clock::now();
  // Measuring has begun with a new count.
  if (counts_.back().second > so_far.answers) counts_ = {{counts_.back().first, 0}};
  counts_.emplace_back(now, so_far.answers);
  while (counts_.size() > 2 && now - counts_.front().first > std::chrono::milliseconds(1100)) {
    counts_.pop_front();
  }
  const std::chrono::duration<double> time = now - counts_.front().first;
  Progress progress{.is_warm = is_warm, .failures = so_far.failures.count()};
  if (time.count() > 0) {
    progress.rate_now = static_cast<double>(so_far.answers - counts_.front().second) / time.count();
  }
  if (!is_warm) return progress;
  const double seconds = so_far.seconds;
  if (seconds > 0) progress.rate = static_cast<double>(so_far.answers) / seconds;
  if (options_.requests > 0) {
    progress.part = static_cast<double>(so_far.answers + progress.failures) /
                    static_cast<double>(options_.requests);
    if (progress.part > 0) progress.seconds_left = seconds / progress.part - seconds;
  }
  const double whole = std::chrono::duration<double>(options_.duration).count();
  if (options_.duration < base::Duration::max() && seconds / whole > progress.part) {
    progress.part = seconds / whole;
    progress.seconds_left = std::max(whole - seconds, 0.0);
  }
  progress.part = std::clamp(progress.part, 0.0, 1.0);
  progress.p50 = so_far.latency.at(0.5);
  progress.p90 = so_far.latency.at(0.9);
  progress.p99 = so_far.latency.at(0.99);
  return progress;
}

}  // namespace mastic::load
