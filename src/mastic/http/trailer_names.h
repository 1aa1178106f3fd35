// Which fields may stand after the content of a message, as trailers. RFC 9110 §6.5.1.

#pragma once

#include "mastic/http/field_name.h"

namespace mastic::http {

/// Whether a field with this name may be a trailer. It may not if it decides how a message is framed,
/// routed, authorized, cached or understood: all of that is decided before the trailers arrive, and
/// a reader that merges trailers into the head would decide differently. Names that Mastic does not
/// know (FieldName::Other) may be trailers.
[[nodiscard]] bool may_be_trailer(FieldName name);

}  // namespace mastic::http
