// Ids that clients send, and data that may try to be more than data.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/events/event.h"
#include "mastic/topics/message_id.h"

namespace {

using namespace mastic;

/// What is read as an id has exactly one spelling.
void check_id(std::string_view text) {
  if (const auto id = topics::MessageId::parse(text)) MASTIC_ASSERT(id->to_string() == text);
}

/// Whatever the data is, a browser reads only lines of data, and one end.
void check_data(std::string_view data) {
  std::string text;
  events::append_data(text, data);
  std::string_view rest = text;
  MASTIC_ASSERT(rest.find('\r') == std::string_view::npos);
  while (rest != "\n") {
    MASTIC_ASSERT(rest.starts_with("data: "));
    rest.remove_prefix(rest.find('\n') + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check_id(text);
  check_data(text);
  return 0;
}
