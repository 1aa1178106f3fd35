#include "mastic/catalog/pipeline.h"

#include <utility>

namespace mastic::catalog {

app::App make_pipeline(app::App app, const std::optional<middleware::AccessLog>& access_log) {
  // From the inside out; a new layer goes where its reason says.
  //
  // 1. access log: outermost, so that it sees whatever the application answers. What the server
  //    refuses itself (a malformed request, a header that comes too slowly) it is told of elsewhere
  //    (service.cc).
  if (access_log) app = app::wrap(*access_log, std::move(app));
  return app;
}

}  // namespace mastic::catalog
