// What an operator may say of a service: where it listens, its log, and the options of its server.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/options.h"
#include "mastic/server/options.h"

namespace mastic::catalog {

enum class AccessLogChoice { Off, Combined, Json };

struct Options {
  std::vector<base::Address> bind = {*base::Address::parse("127.0.0.1:8080")};
  AccessLogChoice access_log = AccessLogChoice::Off;
  std::string access_log_file = "-";
  std::uint64_t max_log_field_bytes = 4096;
  server::Options server;

  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::catalog
