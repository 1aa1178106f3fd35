// CSS selectors.
//
// A selector is matched against a whole tree at once: one pass over the nodes for each part of it, with
// one bit for each node and part. So the time is the size of the tree times the size of the selector,
// whatever both look like; there is no search that goes back.

#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {

/// A list of CSS selectors (Selectors Level 3, and what people use of Level 4):
///
///     article > h2.title, a[href^="/teas" i]:not(.old), tr:nth-child(2n+1) td:contains("Assam")
///
/// Document::select says what they may consist of.
class Selector {
 public:
  /// Parses a selector. Throws std::logic_error for a wrong one, with the place and a remedy.
  [[nodiscard]] static Selector parse(std::string_view css);
  /// Does the same for a call of a test, with which the message begins.
  [[nodiscard]] static Selector parse(std::string_view css, const std::source_location& where);
  /// For each node of `tree`, whether the selector matches it.
  [[nodiscard]] std::vector<bool> match(const Tree& tree) const;

  // What a selector consists of.

  /// How an element is related to the one before in a selector.
  enum class Combinator : std::uint8_t { None, Descendant, Child, Next, Later };
  /// One condition for an element.
  struct Simple {
    /// What is asked of an element.
    enum class Kind : std::uint8_t {
      Any,
      Type,
      Id,
      Class,
      HasAttribute,
      Equals,
      HasWord,
      HasLanguage,
      Begins,
      Ends,
      Contains,
      Nth,
      NthLast,
      NthOfType,
      NthLastOfType,
      Empty,
      Root,
      Checked,
      Disabled,
      Enabled,
      Required,
      Optional,
      ReadOnly,
      Link,
      HasText,
      Is,
      Not,
      Has
    };
    Kind kind = Kind::Any;             ///< which condition
    std::string name = {};             ///< of a type, an id, a class or an attribute
    std::string value = {};            ///< of an attribute, or a text
    bool ignores_case = false;         ///< in `value`
    int step = 0;                      ///< a of an+b
    int offset = 0;                    ///< b of an+b
    std::vector<Selector> inner = {};  ///< the list of Is, Not and Has
  };
  /// The conditions for one element.
  struct Compound {
    Combinator combinator =
        Combinator::None;            ///< to the compound before, or for Has to the element
    std::vector<Simple> conditions;  ///< all of them must hold
  };
  /// Compounds with combinators between them.
  using Complex = std::vector<Compound>;

 private:
  friend class SelectorParser;
  friend class SelectorMatcher;

  std::vector<Complex> list_;
};

}  // namespace mastic::testing::html
