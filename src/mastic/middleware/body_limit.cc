#include "mastic/middleware/body_limit.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/app/http_error.h"

namespace mastic::middleware {
namespace {

using app::Body;
using app::Task;

std::string too_much(std::uint64_t most) {
  return "The content may have at most " + std::to_string(most) + " bytes here.";
}

/// Content of unknown length, which fails where the limit is passed.
class LimitedContent final : public app::BodySource {
 public:
  LimitedContent(Body content, std::uint64_t most) : content_(std::move(content)), most_(most) {}

  Task<std::optional<std::string_view>> next() override {
    Task<std::optional<std::string_view>> pulling = content_.next();
    if (!pulling.is_done()) return count_later(std::move(pulling));
    return count(pulling.take());
  }
  [[nodiscard]] std::uint64_t held_bytes() const override { return content_.held_bytes(); }
  void hold(std::uint64_t bytes) override { content_.hold(bytes); }

 private:
  std::optional<std::string_view> count(std::optional<std::string_view> piece) {
    if (!piece) return piece;
    if (piece->size() > most_ - read_) {
      throw app::ContentError(http::Status::ContentTooLarge, too_much(most_));
    }
    read_ += piece->size();
    return piece;
  }
  Task<std::optional<std::string_view>> count_later(Task<std::optional<std::string_view>> pulling) {
    const std::optional<std::string_view> piece = co_await std::move(pulling);
    co_return count(piece);
  }

  Body content_;
  const std::uint64_t most_;
  std::uint64_t read_ = 0;
};

}  // namespace

void BodyLimitOptions::describe(base::OptionTable& table) {
  table.size("max_body_bytes", max_body_bytes,
             "Maximum size of the content of a request. Beyond it: 413. The server has a limit of "
             "its own, which this can only lower (--max-body-bytes).");
}

std::optional<app::Response> BodyLimit::before(app::Request& request) const {
  Body& body = request.body();
  const std::optional<std::uint64_t> size = body.size();
  if (size && *size > options_.max_body_bytes) {
    return app::error_response(request, http::Status::ContentTooLarge,
                               too_much(options_.max_body_bytes));
  }
  // Content that was moved elsewhere is no longer a matter of this request.
  if (!size && !body.is_taken()) {
    body = Body(
        std::make_unique<LimitedContent>(std::exchange(body, Body()), options_.max_body_bytes));
  }
  return std::nullopt;
}

}  // namespace mastic::middleware
