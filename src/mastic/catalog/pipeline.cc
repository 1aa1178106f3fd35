#include "mastic/catalog/pipeline.h"

#include <utility>

namespace mastic::catalog {

app::App make_pipeline(app::App app, const std::optional<middleware::AccessLog>& access_log) {
  // From the innermost layer to the outermost. Add a layer where its reason puts it.
  //
  // 1. access log: outermost, so that it sees every answer of the application. Requests that the
  //    server rejects itself (malformed, or a header that arrives too slowly) never come here;
  //    service.cc passes them to the access log.
  if (access_log) app = app::wrap(*access_log, std::move(app));
  return app;
}

}  // namespace mastic::catalog
