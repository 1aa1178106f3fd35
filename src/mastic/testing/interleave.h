// Several clients at the same time, in an order that a seed decides.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace mastic::testing {

/// Runs `scripts` at the same time, each of them a client or several:
///
///     TestClient ada(make_shop());
///     TestClient ben = ada.another();
///     interleave({[&] { ada.post_form("/cart", "tea=1").expect(); },
///                 [&] { ben.post_form("/cart", "tea=1").expect(409); }});
///
/// One script runs at a time. Whenever a client sends something or waits, another script may be next;
/// which one, the seed decides. Time passes for the application only while every script waits. When a
/// script throws, the others are run to their end, and the exception is thrown with the seed in its
/// message; set MASTIC_SEED to that number, or pass it as `seed`, to run the same order again.
///
/// Without a seed, every run of the test takes another order. Each script runs on a thread of its own.
/// Clients over a socket are interleaved as the scripts call them, but the order in which a live
/// server handles them is its own.
void interleave(const std::vector<std::function<void()>>& scripts,
                std::optional<std::uint64_t> seed = std::nullopt);

namespace detail {
/// Called by a client where another script may be next. Does nothing outside of `interleave`.
void pause_script();
/// Called by a client that waits, with whether it still does. Returns whether time may pass: every
/// script waits, or there is no `interleave`.
[[nodiscard]] bool script_waits();
/// Called by a client that does not wait any longer.
void script_proceeds();
}  // namespace detail

}  // namespace mastic::testing
