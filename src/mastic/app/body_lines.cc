#include "mastic/app/body_lines.h"

#include <utility>

#include "mastic/app/http_error.h"

namespace mastic::app {

BodyLines::BodyLines(Body& body, BodyLinesOptions options) : body_(body), options_(options) {
  body_.begin_reading();
}

/// Most pieces have many lines, so most calls need no coroutine.
Task<std::optional<std::string_view>> BodyLines::next() {
  if (std::exchange(begun_is_given_, false)) begun_.clear();
  if (const auto line = find_line()) return line;
  return next_later();
}

Task<std::optional<std::string_view>> BodyLines::next_later() {
  while (true) {
    const auto piece = co_await body_.next();
    if (!piece) break;
    piece_ = *piece;
    const auto line = find_line();
    if (line) co_return line;
  }
  if (begun_.empty()) co_return std::nullopt;
  begun_is_given_ = true;
  co_return give(begun_);
}

/// Returns the line that ends in the current piece. If none does, keeps the rest of the piece and
/// returns nothing.
std::optional<std::string_view> BodyLines::find_line() {
  const std::size_t end = piece_.find('\n');
  const std::string_view part = piece_.substr(0, end);
  if (end == piece_.npos) {
    keep(std::exchange(piece_, {}));
    return std::nullopt;
  }
  piece_.remove_prefix(end + 1);
  if (begun_.empty()) return give(part);
  keep(part);
  begun_is_given_ = true;
  return give(begun_);
}

std::string_view BodyLines::give(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > options_.max_line_bytes) refuse();
  ++number_;
  return line;
}

/// The limit is checked before anything is copied. One byte more may come: a CR before the LF.
void BodyLines::keep(std::string_view part) {
  const std::size_t size = begun_.size() + part.size();
  if (size > 0 && size - 1 > options_.max_line_bytes) refuse();
  begun_ += part;
  count_memory();
}

/// Counts the memory of `begun_` as held. It is used again for each line, so only the largest one
/// counts.
void BodyLines::count_memory() {
  if (begun_.size() <= memory_counted_) return;
  body_.hold(begun_.size() - memory_counted_);
  memory_counted_ = begun_.size();
}

void BodyLines::refuse() const {
  throw ContentError(http::Status::ContentTooLarge,
                     "Line " + std::to_string(number_ + 1) + " has more than " +
                         std::to_string(options_.max_line_bytes) + " bytes.");
}

}  // namespace mastic::app
