// Conditional requests (RFC 9110 §13): what If-Match and its relatives decide, in the order of
// §13.2.2.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mastic/http/entity_tag.h"
#include "mastic/http/fields.h"
#include "mastic/http/method.h"

namespace mastic::http {

/// What identifies the current state of a resource; both members are optional.
struct Validators {
  std::optional<EntityTag> entity_tag;
  std::optional<std::int64_t> last_modified;  ///< seconds since 1970
};

/// What the conditions of a request lead to.
enum class Precondition {
  Proceed,      ///< answer as if there were no condition
  NotModified,  ///< answer 304, to GET and HEAD
  Failed,       ///< answer 412
};

/// Evaluates the conditions of a request against the current state. `now`, in seconds since 1970,
/// is needed for dates with two-digit years. A condition whose date cannot be read is ignored.
[[nodiscard]] Precondition evaluate(Method method, FieldsView request, const Validators& validators,
                                    std::int64_t now);

/// Whether a Range field may be honoured: either the request has no If-Range, or its If-Range names
/// exactly the current state. A date counts only if it is more than a second old, because within
/// its second the resource may have changed again.
[[nodiscard]] bool if_range_holds(FieldsView request, const Validators& validators,
                                  std::int64_t now);

}  // namespace mastic::http
