// A place in the source of a page, and what is wrong there.

#pragma once

#include <cstdint>
#include <string>

namespace mastic::testing::html {

/// A place in a source.
struct SourcePlace {
  std::uint32_t line = 0;    ///< from 1; 0 for what has no place
  std::uint32_t column = 0;  ///< in characters, from 1
  std::size_t offset = 0;    ///< in bytes of the source as UTF-8
};

/// A place where a page is not as the HTML standard wants it. Browsers show such a page all the
/// same, and so does a Document.
struct ParseError {
  SourcePlace place;    ///< where it is wrong
  std::string message;  ///< what, such as "not as HTML wants it: </b></p>"

  /// The place and the message: "3:14: not as HTML wants it: </b></p>".
  [[nodiscard]] std::string to_string() const;
};

}  // namespace mastic::testing::html
