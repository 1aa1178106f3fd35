// Content for tests of readers: it notes how much of it is kept.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/body.h"
#include "mastic/app/http_error.h"

namespace mastic::app {

/// Content in pieces of ten bytes. What readers keep of it is added to `held`, up to `most`; beyond
/// that, they get the status 503, as in a server that is full.
class HeldContent final : public BodySource {
 public:
  HeldContent(std::string bytes, std::uint64_t& held, std::uint64_t most = 1 << 20)
      : bytes_(std::move(bytes)), held_(held), most_(most) {}
  [[nodiscard]] static Body make(std::string bytes, std::uint64_t& held,
                                 std::uint64_t most = 1 << 20) {
    return Body(std::make_unique<HeldContent>(std::move(bytes), held, most));
  }

  Task<std::optional<std::string_view>> next() override {
    if (at_ == bytes_.size()) return std::nullopt;
    const std::string_view piece = std::string_view(bytes_).substr(at_, 10);
    at_ += piece.size();
    return std::optional(piece);
  }
  void hold(std::uint64_t bytes) override {
    if (bytes > most_ - held_) throw ContentError(http::Status::ServiceUnavailable);
    held_ += bytes;
  }

 private:
  const std::string bytes_;
  std::size_t at_ = 0;
  std::uint64_t& held_;
  const std::uint64_t most_;
};

}  // namespace mastic::app
