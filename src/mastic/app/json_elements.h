// Reads a JSON array that is too large for memory, element by element, while it arrives.
//
//     JsonElements<Row> rows(request.body());
//     while (const auto row = co_await rows.next()) store.add(*row);

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "mastic/app/body.h"
#include "mastic/app/json_content.h"
#include "mastic/json/array_splitter.h"
#include "mastic/json/json.h"

namespace mastic::app {

/// How JsonElements reads.
struct JsonElementsOptions {
  /// For an element with more bytes of text than this, HttpError 413 is thrown.
  std::size_t max_element_bytes = 1 << 20;
  /// What to do with members of an element that its type has no field for.
  json::UnknownMembers unknown = json::UnknownMembers::Ignore;
};

namespace detail {

/// Pulls content and gives the texts of the elements of the array in it.
class JsonElementTexts {
 public:
  JsonElementTexts(Body& body, std::size_t max_element_bytes);

  /// The next element that has arrived already; nothing when more has to be pulled. Throws HttpError
  /// 400 or 413.
  [[nodiscard]] std::optional<std::string_view> next_here();
  /// Pulls until there is an element; nothing at the end of the array, when nothing but white space
  /// has followed it.
  [[nodiscard]] Task<std::optional<std::string_view>> next();
  /// The index of the element that was given last.
  [[nodiscard]] std::size_t index() const { return splitter_.count() - 1; }

 private:
  [[noreturn]] void refuse(json::ArraySplitter::Found found) const;
  void count_memory();

  Body& body_;
  const std::size_t max_element_bytes_;
  json::ArraySplitter splitter_;
  std::string_view piece_;          ///< what is left of the piece that was pulled last
  std::size_t memory_counted_ = 0;  ///< the size of the largest element that was kept
};

}  // namespace detail

/// Pulls content that is a JSON array, and gives its elements one by one, as values of type T. An
/// array of any length is read with the memory of one element and one piece.
///
/// The elements are given before the end of the array has arrived. Code that must not work on half
/// of an array, for example because the client leaves, works in a transaction, and commits it after
/// `next` has given nothing.
template <json::JsonReadable T>
class JsonElements {
 public:
  /// Begins to read `body`, which must outlive this object. Throws std::logic_error when the body was
  /// read, or is being read, already. The media type of the content is not looked at.
  explicit JsonElements(Body& body, JsonElementsOptions options = {})
      : texts_(body, options.max_element_bytes), unknown_(options.unknown) {}
  JsonElements(const JsonElements&) = delete;
  JsonElements& operator=(const JsonElements&) = delete;

  /// Gives the next element; nothing at the end of the array. Throws HttpError: 413 when the element
  /// is too large, 400 when the content is not a JSON array, 422 when the element is not a T, 503 when
  /// the process holds too much content already; the message names the index of the element and the
  /// place in it ("[3].price: ..."). Throws what the body throws when the content cannot be read to
  /// its end. No element may be read after that.
  [[nodiscard]] Task<std::optional<T>> next() {
    if (const auto text = texts_.next_here()) return read(*text);
    return next_later();
  }
  /// The index of the element that `next` gave last. Requires: `next` has given one.
  [[nodiscard]] std::size_t index() const { return texts_.index(); }

 private:
  [[nodiscard]] std::optional<T> read(std::string_view text) const {
    return parse_json_content<T>(text, texts_.index(), unknown_);
  }
  [[nodiscard]] Task<std::optional<T>> next_later() {
    const std::optional<std::string_view> text = co_await texts_.next();
    if (!text) co_return std::nullopt;
    std::optional<T> element = read(*text);
    co_return element;
  }

  detail::JsonElementTexts texts_;
  const json::UnknownMembers unknown_;
};

}  // namespace mastic::app
