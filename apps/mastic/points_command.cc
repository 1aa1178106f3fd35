#include "apps/mastic/points_command.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/text.h"
#include "mastic/catalog/factories.h"
#include "mastic/deploy/plugin.h"
#include "mastic/deploy/thrown.h"
#include "mastic/json/json.h"

#include "apps/mastic/point_list.h"

namespace mastic::program {
namespace {

constexpr std::string_view kPoints = "points";

std::vector<Point> own_points() {
  std::vector<Point> points;
  const deploy::Factories& factories = catalog::factories();
  for (const deploy::Factory& factory : factories.all()) {
    points.push_back(describe_point(factory, "mastic#", factories.other_names(factory)));
  }
  return points;
}

base::Result<std::vector<Point>> plugin_points(const std::string& path) {
  const auto factories = deploy::load_plugin(path, base::system_kernel());
  if (!factories) return std::unexpected(factories.error());
  std::vector<Point> points;
  for (const deploy::Factory& factory : *factories) {
    try {
      points.push_back(describe_point(factory, "lib:" + path + "#", {}));
    } catch (...) {
      return base::fail(path, ": the options of '", factory.name,
                        "' cannot be described: ", deploy::thrown_message());
    }
  }
  return points;
}

bool is_called(const Point& point, std::string_view name) {
  return point.name == name || point.name.ends_with("#" + std::string(name)) ||
         std::ranges::find(point.other_names, name) != point.other_names.end();
}

std::string no_such(const std::vector<Point>& points, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Point& point : points) {
    names.push_back(std::string_view(point.name).substr(point.name.find('#') + 1));
  }
  const auto meant = base::nearest(name, names);
  return "there is no '" + name + "'; " +
         (meant ? "did you mean '" + std::string(*meant) + "'?"
                : std::string("`mastic points` lists those that there are"));
}

class PointsCommand final : public Command {
 public:
  void describe(base::OptionTable& table) override {
    table.group("Output");
    table.choice("format", format_, "(text|json|markdown)",
                 {{"text", Format::Text}, {"json", Format::Json}, {"markdown", Format::Markdown}},
                 "Print for people, for other programs, or as a page of a reference.");
  }

  int run(const base::CommandLine& line) override {
    auto words = line.others;
    auto points = base::Result<std::vector<Point>>(own_points());
    std::string name;
    if (!words.empty()) {
      std::string first(words.front());
      if (first.starts_with("lib:")) first.erase(0, 4);
      // A path may have a '#' itself.
      const std::size_t mark = first.ends_with(".so") ? first.npos : first.rfind('#');
      const std::string path = first.substr(0, mark);
      if (path.ends_with(".so")) {
        points = plugin_points(path);
        if (mark != first.npos) name = first.substr(mark + 1);
        words.erase(words.begin());
      }
    }
    if (!points) return fail(kPoints, ExitCode::CannotStart, points.error().message);
    if (!words.empty()) name = words.front();
    if (words.size() > 1) {
      return fail(kPoints, ExitCode::WrongUsage,
                  "unexpected argument '" + std::string(words[1]) + "'; see --help");
    }
    if (!name.empty()) {
      const std::string message = no_such(*points, name);
      std::erase_if(*points, [&](const Point& point) { return !is_called(point, name); });
      if (points->empty()) return fail(kPoints, ExitCode::CannotStart, message);
    }
    return print(kPoints, shown(*points, !name.empty()));
  }

 private:
  enum class Format { Text, Json, Markdown };

  [[nodiscard]] std::string shown(const std::vector<Point>& points, bool in_detail) const {
    if (format_ == Format::Json) return json::to_json(points) + "\n";
    if (format_ == Format::Markdown) return points_markdown(points);
    if (!in_detail) return list_text(points);
    std::string text;
    for (const Point& point : points) text += (text.empty() ? "" : "\n") + point_text(point);
    return text;
  }

  /// Print for people, for other programs, or as a page of a reference.
  Format format_ = Format::Text;
};

}  // namespace

CommandEntry points_command() {
  std::vector<std::string_view> names;
  for (const deploy::Factory& factory : catalog::factories().all()) names.push_back(factory.name);
  return {.name = kPoints,
          .arguments = "[PLUGIN] [NAME]",
          .meaning = "list the applications, filters and servers that a site file may use",
          .text =
              "Lists what a section may name in `use =`. With a NAME, shows its options and an\n"
              "example section. With a PLUGIN, lists what that has.\n\n"
              "  mastic points\n"
              "  mastic points static\n"
              "  mastic points ./libsite.so\n",
          .file = FileArgument::Plugin,
          .words = std::move(names),
          .make = make_command<PointsCommand>};
}

}  // namespace mastic::program
