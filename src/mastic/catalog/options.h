// The options of a service: where it listens, its logs, and the options of its server.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/options.h"
#include "mastic/server/options.h"

namespace mastic::catalog {

/// How log messages are written. Auto is text, in colours when the log goes to a terminal and
/// NO_COLOR is not set (run.h).
enum class LogFormatChoice { Auto, Text, Colour, Json };
/// The format of the access log: none at all, the combined format that other servers write, or
/// JSON.
enum class AccessLogChoice { Off, Combined, Json };

/// The options that an operator sets for a service.
struct Options {
  /// The addresses that the service listens on.
  std::vector<base::Address> bind = {*base::Address::parse("127.0.0.1:8080")};
  /// The file mode of Unix sockets, in the digits of chmod: 600 lets the same user connect, 660 its
  /// group too.
  std::string socket_mode = "600";
  /// The owner of Unix sockets: USER:GROUP, USER or :GROUP; empty for the user of this process.
  std::string socket_owner;
  /// The lowest level that is logged ("info"), and the levels of single loggers ("app=debug").
  std::vector<std::string> log_level = {"info"};
  /// How messages are written.
  LogFormatChoice log_format = LogFormatChoice::Auto;
  /// The file that messages go to; "-" is standard error.
  std::string log_file = "-";
  /// The format of the access log, or Off.
  AccessLogChoice access_log = AccessLogChoice::Off;
  /// The file that the access log goes to; "-" is standard output.
  std::string access_log_file = "-";
  /// The longest value of one field in a line of the access log; longer ones are truncated.
  std::uint64_t max_log_field_bytes = 4096;
  /// The limits and deadlines of the server.
  server::Options server;

  /// Adds every member to `table` under its name. This object must outlive the table.
  void describe(base::OptionTable& table);
  /// Fails, and names the options concerned, when options contradict each other or cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::catalog
