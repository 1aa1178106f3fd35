// A message that was published, as all subscribers share it.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace mastic::topics {

/// A message, and the forms in which it is sent. A form is made once, by the first subscriber that
/// needs it, and shared by all subscribers of all loops.
class Published {
 public:
  /// The forms that exist. Each is made by the room of its name.
  enum class Form : std::uint8_t { WebSocketFrame, WebSocketCompressedFrame, Event };

  std::string text;  ///< the message
  std::string name;  ///< the name of the event; may be empty
  bool is_binary = false;
  std::uint64_t number = 0;  ///< counts the messages of the topic, from 1

  /// The message in `form`; `make(published)`, which returns a std::string, is called if no
  /// subscriber has needed this form yet. Two loops may both make it at the same moment; one result
  /// is kept.
  template <class Make>
  [[nodiscard]] std::shared_ptr<const std::string> in_form(Form form, Make make) const;

 private:
  mutable std::array<std::atomic<std::shared_ptr<const std::string>>, 3> forms_;
};

template <class Make>
std::shared_ptr<const std::string> Published::in_form(Form form, Make make) const {
  auto& place = forms_[static_cast<std::size_t>(form)];
  if (auto made = place.load(std::memory_order_acquire)) return made;
  auto made = std::make_shared<const std::string>(make(*this));
  std::shared_ptr<const std::string> before;
  return place.compare_exchange_strong(before, made) ? made : before;
}

}  // namespace mastic::topics
