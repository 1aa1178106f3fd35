// What the golden files describe: the parts, their settings, and the diagnostics.
//
// With MASTIC_WRITE_GOLDEN in the environment, the test writes what it found into the files; read the
// difference before you commit it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "mastic/base/system_files_testing.h"
#include "mastic/deploy/golden_testing.h"
#include "mastic/deploy/loader.h"

namespace mastic::deploy {
namespace {

/// Prints parts, and finds those that the factories of composites would ask for.
class PartPrinter {
 public:
  PartPrinter(Loader& loader, std::string& out) : loader_(loader), out_(out) {}

  void print(const Part* part, std::string_view place, std::size_t depth) {
    line(depth, std::string(place) + ": ");
    if (part == nullptr) {
      out_ += "nothing\n";
      return;
    }
    out_ += to_string(part->kind);
    if (!part->section.empty()) out_.append(" [").append(part->section).append("]");
    out_.append(" ").append(form_of(*part)).append("\n");
    print(part->global, "global", depth);
    print(part->local, "local", depth);
    for (const auto& filter : part->filters) print(filter.get(), "filter", depth + 1);
    if (part->form != Part::Form::Made) print(part->app.get(), "inside", depth + 1);
    if (depth < 8) print_composite(*part, depth);
  }

 private:
  static std::string form_of(const Part& part) {
    if (part.form == Part::Form::Made) return "= " + part.factory.to_string();
    return part.form == Part::Form::Pipeline ? "is a pipeline" : "is filtered";
  }

  void print(const Settings& settings, std::string_view word, std::size_t depth) {
    for (const Setting& setting : settings) {
      if (setting.value == (setting.name == "here" ? "/site" : "/site/site.ini")) continue;
      line(depth, "    ");
      out_.append(word).append(" ").append(setting.name).append(" = ");
      for (const char c : setting.value) out_ += c == '\n' ? "\\n" : std::string(1, c);
      if (setting.origin.is_known()) out_.append("  (" + setting.origin.to_string() + ")");
      out_ += '\n';
    }
  }

  void print_composite(const Part& part, std::size_t depth) {
    if (part.form != Part::Form::Made) return;
    const bool is_cascade = part.factory.name == "cascade";
    if (!is_cascade && part.factory.name != "urlmap") return;
    for (const Setting& setting : part.local) {
      if (is_cascade && !setting.name.starts_with("app")) continue;
      const auto below = loader_.find(PartKind::App, setting.value, part, setting.origin);
      print(below.get(), setting.name, depth + 1);
    }
  }

  void line(std::size_t depth, std::string_view text) { out_.append(depth * 4, ' ').append(text); }

  Loader& loader_;
  std::string& out_;
};

std::string describe_golden(const GoldenCase& golden) {
  std::string out;
  Diagnostics diagnostics;
  base::SystemFilesKernel kernel(golden.files);
  Loader loader(diagnostics, golden.options, kernel);
  PartPrinter printer(loader, out);
  printer.print(loader.load(PartKind::App, "config:/site/site.ini").get(), "main", 0);
  if (loader.has(PartKind::Server, "config:/site/site.ini")) {
    printer.print(loader.load(PartKind::Server, "config:/site/site.ini").get(), "server", 0);
  }
  loader.warn_of_unused_sections();
  loader.warn_of_unread_globals();
  return out + diagnostics.to_string();
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, MeansWhatTheFileSays) {
  const GoldenCase golden = read_golden(GetParam());
  const std::string described = describe_golden(golden);
  if (std::getenv("MASTIC_WRITE_GOLDEN") != nullptr) {
    std::ofstream(golden_path(GetParam())) << golden.input << "----------\n" << described;
  }
  EXPECT_EQ(described, golden.expected);
}

INSTANTIATE_TEST_SUITE_P(Deploy, GoldenTest, testing::ValuesIn(golden_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace mastic::deploy
