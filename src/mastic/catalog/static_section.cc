#include "mastic/catalog/static_section.h"

#include <chrono>

#include "mastic/files/static_files.h"

namespace mastic::catalog {

void StaticSection::describe(base::OptionTable& table) {
  table.path("root", root, "FOLDER", "The folder whose files are served.");
  table.duration("max_age", max_age,
                 "How long clients may use a file without asking again: for 'Cache-Control: "
                 "max-age'; 0 leaves the field out.");
  files.describe(table);
  table.alias("document_root", "root");
  table.alias("cache_max_age", "max_age", "s");
}

base::Result<void> StaticSection::check() const {
  if (root.empty()) return base::fail("root is missing: write the folder whose files are served");
  if (max_age > base::Duration::zero() && !files.cache_control.empty()) {
    return base::fail("max_age and cache_control both set the field Cache-Control; leave one out");
  }
  return files.check();
}

base::Result<app::App> make_static(const StaticSection& section, deploy::Build& build) {
  files::Options options = section.files;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(section.max_age).count();
  if (seconds > 0) options.cache_control = "max-age=" + std::to_string(seconds);
  auto files = files::open_static_files(section.root, std::move(options), build.kernel());
  if (!files) return base::fail("root: ", files.error().message);
  return *std::move(files);
}

}  // namespace mastic::catalog
