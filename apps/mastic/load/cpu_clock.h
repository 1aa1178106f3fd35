// The CPU time of a process, which another process may read.

#pragma once

#include <ctime>
#include <optional>

namespace mastic::load {

/// The CPU clock of a process, as clock_getcpuclockid(3) encodes it. It includes threads that have
/// ended.
inline clockid_t clock_of(int process) { return static_cast<clockid_t>((~process) * 8 | 2); }

/// What a clock shows, in seconds; nullopt if the process does not exist.
inline std::optional<double> cpu_seconds(clockid_t clock) {
  timespec now{};
  if (clock_gettime(clock, &now) != 0) return std::nullopt;
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The CPU time that processes use during a measurement.
class CpuTimes {
 public:
  /// Begins to measure this process, and the process `server` unless that is 0.
  explicit CpuTimes(int server)
      : server_(server), own_before_(own()), server_before_(of_server()) {}

  /// The seconds that this process has used.
  [[nodiscard]] double own_seconds() const { return own() - own_before_; }
  /// The seconds that the server has used; nullopt if there is no server, or if it has ended.
  [[nodiscard]] std::optional<double> server_seconds() const {
    const auto now = of_server();
    if (!now || !server_before_) return std::nullopt;
    return *now - *server_before_;
  }

 private:
  static double own() { return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID).value_or(0); }
  [[nodiscard]] std::optional<double> of_server() const {
    return server_ == 0 ? std::nullopt : cpu_seconds(clock_of(server_));
  }

  int server_;
  double own_before_;
  std::optional<double> server_before_;
};

}  // namespace mastic::load
