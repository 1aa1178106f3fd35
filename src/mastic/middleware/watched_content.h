// Content of an answer, as Lint watches it while it is pulled.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/body.h"
#include "mastic/middleware/lint_record.h"

namespace mastic::middleware {

/// Passes on the pieces of another source, counts them, and reports what it must not do: a piece
/// without bytes, a piece after the end, more or fewer bytes than were announced.
class WatchedContent final : public app::BodySource {
 public:
  /// `made_by` is the layer that has made the content.
  WatchedContent(std::unique_ptr<app::BodySource> source, std::shared_ptr<LintReport> report,
                 std::string made_by)
      : source_(std::move(source)),
        report_(std::move(report)),
        made_by_(std::move(made_by)),
        size_before_(source_->size()) {}

  /// The content has to have `bytes` bytes, says the layer `announced_by`.
  void expect(std::uint64_t bytes, std::string announced_by) {
    expected_ = bytes;
    announced_by_ = std::move(announced_by);
  }

  app::Task<std::optional<std::string_view>> next() override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return source_->size(); }
  [[nodiscard]] std::uint64_t held_bytes() const override { return source_->held_bytes(); }
  void hold(std::uint64_t bytes) override { source_->hold(bytes); }
  [[nodiscard]] http::FieldsView trailers() const override { return source_->trailers(); }
  [[nodiscard]] std::shared_ptr<const void> piece_owner() const override {
    return source_->piece_owner();
  }
  [[nodiscard]] const app::Endless* endless() const override { return source_->endless(); }

 private:
  app::Task<std::optional<std::string_view>> next_later(
      app::Task<std::optional<std::string_view>> pulling);
  void note(std::optional<std::string_view> piece);
  void check_count(bool has_ended);

  std::unique_ptr<app::BodySource> source_;
  std::shared_ptr<LintReport> report_;
  std::string made_by_;
  const std::optional<std::uint64_t> size_before_;  ///< what the source has announced
  std::optional<std::uint64_t> expected_;           ///< what Content-Length says
  std::string announced_by_;
  std::uint64_t count_ = 0;
  bool has_ended_ = false;
};

}  // namespace mastic::middleware
