#include "mastic/catalog/pipeline.h"

#include <utility>

#include "mastic/middleware/access_log.h"

namespace mastic::catalog {
namespace {

middleware::AccessLogFormat format_of(AccessLogChoice choice) {
  return choice == AccessLogChoice::Json ? middleware::AccessLogFormat::Json
                                         : middleware::AccessLogFormat::Combined;
}

}  // namespace

app::App make_pipeline(app::App app, const Options& options, base::LineSink* lines,
                       base::Kernel& kernel) {
  // From the inside out; a new layer goes where its reason says.
  //
  // 1. access log: outermost, so that it sees whatever the application answers. What the server
  //    refuses itself (a malformed request, a header that comes too slowly) is not among it.
  if (lines != nullptr && options.access_log != AccessLogChoice::Off) {
    app = app::wrap(middleware::AccessLog(*lines, format_of(options.access_log), kernel,
                                          options.max_log_field_bytes),
                    std::move(app));
  }
  return app;
}

}  // namespace mastic::catalog
