#include "mastic/loop/drivers.h"

namespace mastic::loop {

void Drivers::start(Loop& loop) {
  threads_.emplace_back([&loop] { loop.drive(); });
}

void Drivers::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace mastic::loop
