#include "mastic/topics/message_id.h"

#include <array>
#include <charconv>

#include "mastic/base/text.h"

namespace mastic::topics {

std::string MessageId::to_string() const {
  std::array<char, 16 + 1 + 20> text;
  char* at = std::to_chars(text.begin(), text.end(), epoch, 16).ptr;
  *at++ = '-';
  at = base::put_decimal(at, number);
  return {text.begin(), at};
}

std::optional<MessageId> MessageId::parse(std::string_view text) {
  std::string_view number_text = text;
  const auto epoch = base::parse_hexadecimal(base::take_until(number_text, '-'));
  const auto number = base::parse_decimal(number_text);
  if (!epoch || !number) return std::nullopt;
  const MessageId id{*epoch, *number};
  // An id has one spelling: without leading zeros, and with digits in lower case.
  if (id.to_string() != text) return std::nullopt;
  return id;
}

}  // namespace mastic::topics
