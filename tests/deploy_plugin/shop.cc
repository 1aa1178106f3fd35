// A plugin with applications and filters that use much of Mastic, none of which it contains.

#include <mastic/mastic.h>
#include <mastic/plugin.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "carried.h"

namespace {

struct ShopOptions {
  std::string currency = "EUR";
  void describe(mastic::OptionTable& table) {
    table.text("currency", currency, "CODE", "Currency of all prices.");
  }
  mastic::Result<void> check() const {
    if (currency.size() == 3) return {};
    return mastic::fail("a currency has three letters, not '", currency, "'");
  }
};

struct Price {
  std::string tea;
  int amount = 0;
  std::string currency;
};

mastic::Router make_shop(const ShopOptions& options) {
  mastic::Router shop;
  const std::string currency = options.currency;
  shop.get<"/price/{tea}">(
      [currency](std::string_view tea) { return Price{std::string(tea), 4, currency}; });
  shop.get<"/sold">([]() -> std::string { throw mastic::HttpError(mastic::Status::Gone); });
  shop.get<"/bug">([]() -> std::string { throw 42; });
  shop.get<"/later">([]() -> mastic::Task<std::string> {
    co_await mastic::sleep_for(std::chrono::milliseconds(1));
    co_return co_await mastic::run_blocking([] { return std::string("later\n"); });
  });
  shop.get<"/clerk">([](mastic::Request& request) {
    const auto* const duty = request.find_ext<carried::OnDuty>();
    if (duty == nullptr) return std::string("nobody");
    const auto* const cashier = dynamic_cast<const carried::Cashier*>(duty->clerk);
    return cashier != nullptr ? cashier->name() : std::string("somebody");
  });
  shop.get<"/blocks">([] {
    const mastic::BlockingScope blocking;
    return "blocked\n";
  });
  return shop;
}

struct Receipts {
  std::optional<mastic::Response> before(mastic::Request& request) const {
    request.ext<carried::Receipt>().text = "for " + std::string(request.path());
    return std::nullopt;
  }
  void after(mastic::Request&, mastic::Response& response) const { response.set("X-Shop", "1"); }
};

Receipts make_receipts() { return {}; }

/// A middleware that is a function from an application to one, and fails.
mastic::Middleware make_thorns() {
  return [](mastic::App) -> mastic::App { throw std::runtime_error("there are thorns"); };
}

mastic::App make_closed() { throw std::runtime_error("the shop is closed"); }

}  // namespace

MASTIC_PLUGIN(app_factory("shop", "Sells tea.", make_shop),
              app_factory("closed", "Cannot be made.", make_closed),
              filter_factory("receipts", "Writes a receipt for every request.", make_receipts),
              filter_factory("thorns", "Cannot be put around anything.", make_thorns))
