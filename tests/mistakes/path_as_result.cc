// says: a handler must not return a std::filesystem::path, because the path would be sent as text: return send_file(request, path) to send the file
#include <mastic/mastic.h>

#include <filesystem>

void enter(mastic::Router& site) {
  site.get<"/report">([] { return std::filesystem::path("/srv/report.pdf"); });
}
