#include "mastic/topics/topic.h"

#include <stdexcept>
#include <utility>

#include "mastic/base/utf8.h"
#include "mastic/topics/topic_state.h"

namespace mastic::topics {
namespace {

void check_text(std::string_view text, const char* fault) {
  if (!base::is_utf8(text)) throw std::invalid_argument(fault);
}

std::shared_ptr<Published> make_message(std::string text) {
  auto message = std::make_shared<Published>();
  message->text = std::move(text);
  return message;
}

}  // namespace

Topic::Topic(const TopicOptions& options) : state_(std::make_shared<TopicState>(options)) {}

std::size_t Topic::publish(std::string text) const {
  check_text(text,
             "a message that is published as text is not UTF-8; use publish_binary for bytes");
  if (state_->is_unheard()) return 0;
  return state_->publish(make_message(std::move(text)));
}

std::size_t Topic::publish_binary(std::string bytes) const {
  if (state_->is_unheard()) return 0;
  const auto message = make_message(std::move(bytes));
  message->is_binary = true;
  return state_->publish(message);
}

std::size_t Topic::publish_event(std::string name, std::string text) const {
  check_text(name, "the name of an event is not UTF-8");
  check_text(text, "the text of an event is not UTF-8");
  if (name.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos) {
    throw std::invalid_argument("the name of an event has a line break or NUL");
  }
  if (state_->is_unheard()) return 0;
  const auto message = make_message(std::move(text));
  message->name = std::move(name);
  return state_->publish(message);
}

const TopicOptions& Topic::options() const { return state_->options(); }

std::size_t Topic::subscribers() const { return state_->subscribers(); }

}  // namespace mastic::topics
