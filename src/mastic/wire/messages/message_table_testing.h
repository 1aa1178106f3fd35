// Reads the message table: cases of raw bytes beside what they mean. Its form stands in
// requests.txt.

#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::wire {

struct MessageCase {
  std::string name;
  std::string bytes;
  std::string meaning;  ///< lines, each ended
};

/// How a failed test names its case.
inline void PrintTo(const MessageCase& message, std::ostream* out) { *out << message.name; }

/// The cases of `src/mastic/wire/messages/FILE`. Aborts with file and line when it is malformed.
[[nodiscard]] std::vector<MessageCase> read_message_table(std::string_view file);

/// `text` with C escapes for what is not visible, as the table writes it.
[[nodiscard]] std::string show_bytes(std::string_view text);

}  // namespace mastic::wire
