#include "mastic/middleware/upload_progress.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mastic/base/clock.h"
#include "mastic/base/random.h"
#include "mastic/base/text.h"
#include "mastic/http/typed_fields.h"

namespace mastic::middleware {
namespace {

using app::Body;
using app::Task;

/// One upload. The task that reads it writes, and any thread reads. The content shares it, because it
/// may be destroyed after the upload was forgotten.
struct Upload {
  enum class Stage : std::uint8_t { Running, Done, Failed };
  std::optional<std::uint64_t> size;
  std::atomic<std::uint64_t> received{0};
  std::atomic<int> status{0};
  std::atomic<Stage> stage{Stage::Running};
  // Set when the upload ends, under the lock of the uploads.
  base::Instant ended_at;
  std::list<std::string>::iterator place_among_ended;

  [[nodiscard]] bool is_running() const { return stage == Stage::Running; }
};

/// Content that counts what is read of it.
class CountedContent final : public app::BodySource {
 public:
  CountedContent(Body content, std::shared_ptr<Upload> upload)
      : content_(std::move(content)), upload_(std::move(upload)) {}

  Task<std::optional<std::string_view>> next() override {
    Task<std::optional<std::string_view>> pulling = content_.next();
    // A piece that is here already needs no coroutine to be counted.
    if (!pulling.is_done()) return count_later(std::move(pulling));
    return count(pulling.take());
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return content_.size(); }
  [[nodiscard]] std::uint64_t held_bytes() const override { return content_.held_bytes(); }
  void hold(std::uint64_t bytes) override { content_.hold(bytes); }

 private:
  std::optional<std::string_view> count(std::optional<std::string_view> piece) {
    if (piece) upload_->received.fetch_add(piece->size(), std::memory_order_relaxed);
    return piece;
  }
  Task<std::optional<std::string_view>> count_later(Task<std::optional<std::string_view>> pulling) {
    const std::optional<std::string_view> piece = co_await std::move(pulling);
    co_return count(piece);
  }

  Body content_;
  std::shared_ptr<Upload> upload_;
};

constexpr std::size_t kMinTokenBytes = 16;
constexpr std::size_t kMaxTokenBytes = 64;

bool is_token_of_upload(std::string_view text) {
  const auto may_be = [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
  };
  return text.size() >= kMinTokenBytes && text.size() <= kMaxTokenBytes &&
         std::ranges::all_of(text, may_be);
}

/// The token in the query of `request`, or an empty text. It is compared as it was sent: its letters
/// need no percent-encoding.
std::string_view token_in(const app::Request& request, std::string_view parameter) {
  std::string_view query = request.query();
  while (!query.empty()) {
    std::string_view value = base::take_until(query, '&');
    const std::string_view name = base::take_until(value, '=');
    if (name == parameter) return is_token_of_upload(value) ? value : std::string_view();
  }
  return {};
}

}  // namespace

/// The uploads that are remembered. Any thread may use it.
class UploadProgress::Uploads {
 public:
  Uploads(std::uint64_t most, base::Duration keep) : most_(most), keep_(keep) {}

  /// Begins to watch an upload; null if the token is in use, or there are too many uploads.
  std::shared_ptr<Upload> begin(std::string_view token) {
    const std::scoped_lock lock(mutex_);
    forget_old();
    const auto found = by_token_.find(token);
    if (found != by_token_.end()) {  // a form that is sent again after an error, for example
      if (found->second->is_running()) return nullptr;
      ended_.erase(found->second->place_among_ended);
      by_token_.erase(found);
    }
    while (by_token_.size() >= most_ && !ended_.empty()) forget_first();
    if (by_token_.size() >= most_) return nullptr;
    return by_token_.emplace(token, std::make_shared<Upload>()).first->second;
  }
  void end(const std::string& token, const std::shared_ptr<Upload>& upload,
           const app::Outcome& outcome) {
    const std::scoped_lock lock(mutex_);
    const bool is_well = outcome.complete && !is_error(outcome.status);
    upload->status = static_cast<int>(outcome.status);
    upload->stage = is_well ? Upload::Stage::Done : Upload::Stage::Failed;
    upload->ended_at = base::steady_now();
    upload->place_among_ended = ended_.insert(ended_.end(), token);
  }
  UploadState ask(std::string_view token) {
    const std::scoped_lock lock(mutex_);
    forget_old();
    const auto found = by_token_.find(token);
    if (found == by_token_.end()) return {};
    const Upload& upload = *found->second;
    constexpr std::string_view kNames[] = {"running", "done", "failed"};
    return {std::string(kNames[static_cast<std::size_t>(upload.stage.load())]), upload.received,
            upload.size, upload.status};
  }

