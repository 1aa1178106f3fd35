#include "apps/mastic/new_command.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/text.h"

#include "apps/mastic/new_project.h"

namespace mastic::program {
namespace {

constexpr std::string_view kNew = "new";

constexpr std::array<std::pair<std::string_view, NewKind>, 3> kKinds{
    {{"site", NewKind::Site}, {"app", NewKind::App}, {"filter", NewKind::Filter}}};

std::string unknown_kind(std::string_view word) {
  std::vector<std::string_view> known;
  for (const auto& [name, kind] : kKinds) known.push_back(name);
  const auto meant = base::nearest(word, known);
  return "there is no '" + std::string(word) + "' to make; " +
         (meant ? "did you mean '" + std::string(*meant) + "'?"
                : std::string("a site, an app or a filter can be made"));
}

/// What to do next, with a new site or program.
std::string next_steps(NewKind kind, const std::string& name) {
  const std::string serve = kind == NewKind::Site ? "mastic serve site.ini" : "build/" + name;
  return "\nNext:\n\n  cd " + name +
         "\n  cmake -S . -B build && cmake --build build\n"
         "  ctest --test-dir build\n  " +
         serve + "\n";
}

/// What to add to which file, so that the filter is used. The lines begin in the first column, as
/// they have to in a site file, where an indented line continues the one before.
std::string lines_to_add(const std::string& name) {
  const std::string function = "make_" + identifier(name);
  const std::string include = "#include \"" + identifier(name) + ".h\"\n";
  if (!std::filesystem::exists("plugin.cc")) {
    return "\nTo use it, add these lines to the file that makes your site (site.cc):\n\n" +
           include + "site.use(" + function + "({}));\n";
  }
  return "\nTo use it, add these lines to plugin.cc, the second one in MASTIC_PLUGIN(...):\n\n" +
         include + "filter_factory(\"" + name + "\", \"Sets a field of every answer.\", " +
         function +
         "),\n\nand these to site.ini. The first one belongs in [app:main] or, if there is a "
         "filter\n"
         "already, in the section of the filter that was added last:\n\n" +
         "filter-with = " + name + "\n\n[filter:" + name + "]\nuse = lib:build/libsite.so#" + name +
         "\n";
}

int make_new(NewKind kind, const std::string& name) {
  if (const auto fits = check_name(kind, name); !fits) {
    return fail(kNew, ExitCode::WrongUsage, fits.error().message);
  }
  if (kind == NewKind::Filter && !std::filesystem::exists("CMakeLists.txt")) {
    return fail(kNew, ExitCode::CannotStart,
                "there is no CMakeLists.txt here, and so no project that the filter could "
                "belong to; `mastic new site NAME` makes one");
  }
  const auto written = write_new(kind, name);
  if (!written) return fail(kNew, ExitCode::CannotStart, written.error().message);
  std::string text;
  for (const std::string& path : *written) text += path + "\n";
  return print(kNew,
               text + (kind == NewKind::Filter ? lines_to_add(name) : next_steps(kind, name)));
}

class NewCommand final : public Command {
 public:
  void describe(base::OptionTable&) override {}

  int run(const base::CommandLine& line) override {
    const auto& words = line.others;
    if (words.empty()) {
      return fail(kNew, ExitCode::WrongUsage, "say what; write: mastic new site NAME");
    }
    const auto kind =
        std::ranges::find(kKinds, words[0], &std::pair<std::string_view, NewKind>::first);
    if (kind == kKinds.end()) return fail(kNew, ExitCode::WrongUsage, unknown_kind(words[0]));
    if (words.size() == 2) return make_new(kind->second, std::string(words[1]));
    return fail(kNew, ExitCode::WrongUsage,
                "one name is needed; write: mastic new " + std::string(words[0]) + " NAME");
  }
};

}  // namespace

CommandEntry new_command() {
  return {.name = kNew,
          .arguments = "site|app|filter NAME",
          .meaning = "write a new site, program or filter",
          .text =
              "Writes a new project, or a filter for one:\n\n"
              "  mastic new site NAME      a site: a plugin with its test, and a site file\n"
              "  mastic new app NAME       a program that serves a site, with its test\n"
              "  mastic new filter NAME    a filter with its test, for the project in this\n"
              "                            folder\n\n"
              "A site or an app is written to the new folder NAME; its README.md has the\n"
              "commands that build, test and serve it. Nothing is overwritten. A name has\n"
              "letters, digits, _ and -.\n",
          .words = {"site", "app", "filter"},
          .make = make_command<NewCommand>};
}

}  // namespace mastic::program
