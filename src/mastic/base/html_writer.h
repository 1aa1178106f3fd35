// Writes HTML so that escaping cannot be forgotten: literals of the program are markup, everything
// else is text and is escaped.
//
//     HtmlWriter page;
//     page.add("<td class=\"target\">", request.target, "</td>");
//
// A writer knows nothing of elements and closes none.

#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/attributes.h"
#include "mastic/base/encoding.h"

namespace mastic::base {

/// Markup that is chosen at run time among texts that are fixed at compile time.
class Markup {
 public:
  /// No markup.
  consteval Markup() = default;
  /// The markup in a literal.
  // NOLINTNEXTLINE(google-explicit-constructor)
  consteval Markup(const char* constant) : text_(constant) {}
  /// The markup as it was written.
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Collects a page of HTML in a string.
class HtmlWriter {
 public:
  /// Adds the parts one after another. String literals and Markup are added as they are. Text of
  /// any other type is escaped (html_text), which suits content and attributes in quotes; integers
  /// are written in decimal.
  template <class... Part>
  HtmlWriter& add(const Part&... parts) {
    (append(parts), ...);
    return *this;
  }
  /// Adds text that is HTML already: a style element, the page of another writer.
  HtmlWriter& add_html(std::string_view html) {
    html_ += html;
    return *this;
  }

  /// Makes room for a page of this size.
  void reserve(std::size_t bytes) { html_.reserve(bytes); }
  /// The HTML that has been written so far.
  [[nodiscard]] const std::string& html() const MASTIC_LIFETIMEBOUND { return html_; }
  /// Returns the HTML that has been written, and leaves the writer empty.
  [[nodiscard]] std::string take() { return std::exchange(html_, {}); }

 private:
  template <std::size_t N>
  void append(const char (&literal)[N]) {
    html_.append(literal, N - 1);
  }
  void append(Markup markup) { html_ += markup.text(); }
  void append(std::string_view text) { append_html_text(html_, text); }
  void append(const std::string& text) { append_html_text(html_, text); }
  template <std::integral T>
  void append(T number) {
    html_ += std::to_string(number);
  }
  template <std::same_as<const char*> Pointer>
  void append(const Pointer&) = delete;  // markup or text? Say which: Markup or std::string_view

  std::string html_;
};

}  // namespace mastic::base
