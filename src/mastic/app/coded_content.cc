#include "mastic/app/coded_content.h"

#include <string>

#include "mastic/app/http_error.h"
#include "mastic/base/text.h"

namespace mastic::app {

void refuse_coded_content(const Request& request) {
  if (!request.field(http::FieldName::ContentEncoding)) return;
  // The list of codings may stand in several fields, so the first one does not tell all.
  const std::string codings = request.fields().joined(http::FieldName::ContentEncoding);
  if (base::equal_ignoring_case(codings, "identity")) return;
  throw HttpError(http::Status::UnsupportedMediaType,
                  "Content with a Content-Encoding is not accepted here.")
      .set("Accept-Encoding", "identity");
}

}  // namespace mastic::app
