#include "mastic/middleware/watched_content.h"

namespace mastic::middleware {
namespace {

constexpr std::string_view kContract = "app/body.h, BodySource::next";

}  // namespace

app::Task<std::optional<std::string_view>> WatchedContent::next() {
  app::Task<std::optional<std::string_view>> pulling = source_->next();
  if (!pulling.holds_value()) return next_later(std::move(pulling));
  note(pulling.value());
  return pulling;
}

app::Task<std::optional<std::string_view>> WatchedContent::next_later(
    app::Task<std::optional<std::string_view>> pulling) {
  const auto piece = co_await std::move(pulling);
  note(piece);
  co_return piece;
}

void WatchedContent::note(std::optional<std::string_view> piece) {
  if (!piece) {
    check_count(true);
    has_ended_ = true;
    return;
  }
  if (piece->empty()) report_->add({"a piece of the content is empty", kContract}, made_by_);
  if (has_ended_) report_->add({"content was produced after its end", kContract}, made_by_);
  count_ += piece->size();
  check_count(false);
}

void WatchedContent::check_count(bool has_ended) {
  const std::optional<std::uint64_t> expected = expected_ ? expected_ : size_before_;
  if (!expected || (has_ended ? count_ >= *expected : count_ <= *expected)) return;
  const std::string name = expected_ ? "Content-Length is " : "the size of the content is ";
  std::string what = name + std::to_string(*expected) + ", and ";
  what += has_ended ? "the content ends after " + std::to_string(count_) + " bytes"
                    : std::to_string(count_) + " bytes of content have come";
  report_->add({std::move(what), expected_ ? "RFC 9112 §6.2" : "app/body.h, BodySource::size"},
               expected_ ? announced_by_ : made_by_);
}

}  // namespace mastic::middleware
