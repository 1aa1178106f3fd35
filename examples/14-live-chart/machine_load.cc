#include "machine_load.h"

#include <fstream>
#include <stdexcept>
#include <string>

double MachineLoad::operator()() {
  // The first line has the times that all cores together have spent, in hundredths of a second: in
  // programs, in programs of low priority, in the kernel, idle, waiting for a disk, and others.
  std::ifstream file("/proc/stat");
  std::string cpu;
  std::uint64_t all = 0;
  std::uint64_t idle = 0;
  file >> cpu;
  std::uint64_t time = 0;
  for (int i = 0; i < 8 && file >> time; ++i) {
    all += time;
    if (i == 3 || i == 4) idle += time;
  }
  if (!file) throw std::runtime_error("cannot read /proc/stat");

  const std::uint64_t busy = all - idle;
  const bool is_first = last_all_ == 0;
  const std::uint64_t passed = all - last_all_;
  const std::uint64_t worked = busy - last_busy_;
  last_all_ = all;
  last_busy_ = busy;
  return is_first || passed == 0
             ? 0
             : 100.0 * static_cast<double>(worked) / static_cast<double>(passed);
}
