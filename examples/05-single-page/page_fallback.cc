#include "page_fallback.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

using mastic::Method;
using mastic::Request;
using mastic::Response;
using mastic::Status;

namespace {

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  if (!text) throw std::runtime_error("cannot read " + path);
  return text.str();
}

/// Whether a browser opens a page, which it asks for with a preference for text/html. Requests for
/// scripts and styles, and requests of fetch(), accept anything and do not count.
bool wants_page(const Request& request) {
  const bool reads = request.method() == Method::Get || request.method() == Method::Head;
  return reads && request.preferred_type({"application/json", "text/html"}) == "text/html";
}

}  // namespace

PageFallback::PageFallback(std::string file) : file_(std::move(file)) { read_file(file_); }

void PageFallback::after(Request& request, Response& response) const {
  if (response.status != Status::NotFound || !wants_page(request)) return;
  response =
      Response::html(read_file(file_)).set("Vary", "Accept").set("Cache-Control", "no-cache");
}
