// A request that an application makes of itself, while it answers one of a client.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mastic/app/request.h"
#include "mastic/http/fields.h"
#include "mastic/http/request_head.h"

namespace mastic::app {

/// A request for another path of the same application.
///
/// It is a GET without content. It has the host, the client and the fields of the request that
/// causes it, except those about content, ranges, conditions and the connection. It belongs to the
/// same exchange: id, stop token, log and finishers are the same. It finds the values that the
/// other request carries (Request::ext); its own values are not seen outside. Its notes about the
/// answer are its own.
class InternalRequest {
 public:
  /// How many requests may be nested in one of a client.
  static constexpr int kMaxDepth = 8;

  /// Makes a request for `target`, a path that may have a query, below outer.mount_path(). It lives
  /// as long as `outer`. Throws std::invalid_argument when `target` is not such a path;
  /// std::logic_error when a request for the same target is being answered already, so that it
  /// would ask for itself, or when too many are nested.
  [[nodiscard]] static Request& make(Request& outer, std::string_view target);

  /// A place in an application that a request has passed.
  struct Place {
    std::size_t mounted_bytes;   ///< how many bytes of the path the mounts around it have taken
    const RouterFrame* routers;  ///< the routers around it, the innermost first
  };
  /// The place where `request` is.
  [[nodiscard]] static Place place_of(Request& request);
  /// Makes a request like `make`, but at `place`, which `outer` has passed and not left: `target` is
  /// below the mounts there.
  [[nodiscard]] static Request& make_at(const Place& place, Request& outer,
                                        std::string_view target);

  InternalRequest(const InternalRequest&) = delete;
  InternalRequest& operator=(const InternalRequest&) = delete;

 private:
  InternalRequest(Request& outer, std::string whole_target);

  const std::string target_;
  http::Fields fields_;
  http::RequestHead head_;
  Request request_;
};

/// Notes about the answer to `to` what was noted about the answer to `from`, whose content it gets.
void take_notes(const Request& from, const Request& to);

}  // namespace mastic::app
