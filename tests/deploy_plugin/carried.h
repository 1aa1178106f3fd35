// What the program and the plugin hand to each other in a request.

#pragma once

#include <string>

namespace carried {

/// An interface that both sides implement.
struct Clerk {
  virtual ~Clerk() = default;
  virtual std::string name() const = 0;
};
/// Made by the program, recognised by the plugin.
struct Cashier final : Clerk {
  std::string name() const override { return "cashier"; }
};
/// A value of a request, set by one side and read by the other.
struct OnDuty {
  const Clerk* clerk = nullptr;
};
/// A value of a request that the plugin sets.
struct Receipt {
  std::string text;
};

}  // namespace carried
