#include "mastic/loop/signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <utility>

namespace mastic::loop {

void block_signals(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void ignore_broken_pipes() { (void)signal(SIGPIPE, SIG_IGN); }

base::Result<std::unique_ptr<Signals>> Signals::open(Loop& loop, std::initializer_list<int> signals,
                                                     std::function<void(int)> received) {
  std::uint64_t set = 0;
  for (const int signal : signals) set |= std::uint64_t{1} << (signal - 1);
  const int fd = loop.kernel().signalfd(set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0) return base::fail_with_number(-fd, "cannot receive signals");
  std::unique_ptr<Signals> opened(
      new Signals(loop, base::Descriptor(loop.kernel(), fd), std::move(received)));
  if (const auto watched = loop.watch(*opened, {.readable = true}); !watched) {
    return std::unexpected(watched.error());
  }
  return opened;
}

Signals::Signals(Loop& loop, base::Descriptor descriptor, std::function<void(int)> received)
    : Source(descriptor.fd()),
      loop_(loop),
      descriptor_(std::move(descriptor)),
      received_(std::move(received)) {}

void Signals::ready(Readiness) noexcept {
  signalfd_siginfo info{};
  while (descriptor_.kernel().read(fd_, &info, sizeof info) == sizeof info) {
    received_(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace mastic::loop
