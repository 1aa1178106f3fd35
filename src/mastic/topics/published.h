// A message that was published, as all subscribers share it.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "mastic/base/attributes.h"
#include "mastic/topics/message_id.h"

namespace mastic::topics {

/// A message, and the forms in which it is sent. A form is made once, by the first subscriber that
/// needs it, and shared by all subscribers of all loops. Everything else never changes after the
/// message was published.
class Published {
 public:
  Published() = default;
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;
  ~Published() {
    for (auto& form : forms_) delete form.load(std::memory_order_relaxed);
  }

  /// The forms that exist. Each is made by the room of its name.
  enum class Form : std::uint8_t { WebSocketFrame, WebSocketCompressedFrame, Event };

  std::string text;  ///< the message
  std::string name;  ///< the name of the event; may be empty
  bool is_binary = false;
  MessageId id;

  /// How many bytes count against the bounds of topics and subscribers.
  [[nodiscard]] std::size_t bytes() const { return text.size() + name.size(); }

  /// The message in `form`; `make(published)`, which returns a std::string, is called if no
  /// subscriber has needed this form yet. Two loops may both make it at the same moment; one result
  /// is kept. The result lives as long as the message, so code that sends it without copying keeps
  /// the message alive (net::Stream::write_shared). May be called from any thread. Throws
  /// std::bad_alloc.
  template <class Make>
  [[nodiscard]] const std::string& in_form(Form form, Make make) const MASTIC_LIFETIMEBOUND;

 private:
  static constexpr std::size_t kForms = 3;
  mutable std::array<std::atomic<const std::string*>, kForms> forms_{};
};

template <class Make>
const std::string& Published::in_form(Form form, Make make) const {
  auto& place = forms_[static_cast<std::size_t>(form)];
  if (const std::string* const made = place.load(std::memory_order_acquire)) return *made;
  auto made = std::make_unique<const std::string>(make(*this));
  const std::string* before = nullptr;
  if (!place.compare_exchange_strong(before, made.get(), std::memory_order_acq_rel)) {
    return *before;
  }
  return *made.release();
}

}  // namespace mastic::topics
