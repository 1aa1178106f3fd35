// Measures twice a second, keeps the last measurements, and publishes each of them.

#pragma once

#include <mastic/mastic.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

struct Sample {
  std::int64_t at = 0;  ///< in milliseconds since 1970
  double load = 0;      ///< in percent
};

/// Callable from any thread.
class Recorder {
 public:
  /// Two minutes of samples.
  static constexpr std::size_t kMaxSamples = 240;

  explicit Recorder(std::function<double()> measure) : measure_(std::move(measure)) {}

  /// Measures until it is cancelled.
  mastic::Task<> record();
  /// The last samples, the oldest first.
  [[nodiscard]] std::vector<Sample> samples() const;
  /// Every new sample, as JSON. It keeps as many as `samples`, for pages that connect again.
  [[nodiscard]] const mastic::Topic& topic() const { return topic_; }

 private:
  void add(const Sample& sample);

  std::function<double()> measure_;
  mastic::Topic topic_{{.history = kMaxSamples}};
  mutable std::mutex mutex_;
  std::deque<Sample> samples_;
};
