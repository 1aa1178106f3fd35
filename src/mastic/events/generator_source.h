// The content of an event stream that shows what a generator yields.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/body.h"
#include "mastic/async/generator.h"
#include "mastic/events/events.h"

namespace mastic::events {

class GeneratorSource final : public app::BodySource {
 public:
  GeneratorSource(async::Generator<Event> events, const EventStreamOptions& options);

  async::Task<std::optional<std::string_view>> next() override;
  [[nodiscard]] std::uint64_t held_bytes() const override { return piece_.capacity(); }
  [[nodiscard]] const app::Endless* endless() const override { return &endless_; }

 private:
  async::Generator<Event> events_;
  const std::string opening_;
  const app::Endless endless_;
  std::string piece_;
};

}  // namespace mastic::events
