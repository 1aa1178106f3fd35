// Conditional requests (RFC 9110 §13): what If-Match and its kin decide, in the order of §13.2.2.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mastic/http/entity_tag.h"
#include "mastic/http/fields.h"
#include "mastic/http/method.h"

namespace mastic::http {

/// What tells one state of a resource from another; both members are optional.
struct Validators {
  std::optional<EntityTag> entity_tag;
  std::optional<std::int64_t> last_modified;  ///< seconds since 1970
};

enum class Precondition {
  Proceed,      ///< answer as if nothing had been asked
  NotModified,  ///< 304, to GET and HEAD
  Failed,       ///< 412
};

/// `now` is for dates with two-digit years and for dates in the future. A date that cannot be read
/// is as if it were not there.
[[nodiscard]] Precondition evaluate(Method method, FieldsView request, const Validators& validators,
                                    std::int64_t now);

/// Whether a Range field may be honoured: there is no If-Range, or it names this very state. A date
/// counts only when it is more than a second old, for it may otherwise have changed within it.
[[nodiscard]] bool if_range_holds(FieldsView request, const Validators& validators,
                                  std::int64_t now);

}  // namespace mastic::http
