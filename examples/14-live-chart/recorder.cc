#include "recorder.h"

#include <chrono>

using namespace std::chrono_literals;
using std::chrono::milliseconds;

mastic::Task<> Recorder::record() {
  measure_();  // from now on
  for (;;) {
    co_await mastic::sleep_for(500ms);
    const auto now = std::chrono::floor<milliseconds>(mastic::now().time_since_epoch());
    add({now.count(), measure_()});
  }
}

void Recorder::add(const Sample& sample) {
  {
    const std::lock_guard lock(mutex_);
    samples_.push_back(sample);
    if (samples_.size() > kMaxSamples) samples_.pop_front();
  }
  topic_.publish(mastic::to_json(sample));
}

std::vector<Sample> Recorder::samples() const {
  const std::lock_guard lock(mutex_);
  return {samples_.begin(), samples_.end()};
}
