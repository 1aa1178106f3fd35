#include "progress.h"

#include <mastic/base/units.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace {

constexpr std::size_t kWidth = 30;

/// The share of the bytes that is done, as a number from 0 to `whole`. Files that have grown in the
/// meantime do not make the share larger.
std::size_t share(const Progress& progress, std::size_t whole) {
  if (progress.all_bytes == 0) return whole;
  return static_cast<std::size_t>(std::min(progress.bytes.load(), progress.all_bytes) * whole /
                                  progress.all_bytes);
}

}  // namespace

std::string draw(const Progress& progress) {
  const std::size_t done = share(progress, kWidth);
  std::string bar = "[" + std::string(done, '#') + std::string(kWidth - done, '.') + "]  ";
  bar += std::to_string(share(progress, 100)) + " %  " + std::to_string(progress.files.load()) +
         " of " + std::to_string(progress.all_files) + " files  ";
  return bar + mastic::base::human_size(progress.bytes.load());
}

ProgressBar::ProgressBar(const Progress& progress)
    : thread_(mastic::threads::named("progress", [&progress](const std::stop_token& stop) {
        do std::fprintf(stderr, "\r\033[K%s", draw(progress).c_str());
        while (mastic::threads::sleep_for(std::chrono::milliseconds(100), stop));
        std::fputs("\r\033[K", stderr);
      })) {}
