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
/// What the access log holds: nothing, the combined format that other servers write, or JSON.
enum class AccessLogChoice { Off, Combined, Json };

/// What an operator may say of a service.
struct Options {
  /// Where it listens.
  std::vector<base::Address> bind = {*base::Address::parse("127.0.0.1:8080")};
  /// Who may connect to a Unix socket, as chmod takes it: 600 for the same user, 660 for a group.
  std::string socket_mode = "600";
  /// Whose a Unix socket is: USER:GROUP, USER or :GROUP; empty for this process.
  std::string socket_owner;
  /// The level from which messages are kept, and such levels of single loggers: "app=debug".
  std::vector<std::string> log_level = {"info"};
  /// How messages are written.
  LogFormatChoice log_format = LogFormatChoice::Auto;
  /// The file that messages go to; "-" is standard error.
  std::string log_file = "-";
  /// What the access log holds.
  AccessLogChoice access_log = AccessLogChoice::Off;
  /// The file that the access log goes to; "-" is standard output.
  std::string access_log_file = "-";
  /// The longest value of a field in a line of the log; beyond that it is truncated.
  std::uint64_t max_log_field_bytes = 4096;
  /// The limits and deadlines of the server.
  server::Options server;

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::catalog
