#include "mastic/websocket/open.h"

#include <utility>

#include "mastic/base/assert.h"
#include "mastic/websocket/session.h"

namespace mastic::websocket {
namespace {

class WebSocketUpgrade final : public app::Upgrade {
 public:
  WebSocketUpgrade(Agreement agreement, Session::Handlers handlers)
      : agreement_(std::move(agreement)), handlers_(std::move(handlers)) {
    MASTIC_ASSERT(agreement_.options != nullptr);
  }
  [[nodiscard]] std::string_view protocol() const override { return "websocket"; }
  [[nodiscard]] std::unique_ptr<net::Protocol> open(net::ProtocolHost& host) override {
    return std::make_unique<Session>(host, agreement_, handlers_);
  }

 private:
  Agreement agreement_;
  Session::Handlers handlers_;
};

}  // namespace

std::unique_ptr<app::Upgrade> make_upgrade(Agreement agreement, TaskHandler handler,
                                           async::BlockingHistory& history) {
  return std::make_unique<WebSocketUpgrade>(
      std::move(agreement),
      Session::Handlers{.task = std::move(handler), .events = nullptr, .history = &history});
}

std::unique_ptr<app::Upgrade> make_upgrade(Agreement agreement,
                                           std::unique_ptr<EventHandler> handler,
                                           async::BlockingHistory& history) {
  handler->history_ = &history;
  return std::make_unique<WebSocketUpgrade>(
      std::move(agreement),
      Session::Handlers{.task = nullptr, .events = std::move(handler), .history = &history});
}

}  // namespace mastic::websocket
