#include "mastic/app/coded_content.h"

#include "mastic/app/http_error.h"
#include "mastic/base/text.h"

namespace mastic::app {

void refuse_coded_content(const Request& request) {
  const auto coding = request.field(http::FieldName::ContentEncoding);
  if (!coding || base::equal_ignoring_case(*coding, "identity")) return;
  throw HttpError(http::Status::UnsupportedMediaType,
                  "Content with a Content-Encoding is not accepted here.")
      .set("Accept-Encoding", "identity");
}

}  // namespace mastic::app
