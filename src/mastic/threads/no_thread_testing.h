// A system that has no thread to give, for tests.

#pragma once

#include <pthread.h>

#include <cstddef>

namespace mastic::threads {

/// While it exists, no thread can be started in this process: each would want a stack that is
/// larger than what a process can address.
class NoThread {
 public:
  NoThread() {
    pthread_getattr_default_np(&usual_);
    pthread_attr_t huge;
    pthread_getattr_default_np(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{1} << 47);
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  ~NoThread() {
    pthread_setattr_default_np(&usual_);
    pthread_attr_destroy(&usual_);
  }
  NoThread(const NoThread&) = delete;
  NoThread& operator=(const NoThread&) = delete;

 private:
  pthread_attr_t usual_{};
};

}  // namespace mastic::threads
