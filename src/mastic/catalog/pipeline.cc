#include "mastic/catalog/pipeline.h"

#include <ranges>
#include <utility>

namespace mastic::catalog {
namespace {

using deploy::FilterPlace;

// The outermost first. Add a layer where its reason puts it.
constexpr FilterPlace kLayers[] = {
    // Requests that the server rejects itself (malformed, or a header that arrives too slowly) never
    // come here; service.cc passes them to the access log.
    {"access_log", "it sees every answer, and how large it is in the end"},
    {"response_fields", "its fields are on refusals and errors, too"},
    {"upload_progress", "it counts content as it arrives, compressed or not"},
    {"decompress_requests", "a body_limit inside of it counts what handlers get"},
    {"body_limit", "content is refused before anything is done with it"},
    {"error_documents", "the errors of everything inside of it have pages"},
    {"lint", "it checks the application itself"},
};

}  // namespace

std::span<const deploy::FilterPlace> layers() { return kLayers; }

app::App make_pipeline(app::App app, const std::optional<middleware::AccessLog>& access_log) {
  for (const FilterPlace& layer : kLayers | std::views::reverse) {
    // The other layers are put around applications by files and programs, never by default.
    if (layer.name == "access_log" && access_log) app = app::wrap(*access_log, std::move(app));
  }
  return app;
}

}  // namespace mastic::catalog
