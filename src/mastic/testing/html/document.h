// A page, parsed as browsers do.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/html/element.h"

namespace mastic::testing::html {

class Form;

/// A page of HTML. Any bytes are a page: what is wrong in them is mended by the rules of the HTML
/// standard, which all browsers share, and noted in `errors`.
///
///     Document page("<title>Teas</title><ul><li class=new>Assam<li>Sencha</ul>");
///     page.title();                          // "Teas"
///     page.first("li.new")->text();          // "Assam"
///     page.select("li:contains(\"en\")");    // one element
///
/// Elements nested more than 512 deep become siblings, as in browsers. What is in a <template> is
/// left out, and so is what scripts would do.
class Document {
 public:
  /// Parses `bytes`. Their encoding is that of a byte order mark, or else the charset in
  /// `content_type` (the value of the field Content-Type), or else that of a <meta>, or else UTF-8.
  /// Throws std::logic_error when that is not UTF-8, windows-1252 (as ISO-8859-1 is called, too) or
  /// UTF-16.
  explicit Document(std::string_view bytes, std::string_view content_type = {});

  /// The <html> element, which every document has.
  [[nodiscard]] Element root() const { return {tree_, tree_->root}; }
  /// The elements that a CSS selector matches, in document order. Throws std::logic_error for a wrong
  /// selector, with the place of the error and a remedy.
  ///
  ///     article > h2.title, a[href^="/teas" i]:not(.old), tr:nth-child(2n+1) td:contains("Assam")
  ///
  /// It knows `*`, names, `#id`, `.class`, attributes with = ~= |= ^= $= *= and the flags `i` and `s`;
  /// `:not() :is() :where() :has()` with lists; `:first-child :last-child :only-child :nth-child()
  /// :nth-last-child() :first-of-type :last-of-type :only-of-type :nth-of-type() :nth-last-of-type()
  /// :empty :root :checked :disabled :enabled :required :optional :read-only :link`; and the combinators
  /// blank, `>`, `+` and `~`. `:contains("text")` is an extension: an element whose text has this text
  /// in it, with all white space equal. State is that of the page, not that of a Form.
  [[nodiscard]] std::vector<Element> select(
      std::string_view css, std::source_location where = std::source_location::current()) const;
  /// The first of these elements, if there is one.
  [[nodiscard]] std::optional<Element> first(
      std::string_view css, std::source_location where = std::source_location::current()) const;

  /// The text of <title>; empty without one.
  [[nodiscard]] std::string title() const;
  /// The text of the page as people see it, in lines.
  [[nodiscard]] std::string text() const;
  /// Whether that text has `text` in it. Any white space is equal to any other.
  [[nodiscard]] bool contains(std::string_view text) const;
  /// What the page says that its links are relative to: the href of <base>. Empty without one.
  [[nodiscard]] std::string base_url() const;
  /// The name of the encoding, such as "UTF-8".
  [[nodiscard]] const std::string& charset() const MASTIC_LIFETIMEBOUND { return tree_->charset; }
  /// Where the page is not as the HTML standard wants it: at most a hundred places, in their order.
  [[nodiscard]] const std::vector<ParseError>& errors() const MASTIC_LIFETIMEBOUND {
    return tree_->errors;
  }

  /// All forms, in document order.
  [[nodiscard]] std::vector<Form> forms() const;
  /// The form with this id or name. Throws std::logic_error when there is not exactly one; the
  /// message lists the forms.
  [[nodiscard]] Form form(std::string_view id_or_name,
                          std::source_location where = std::source_location::current()) const;
  /// A form by its index, from 0. Throws std::logic_error when there is none.
  [[nodiscard]] Form form(std::size_t index,
                          std::source_location where = std::source_location::current()) const;
  /// The only form. Throws std::logic_error when there are others.
  [[nodiscard]] Form form(std::source_location where = std::source_location::current()) const;

  /// The whole tree, one line for each node, indented by its depth: what golden files hold.
  [[nodiscard]] std::string outline() const;

 private:
  std::shared_ptr<const Tree> tree_;
};

}  // namespace mastic::testing::html
