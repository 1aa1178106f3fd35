#include "mastic/server/request_content.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "mastic/app/http_error.h"
#include "mastic/async/operation.h"

namespace mastic::server {

using app::Task;

/// Awaits the next piece, which it copies to `piece`.
class RequestContent::Read final : public async::Operation {
 public:
  Read(RequestContent& content, std::string& piece) : content_(content), piece_(piece) {}

  /// Nothing at the end.
  std::optional<std::string_view> await_resume() const {
    finish_await();
    if (busy_) throw std::logic_error("the body is being read already");
    if (fault_) throw app::ContentError(fault_->status, std::string(fault_->reason));
    if (!has_arrived_) return std::nullopt;
    return piece_;
  }
  /// The bytes stand in the loop's receive buffer, which the next connection fills.
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
    if (content_.reading_ != nullptr) {
      busy_ = true;
      return complete();
    }
    if (content_.fault_) return failed(*content_.fault_);
    if (content_.ended_) return ended();
    content_.reading_ = this;
    content_.sink_->content_wanted();  // may give the piece within this call
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
  Source(RequestContent& content, std::optional<std::uint64_t> size)
      : content_(content), size_(size) {}

  Task<std::optional<std::string_view>> next() override {
    const std::optional<std::string_view> piece = co_await Read(content_, piece_);
    co_return piece;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

 private:
  RequestContent& content_;
  std::optional<std::uint64_t> size_;
  std::string piece_;  ///< its memory serves one piece after the other
};

app::Body RequestContent::make_body(std::optional<std::uint64_t> size) {
  return app::Body(std::make_unique<Source>(*this, size));
}

// Whoever waits is forgotten before it is told, for it may pull the next piece at once.

void RequestContent::arrived(std::string_view piece) {
  std::exchange(reading_, nullptr)->arrived(piece);
}

void RequestContent::ended() noexcept {
  ended_ = true;
  if (reading_ != nullptr) std::exchange(reading_, nullptr)->ended();
}

void RequestContent::failed(http::Status status, std::string_view reason) noexcept {
  fault_ = {status, reason};
  if (reading_ != nullptr) std::exchange(reading_, nullptr)->failed(*fault_);
}

}  // namespace mastic::server
