// An answer that is a JSON array too large for memory: its elements are produced while it is sent.
//
//     site.get<"/rows">([&store] {
//       return json_array([rows = store.select()]() mutable -> std::optional<Row> { return rows.next(); });
//     });
//
// A generator of the elements does as well: `return json_array(rows_of(database));`

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

/// The part of an array's text that has been written and not yet taken.
class JsonArrayText {
 public:
  static constexpr std::size_t kPieceBytes = 16 << 10;

  /// Adds `element`, or closes the array when `element` is empty.
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
  /// Whether the text should be sent before more is added.
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

template <class T>
Generator<std::string> json_pieces(Generator<T> elements) {
  JsonArrayText text;
  while (!text.is_closed()) {
    const std::optional<T> element = co_await elements.next();
    text.add(element);
    if (text.is_ready()) co_yield text.take();
  }
}

}  // namespace detail

/// Answers with a JSON array. `producer` is called for each element and returns `std::optional<T>`
/// or a `Task` of one; an empty optional ends the array. `producer` is called only as fast as the
/// client reads: about 16 KiB and one element are kept in memory. What `producer` throws before the
/// first elements are sent is answered like an exception of the handler. After that the connection
/// is aborted and the array stays open, so that no client takes it for complete.
template <class Producer>
[[nodiscard]] Response json_array(Producer producer) {
  using Produced = std::invoke_result_t<Producer&>;
  auto pieces = [producer = std::move(producer), text = detail::JsonArrayText()]() mutable {
    Produced (*const produce)(void*) = [](void* kept) { return (*static_cast<Producer*>(kept))(); };
    return detail::next_piece(text, &producer, produce);
  };
  return Response::of_type("application/json", Body::produced_by(std::move(pieces)));
}
/// Answers with a JSON array of the elements that `elements` yields, as the other function does.
///
///     site.get<"/rows">([&](Request&) { return json_array(rows_of(database)); });
template <json::JsonWritable T>
[[nodiscard]] Response json_array(Generator<T> elements) {
  return Response::of_type("application/json",
                           Body::produced_by(detail::json_pieces(std::move(elements))));
}

}  // namespace mastic::app
