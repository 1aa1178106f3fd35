// The content of a request, for several applications in turn.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mastic/app/request.h"

namespace mastic::app {

/// Gives each of several applications the whole content of a request, although content can be read
/// only once.
///
/// Content in memory is there for each. Content that comes from the client is kept while an
/// application reads it, up to a limit; what no application has read is not waited for. So content
/// of any size passes through to an application that is called after others have left it alone.
class ReplayedContent {
 public:
  /// Prepares the content for the first application. At most `most` bytes are kept; `request` must
  /// outlive it. Allocates nothing if the content, or its lack, is in memory already.
  ReplayedContent(Request& request, std::uint64_t most);

  /// Whether the next application can have the content: the applications so far have read no more
  /// of it than could be kept.
  [[nodiscard]] bool is_whole() const;
  /// Gives the content to the next application. It is not kept for another one after that if
  /// `is_last`. Requires: is_whole().
  void restore(bool is_last);

 private:
  class Recording;
  class Reader;

  /// Whether the content that the request owned at first is still in its place.
  [[nodiscard]] bool is_in_place() const;

  Request* request_;
  std::string_view owned_;                ///< content that the request's own body holds
  std::optional<Body> spare_;             ///< another body of the same content
  std::shared_ptr<Recording> recording_;  ///< of content that is pulled
};

}  // namespace mastic::app
