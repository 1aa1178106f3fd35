#include "mastic/wire/http1/body_decoder.h"

#include <algorithm>
#include <utility>

namespace mastic::wire::http1 {

/// A body of length 0 ends without input: End is returned before NeedMore, so that a request
/// without content is complete as soon as its head is.
std::expected<BodyEvent, Malformed> BodyDecoder::next(std::string_view& input) {
  using Kind = BodyEvent::Kind;
  if (chunked_) return chunked_->next(input);
  if (framing_.kind == Framing::Kind::UntilClose) {
    const std::string_view all = std::exchange(input, {});
    return BodyEvent{all.empty() ? Kind::NeedMore : Kind::Data, all};
  }
  if (framing_.length == 0) return BodyEvent{Kind::End, {}};
  if (input.empty()) return BodyEvent{Kind::NeedMore, {}};
  const std::string_view piece =
      input.substr(0, std::min<std::uint64_t>(framing_.length, input.size()));
  input.remove_prefix(piece.size());
  framing_.length -= piece.size();
  return BodyEvent{Kind::Data, piece};
}

http::FieldsView BodyDecoder::trailers() const {
  return chunked_ ? chunked_->trailers() : http::FieldsView();
}

}  // namespace mastic::wire::http1
