// Reads the message table: cases of raw bytes and their meaning. requests.txt describes the format.

#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::wire {

struct MessageCase {
  std::string name;
  std::string bytes;
  std::string meaning;  ///< lines, each with its line feed
};

/// Prints the name of a case when a test fails.
inline void PrintTo(const MessageCase& message, std::ostream* out) { *out << message.name; }

/// The cases of `src/mastic/wire/messages/FILE`. Aborts with file and line when it is malformed.
[[nodiscard]] std::vector<MessageCase> read_message_table(std::string_view file);

/// `text` with C escapes for characters that are not printable, as in the table.
[[nodiscard]] std::string show_bytes(std::string_view text);

}  // namespace mastic::wire
