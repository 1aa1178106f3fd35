#include "mastic/testing/difference.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "mastic/base/encoding.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/testing/environment.h"

namespace mastic::testing {
namespace {

constexpr std::size_t kContext = 2;  // lines shown before and after a change
constexpr std::size_t kMaxCells =
    4'000'000;  // of the table below: 2,000 changed lines of each text
constexpr std::size_t kMaxShownLine = 500;
constexpr std::size_t kMaxShown = 200;  // lines; who has to read more looks at the file

/// A line of the result: in both texts, only in the expected one, or only in the actual one.
struct Step {
  char mark;  ///< ' ', '-' or '+'
  std::size_t number;
  std::string_view line;
};

using Lines = std::vector<std::string_view>;

/// The lines of a text, each with its line feed.
Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// For each i and j, how many lines the rests of both texts from there on have in common.
class CommonLines {
 public:
  CommonLines(const Lines& a, const Lines& b) : width_(b.size() + 1) {
    counts_.resize((a.size() + 1) * width_);
    for (std::size_t i = a.size(); i-- > 0;) {
      for (std::size_t j = b.size(); j-- > 0;) {
        at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  [[nodiscard]] std::uint32_t& at(std::size_t i, std::size_t j) { return counts_[i * width_ + j]; }

 private:
  std::size_t width_;
  std::vector<std::uint32_t> counts_;
};

/// The steps from one text to the other. `before` lines are the same in front of both.
std::vector<Step> steps_between(const Lines& a, const Lines& b, std::size_t before) {
  std::vector<Step> steps;
  std::size_t i = 0;
  std::size_t j = 0;
  const auto drop = [&] {
    steps.push_back({'-', before + i + 1, a[i]});
    ++i;
  };
  const auto add = [&] {
    steps.push_back({'+', before + j + 1, b[j]});
    ++j;
  };
  // Texts that differ in very many lines are shown one after the other.
  if (a.size() * b.size() <= kMaxCells) {
    CommonLines common(a, b);
    while (i < a.size() && j < b.size()) {
      if (a[i] == b[j]) {
        steps.push_back({' ', before + j + 1, b[j]});
        ++i, ++j;
      } else {
        common.at(i + 1, j) >= common.at(i, j + 1) ? drop() : add();
      }
    }
  }
  while (i < a.size()) drop();
  while (j < b.size()) add();
  return steps;
}

void append_step(std::string& out, const Step& step) {
  std::string_view line = step.line;
  const bool ends = line.ends_with('\n');
  if (ends) line.remove_suffix(1);
  const std::size_t seen = line.find_last_not_of(" \t\r") + 1;
  const std::string number = std::to_string(step.number);
  out += step.mark;
  out.append(5 - std::min<std::size_t>(number.size(), 5), ' ').append(number).append("   ");
  base::append_log_text_escaped(out, line.substr(0, seen), kMaxShownLine);
  for (const char c : line.substr(seen)) out += c == ' ' ? "\\x20" : c == '\t' ? "\\t" : "\\r";
  if (!ends) out += "   (without a line feed)";
  out += '\n';
}

}  // namespace

std::string difference(std::string_view expected, std::string_view actual) {
  if (expected == actual) return {};
  Lines a = split(expected);
  Lines b = split(actual);
  // What is the same at both ends is not compared with everything.
  const auto [a_front, b_front] = std::ranges::mismatch(a, b);
  const std::size_t before = static_cast<std::size_t>(a_front - a.begin());
  const std::size_t shown_before = std::min(before, kContext);
  std::size_t after = 0;
  while (after < std::min(a.size(), b.size()) - before &&
         a.end()[-1 - static_cast<long>(after)] == b.end()[-1 - static_cast<long>(after)]) {
    ++after;
  }
  std::vector<Step> steps;
  for (std::size_t i = before - shown_before; i < before; ++i) steps.push_back({' ', i + 1, b[i]});
  const Lines a_middle(a_front, a.end() - static_cast<long>(after));
  const Lines b_middle(b_front, b.end() - static_cast<long>(after));
  for (const Step& step : steps_between(a_middle, b_middle, before)) steps.push_back(step);
  for (std::size_t i = b.size() - after; i < b.size() && i < b.size() - after + kContext; ++i) {
    steps.push_back({' ', i + 1, b[i]});
  }
  // Only what is near a change is shown.
  std::string out;
  std::size_t shown = 0;  // everything before this step is shown or left out
  std::size_t count = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t first = i - std::min(i, kContext);
    const std::size_t last = std::min(i + kContext + 1, steps.size());
    const auto is_change = [](const Step& step) { return step.mark != ' '; };
    if (std::none_of(steps.begin() + static_cast<long>(first),
                     steps.begin() + static_cast<long>(last), is_change)) {
      continue;
    }
    if (++count > kMaxShown) return out + "   ... and more\n";
    if (shown != i) out += "   ...\n";
    append_step(out, steps[i]);
    shown = i + 1;
  }
  return out;
}

bool writes_golden_files() { return !environment("MASTIC_WRITE_GOLDEN").empty(); }

std::string write_golden_file(const std::string& path, std::string_view text) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) return "cannot make the folder " + folder.string() + ": " + error.message();
  // A stream does not tell why it cannot open a file.
  base::Kernel& kernel = base::system_kernel();
  const int opened = kernel.open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (opened < 0) return "cannot write " + path + ": " + base::describe_number(-opened);
  kernel.close(opened);
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  return file ? "" : "cannot write " + path;
}

}  // namespace mastic::testing
