// What an operator may say of a service: where it listens, its logs, and the options of its server.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/options.h"
#include "mastic/server/options.h"

namespace mastic::catalog {

/// Auto: text, in colours when standard error is a terminal that wants them (run.h).
enum class LogFormatChoice { Auto, Text, Colour, Json };
enum class AccessLogChoice { Off, Combined, Json };

struct Options {
  std::vector<base::Address> bind = {*base::Address::parse("127.0.0.1:8080")};
  std::string socket_mode = "600";
  std::string socket_owner;
  std::vector<std::string> log_level = {"info"};
  LogFormatChoice log_format = LogFormatChoice::Auto;
  std::string log_file = "-";
  AccessLogChoice access_log = AccessLogChoice::Off;
  std::string access_log_file = "-";
  std::uint64_t max_log_field_bytes = 4096;
  server::Options server;

  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::catalog
