// An answer that is a JSON array too large to hold: its elements are asked for while it is sent.
//
//     site.get<"/rows">([&store] {
//       return json_array([rows = store.select()]() mutable -> std::optional<Row> { return rows.next(); });
//     });

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "mastic/app/body.h"
#include "mastic/app/response.h"
#include "mastic/async/task.h"
#include "mastic/json/json.h"

namespace mastic::app {

namespace detail {

/// The text of an array, as far as it is written and was not taken.
class JsonArrayText {
 public:
  static constexpr std::size_t kPieceBytes = 16 << 10;

  /// Adds an element; nothing closes the array.
  template <json::JsonWritable T>
  void add(const std::optional<T>& element) {
    if (!element) {
      text_ += begun_ ? "]" : "[]";
      closed_ = true;
      return;
    }
    text_ += begun_ ? ',' : '[';
    begun_ = true;
    json::append_json(text_, *element);
  }
  [[nodiscard]] bool is_closed() const { return closed_; }
  /// Whether what was written is to be sent before more is added.
  [[nodiscard]] bool is_ready() const { return closed_ || text_.size() >= kPieceBytes; }
  [[nodiscard]] std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
  bool begun_ = false;
  bool closed_ = false;
};

template <class T>
Task<std::optional<std::string>> next_piece(JsonArrayText& text, void* producer,
                                            Task<std::optional<T>> (*produce)(void*)) {
  if (text.is_closed()) co_return std::nullopt;
  while (!text.is_ready()) text.add(co_await produce(producer));
  co_return text.take();
}
template <class T>
std::optional<std::string> next_piece(JsonArrayText& text, void* producer,
                                      std::optional<T> (*produce)(void*)) {
  if (text.is_closed()) return std::nullopt;
  while (!text.is_ready()) text.add(produce(producer));
  return text.take();
}

}  // namespace detail

/// `producer` is called for each element and returns `std::optional<T>` or a `Task` of it; nothing
/// ends the array. It is called no faster than the client reads: about 16 KiB and an element are
/// held. When it throws the connection is aborted and the array stays open, so no client takes it
/// for whole.
template <class Producer>
[[nodiscard]] Response json_array(Producer producer) {
  using Produced = std::invoke_result_t<Producer&>;
  auto pieces = [producer = std::move(producer), text = detail::JsonArrayText()]() mutable {
    Produced (*const produce)(void*) = [](void* kept) { return (*static_cast<Producer*>(kept))(); };
    return detail::next_piece(text, &producer, produce);
  };
  return Response::of_type("application/json", Body::produced_by(std::move(pieces)));
}

}  // namespace mastic::app
