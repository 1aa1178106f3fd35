#include "mastic/loop/drivers.h"

#include <algorithm>

namespace mastic::loop {

unsigned Drivers::cores() { return std::max(1u, std::thread::hardware_concurrency()); }

void Drivers::start(Loop& loop) {
  threads_.emplace_back([&loop] { loop.drive(); });
}

void Drivers::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace mastic::loop
