#include "mastic/server/request_content.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "mastic/app/http_error.h"
#include "mastic/async/operation.h"

namespace mastic::server {

using app::Task;

/// Awaits the next piece, and copies it to `piece`.
class RequestContent::Read final : public async::Operation {
 public:
  Read(RequestContent& content, std::string& piece) : content_(content), piece_(piece) {}

  /// The piece, or nullopt at the end of the content. Throws app::ContentError when the content
  /// failed.
  std::optional<std::string_view> await_resume() const {
    finish_await();
    if (busy_)
      throw std::logic_error(
          "the body is already being read: await that read before starting another");
    if (fault_) throw app::ContentError(fault_->status, std::string(fault_->reason));
    if (!has_arrived_) return std::nullopt;
    return piece_;
  }
  /// Copies the bytes, because they are in the loop's receive buffer, which the next connection
  /// uses.
  void arrived(std::string_view piece) {
    piece_ = piece;
    has_arrived_ = true;
    complete();
  }
  void ended() { complete(); }
  void failed(const Fault& fault) {
    fault_ = fault;
    complete();
  }

 private:
  void start(async::Executor&) override {
    if (content_.reading_ != nullptr) {  // two tasks read the body at the same time
      busy_ = true;
      return complete();
    }
    if (content_.fault_) return failed(*content_.fault_);
    if (content_.ended_) return ended();
    content_.reading_ = this;
    content_.sink_->content_wanted();  // may pass the piece during this call
  }
  Cancel cancel() noexcept override {
    content_.reading_ = nullptr;
    if (content_.sink_ != nullptr) content_.sink_->content_unwanted();
    return Cancel::GivenUp;
  }

  RequestContent& content_;
  std::string& piece_;
  std::optional<Fault> fault_;
  bool has_arrived_ = false;
  bool busy_ = false;
};

class RequestContent::Source final : public app::BodySource {
 public:
  Source(RequestContent& content, std::optional<std::uint64_t> size, app::ExchangeContext& exchange)
      : content_(content), size_(size), exchange_(exchange) {}

  Task<std::optional<std::string_view>> next() override {
    const std::optional<std::string_view> piece = co_await Read(content_, piece_);
    co_return piece;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  void hold(std::uint64_t bytes) override { exchange_.hold(bytes); }

 private:
  RequestContent& content_;
  std::optional<std::uint64_t> size_;
  app::ExchangeContext& exchange_;
  std::string piece_;  ///< its memory is reused for each piece
};

app::Body RequestContent::make_body(std::optional<std::uint64_t> size,
                                    app::ExchangeContext& exchange) {
  return app::Body(std::make_unique<Source>(*this, size, exchange));
}

// `reading_` is reset before the waiting operation is completed, because the task that continues
// may pull the next piece at once.

void RequestContent::arrived(std::string_view piece) {
  std::exchange(reading_, nullptr)->arrived(piece);
}

void RequestContent::ended(http::FieldsView trailers) noexcept {
  ended_ = true;
  trailers_ = trailers;
  if (reading_ != nullptr) std::exchange(reading_, nullptr)->ended();
}

void RequestContent::failed(http::Status status, std::string_view reason) noexcept {
  fault_ = {status, reason};
  if (reading_ != nullptr) std::exchange(reading_, nullptr)->failed(*fault_);
}

}  // namespace mastic::server
