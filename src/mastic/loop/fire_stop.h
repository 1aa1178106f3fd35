// Fires a stop source from a loop.

#pragma once

#include <memory>
#include <stop_token>
#include <utility>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/source.h"

namespace mastic::loop {

/// Callbacks of a stop token are user code, so they get a job of their own. The loop may end before
/// that has run: then it goes with the loop.
class FireStop final : public async::Job, public Kept {
 public:
  /// On the loop.
  static void fire(std::unique_ptr<FireStop> stop, Loop& loop) noexcept {
    FireStop& job = *stop;
    loop.keep(std::move(stop));
    loop.enqueue(job);
  }
  void run() noexcept override { source.request_stop(); }
  void finish() noexcept override { delete this; }

  std::stop_source source;
};

}  // namespace mastic::loop
