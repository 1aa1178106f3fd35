#include "mastic/app/replayed_content.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace mastic::app {

/// Content that is pulled, and what was pulled of it so far.
///
///     kept:    0 ──────────► what readers have pulled
///     source:                └──────────────────────────► the rest
class ReplayedContent::Recording {
 public:
  Recording(Body source, std::uint64_t most, ExchangeContext& exchange)
      : source_(std::move(source)), most_(most), exchange_(exchange) {}

  /// Whether everything that was pulled was kept.
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  /// Makes a body that reads from the beginning. The one before it cannot be read any more.
  [[nodiscard]] static Body make_body(std::shared_ptr<Recording> recording);
  /// Makes the last body, so nothing more has to be kept.
  [[nodiscard]] static Body make_last_body(std::shared_ptr<Recording> recording) {
    recording->keeps_ = false;
    const bool is_read = !recording->kept_.empty() || recording->has_ended_;
    if (is_read) return make_body(std::move(recording));
    ++recording->readers_;
    return std::exchange(recording->source_, Body::taken());
  }

 private:
  friend class ReplayedContent::Reader;
  /// Keeps a piece if it has to be kept and there is room.
  void keep(std::string_view piece) {
    const bool has_room = keeps_ && piece.size() <= most_ - kept_.size();
    is_whole_ = keeps_ = false;  // also when an exception leaves `hold`
    if (!has_room) {
      kept_ = {};
      return;
    }
    exchange_.hold(piece.size());
    kept_ += piece;
    is_whole_ = keeps_ = true;
  }

  Body source_;
  const std::uint64_t most_;
  ExchangeContext& exchange_;
  std::string kept_;
  bool keeps_ = true;
  bool is_whole_ = true;
  bool has_ended_ = false;
  unsigned readers_ = 0;
};

/// Reads what was kept, then the rest.
class ReplayedContent::Reader final : public BodySource {
 public:
  explicit Reader(std::shared_ptr<Recording> recording)
      : recording_(std::move(recording)), number_(++recording_->readers_) {}

  Task<std::optional<std::string_view>> next() override {
    Recording& from = *recording_;
    if (number_ != from.readers_) {
      throw std::logic_error("the content is read by the next application of a cascade");
    }
    if (!has_replayed_) {
      has_replayed_ = true;
      if (!from.kept_.empty()) return std::optional(std::string_view(from.kept_));
    }
    if (from.has_ended_) return std::nullopt;
    Task<std::optional<std::string_view>> pulling = from.source_.next();
    if (!pulling.is_done()) return next_later(std::move(pulling));
    return note(pulling.take());
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override {
    return recording_->source_.size();
  }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return recording_->source_.held_bytes() + recording_->kept_.capacity();
  }
  void hold(std::uint64_t bytes) override { recording_->exchange_.hold(bytes); }

 private:
  std::optional<std::string_view> note(std::optional<std::string_view> piece) {
    if (piece) {
      recording_->keep(*piece);
    } else {
      recording_->has_ended_ = true;
    }
    return piece;
  }
  Task<std::optional<std::string_view>> next_later(Task<std::optional<std::string_view>> pulling) {
    const auto piece = co_await std::move(pulling);
    co_return note(piece);
  }

  std::shared_ptr<Recording> recording_;
  unsigned number_;
  bool has_replayed_ = false;
};

Body ReplayedContent::Recording::make_body(std::shared_ptr<Recording> recording) {
  return Body(std::make_unique<Reader>(std::move(recording)));
}

ReplayedContent::ReplayedContent(Request& request, std::uint64_t most) : request_(&request) {
  Body& body = request.body();
  if (const auto bytes = body.bytes()) {
    if (bytes->empty()) return;
    spare_ = body.share();
    if (spare_) return;
    owned_ = *bytes;
    if (bytes->size() <= most) spare_ = Body::borrowed(request.memory().copy(*bytes));
    return;
  }
  if (body.is_taken()) return;  // it was lost before: no application can have it
  recording_ = std::make_shared<Recording>(std::move(body), most, request.exchange());
  body = Recording::make_body(recording_);
}

bool ReplayedContent::is_in_place() const {
  const auto bytes = request_->body().bytes();
  return bytes && bytes->data() == owned_.data() && bytes->size() == owned_.size();
}

bool ReplayedContent::is_whole() const {
  if (recording_ != nullptr) return recording_->is_whole();
  return owned_.empty() || spare_ || is_in_place();
}

void ReplayedContent::restore(bool is_last) {
  if (recording_ != nullptr) {
    request_->body() =
        is_last ? Recording::make_last_body(recording_) : Recording::make_body(recording_);
  } else if (!owned_.empty() && is_in_place()) {
    request_->body().restart();  // views of it that outer layers have stay valid
  } else if (spare_) {
    request_->body() = *spare_->share();
  }
}

}  // namespace mastic::app
