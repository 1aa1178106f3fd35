#include "mastic/app/json_elements.h"

#include <string>

#include "mastic/app/http_error.h"

namespace mastic::app::detail {

using Found = json::ArraySplitter::Found;

JsonElementTexts::JsonElementTexts(Body& body, std::size_t max_element_bytes)
    : body_(body), max_element_bytes_(max_element_bytes), splitter_(max_element_bytes) {
  body_.begin_reading();
}

std::optional<std::string_view> JsonElementTexts::next_here() {
  while (true) {
    const Found found = splitter_.next(piece_);
    if (found == Found::Element) return splitter_.element();
    if (found == Found::NeedMore) return std::nullopt;
    if (found != Found::End) refuse(found);
  }
}

/// After the end of the array, the content is read to its own end, so that an array which something
/// follows is refused, and an array of which only the last chunk is missing is not taken for
/// complete.
Task<std::optional<std::string_view>> JsonElementTexts::next() {
  while (true) {
    const auto piece = co_await body_.next();
    if (!piece) break;
    piece_ = *piece;
    const auto text = next_here();
    count_memory();
    if (text) co_return text;
  }
  if (splitter_.has_ended()) co_return std::nullopt;
  throw HttpError(http::Status::BadRequest, "not JSON, at byte " +
                                                std::to_string(splitter_.consumed()) +
                                                ": the content ends before the array does");
}

/// Counts the memory that the splitter keeps as held. It is used again for each element, so only the
/// largest one counts.
void JsonElementTexts::count_memory() {
  const std::size_t kept = splitter_.kept_bytes();
  if (kept <= memory_counted_) return;
  body_.hold(kept - memory_counted_);
  memory_counted_ = kept;
}

void JsonElementTexts::refuse(Found found) const {
  if (found == Found::TooLarge) {
    throw ContentError(http::Status::ContentTooLarge,
                       "[" + std::to_string(splitter_.count()) + "]: the element has more than " +
                           std::to_string(max_element_bytes_) + " bytes");
  }
  throw HttpError(http::Status::BadRequest, "not JSON, at byte " +
                                                std::to_string(splitter_.consumed()) + ": " +
                                                std::string(splitter_.fault()));
}

}  // namespace mastic::app::detail
