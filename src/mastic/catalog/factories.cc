#include "mastic/catalog/factories.h"

#include <string>

#include "mastic/files/static_files.h"

namespace mastic::catalog {
namespace {

struct StaticOptions {
  /// Directory whose files are served.
  std::string root;
  files::Options files;

  void describe(base::OptionTable& table) {
    table.path("root", root, "DIR", "Directory whose files are served.");
    files.describe(table);
  }
};

base::Result<app::App> make_static(const StaticOptions& options, deploy::Build& build) {
  return files::open_static_files(options.root, options.files, build.kernel());
}

}  // namespace

const deploy::Factories& factories() {
  static const deploy::Factories kFactories = [] {
    deploy::Factories all;
    all.add(deploy::app_factory("static", "The files below a directory.", make_static));
    all.alias(deploy::PartKind::App, "Paste", "static", "static");
    return all;
  }();
  return kFactories;
}

}  // namespace mastic::catalog
