// Fuzzes the files of a site, in the form of the golden files, with a command line and an
// environment. Each file must be read once, nothing may lead to itself without end, and whatever is
// no part must be reported, in lines of printable text.

#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/base/system_files_testing.h"
#include "mastic/deploy/golden_testing.h"
#include "mastic/deploy/loader.h"

using namespace mastic;

namespace {

/// Counts how often files are opened.
class CountingKernel final : public base::ForwardingKernel {
 public:
  using ForwardingKernel::ForwardingKernel;
  int open(const char* path, int flags, unsigned mode) override {
    MASTIC_ASSERT(++opened[path] == 1);
    return ForwardingKernel::open(path, flags, mode);
  }
  std::map<std::string, int> opened;
};

/// Looks up everything that a composite may ask for.
void find_below(deploy::Loader& loader, const deploy::Part& part, int depth) {
  for (const auto& filter : part.filters) find_below(loader, *filter, depth);
  if (part.app != nullptr) find_below(loader, *part.app, depth);
  if (part.form != deploy::Part::Form::Made || depth == 3) return;
  for (const deploy::Setting& setting : part.local) {
    const auto below = loader.find(deploy::PartKind::App, setting.value, part, setting.origin);
    if (below != nullptr) find_below(loader, *below, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  deploy::GoldenCase golden =
      deploy::parse_golden(std::string_view(reinterpret_cast<const char*>(data), size));
  golden.options.max_parts = 300;
  base::SystemFilesKernel files(golden.files);
  CountingKernel kernel(files);
  deploy::Diagnostics diagnostics;
  deploy::Loader loader(diagnostics, golden.options, kernel);
  const std::string uri = "config:/site/site.ini";
  const auto part = loader.load(deploy::PartKind::App, uri);
  MASTIC_ASSERT(part != nullptr || diagnostics.has_errors());
  if (part != nullptr) find_below(loader, *part, 0);
  if (loader.has(deploy::PartKind::Server, uri)) {
    (void)loader.load(deploy::PartKind::Server, uri);
  }
  loader.warn_of_unused_sections();
  for (const deploy::Diagnostic& diagnostic : diagnostics.sorted()) {
    for (const char c : diagnostic.to_string()) MASTIC_ASSERT(static_cast<unsigned char>(c) >= ' ');
  }
  return 0;
}
