// The threads that drive loops.

#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "mastic/loop/loop.h"

namespace mastic::loop {

/// Starts a thread for each loop it is given, which drives it until it is stopped or lost.
class Drivers {
 public:
  Drivers() = default;
  /// Requires: every loop was stopped, or will be by another thread.
  ~Drivers() { join(); }

  /// How many threads can run at a time on this machine; at least 1.
  [[nodiscard]] static unsigned cores();

  void start(Loop& loop);
  void join();

 private:
  std::vector<std::thread> threads_;
};

}  // namespace mastic::loop