 private:
  void forget_old() {
    const base::Instant now = base::steady_now();
    while (!ended_.empty() && now - first_ended()->second->ended_at > keep_) forget_first();
  }
  void forget_first() {
    by_token_.erase(first_ended());
    ended_.pop_front();
  }
  /// Requires: there is one.
  std::map<std::string, std::shared_ptr<Upload>, std::less<>>::iterator first_ended() {
    return by_token_.find(ended_.front());
  }

  const std::uint64_t most_;
  const base::Duration keep_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Upload>, std::less<>> by_token_;
  /// The tokens of those that have ended, in that order. A token that is taken again leaves it, so
  /// that using one token again and again needs no more memory.
  std::list<std::string> ended_;
};

void UploadProgressOptions::describe(base::OptionTable& table) {
  table.text("path", path, "PATH", "The path that tells how far an upload is.");
  table.text("parameter", parameter, "NAME", "The parameter of the query that holds the token.");
  table.count("max_uploads", max_uploads,
              "Maximum number of uploads that are remembered. Beyond it: the one that ended first "
              "is forgotten; while all are running, further ones are not watched.");
  table.duration("keep", keep, "How long an upload is remembered after its end.");
}

base::Result<void> UploadProgressOptions::check() const {
  if (!path.starts_with('/')) return base::fail("path must begin with '/'");
  if (parameter.empty()) return base::fail("parameter must not be empty");
  return base::require_some({{"max_uploads", max_uploads}});
}

UploadProgress::UploadProgress(UploadProgressOptions options) : options_(std::move(options)) {
  if (const auto fits = options_.check(); !fits) {
    throw std::invalid_argument(fits.error().message);
  }
  uploads_ = std::make_shared<Uploads>(options_.max_uploads, options_.keep);
}

std::optional<app::Response> UploadProgress::before(app::Request& request) const {
  const std::string_view token = token_in(request, options_.parameter);
  // Another method at this path may be an upload, and belongs to the application.
  const bool asks = request.method() == http::Method::Get || request.method() == http::Method::Head;
  if (asks && request.path() == options_.path) {
    app::Response answer = app::Response::json(uploads_->ask(token));
    answer.set(http::CacheControl{.no_store = true});
    return answer;
  }
  Body& body = request.body();
  if (token.empty() || body.is_taken() || body.size() == std::uint64_t{0}) return std::nullopt;

  const std::shared_ptr<Upload> upload = uploads_->begin(token);
  if (upload == nullptr) return std::nullopt;
  upload->size = body.size();
  if (const auto all = body.bytes()) {  // short content that has arrived already
    upload->received = all->size();
  } else {
    body = Body(std::make_unique<CountedContent>(std::exchange(body, Body()), upload));
  }
  request.on_finish([uploads = uploads_, token = std::string(token), upload](
                        const app::Outcome& outcome) { uploads->end(token, upload, outcome); });
  return std::nullopt;
}

std::string new_upload_token() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;  // 128 random bits: two numbers of 16 digits
  for (int words = 0; words < 2; ++words) {
    for (std::uint64_t i = 0, number = base::random_number(base::system_kernel()); i < 16;
         ++i, number >>= 4) {
      token += kDigits[number & 15];
    }
  }
  return token;
}

}  // namespace mastic::middleware
