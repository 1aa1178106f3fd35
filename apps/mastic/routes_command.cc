#include "apps/mastic/routes_command.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mastic/app/route_list.h"
#include "mastic/json/json.h"

#include "apps/mastic/output_format.h"
#include "apps/mastic/site_argument.h"

namespace mastic::program {
namespace {

constexpr std::string_view kRoutes = "routes";

/// A route as `--format json` prints it. What is not known is left out.
struct RouteJson {
  std::optional<std::string> method;
  std::optional<std::string> host;
  std::string path;
  std::optional<std::string> name;
  std::optional<std::string> meaning;
  bool is_blocking = false;
  std::optional<std::string> factory;
  std::optional<std::string> section;
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
};

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// Takes secrets of the site out of what is shown of a route.
void blank(app::ListedRoute& route, const deploy::SecretValues& secrets) {
  for (std::string* const text : {&route.host, &route.path, &route.meaning}) {
    *text = secrets.blank(*text);
  }
  if (!route.made_by) return;
  route.made_by->factory = secrets.blank(route.made_by->factory);
  route.made_by->section = secrets.blank(route.made_by->section);
  route.made_by->origin = secrets.blank(route.made_by->origin);
}

std::string routes_json(const std::vector<app::ListedRoute>& routes) {
  std::vector<RouteJson> list;
  for (const app::ListedRoute& route : routes) {
    RouteJson& json = list.emplace_back(RouteJson{.method = unless_empty(route.method),
                                                  .host = unless_empty(route.host),
                                                  .path = route.path,
                                                  .name = unless_empty(route.name),
                                                  .meaning = unless_empty(route.meaning),
                                                  .is_blocking = route.is_blocking});
    if (!route.made_by) continue;
    json.factory = unless_empty(route.made_by->factory);
    json.section = unless_empty(route.made_by->section);
    json.file = unless_empty(route.made_by->origin.place);
    if (route.made_by->origin.line != 0) json.line = route.made_by->origin.line;
  }
  return json::to_json(list) + "\n";
}

constexpr std::size_t kColumns = 4;
using Row = std::array<std::string, kColumns>;

/// The row of a route: method, host and path, what answers, and the line that mounts it.
Row row_of(const app::ListedRoute& route) {
  Row row{route.method.empty() ? "any" : route.method, route.host + route.path, {}, {}};
  std::string& answer = row[2];
  const auto add = [&](const std::string& text) {
    if (!text.empty()) answer += (answer.empty() ? "" : ", ") + text;
  };
  if (route.made_by) {
    const std::string& section = route.made_by->section;
    add(route.made_by->factory + (section.empty() ? "" : " [" + section + "]"));
    row[3] = route.made_by->origin.to_string();
  }
  add(route.meaning);
  if (!route.name.empty()) add("named " + route.name);
  if (route.is_blocking) add("blocking");
  for (std::string& text : row) text = printable(text);
  return row;
}

std::string routes_text(const std::vector<app::ListedRoute>& routes) {
  std::vector<Row> rows;
  std::array<std::size_t, kColumns> widths{};
  for (const app::ListedRoute& route : routes) {
    const Row& row = rows.emplace_back(row_of(route));
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
      line.append(row[i]).append(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

class RoutesCommand final : public Command {
 public:
  void describe(base::OptionTable& table) override {
    site_.describe(table);
    table.group("Output");
    describe_format(table, format_);
  }

  int run(const base::CommandLine& line) override {
    const auto site = read_site(line.others, site_);
    if (!site) return fail(kRoutes, ExitCode::WrongUsage, site.error().message);
    const deploy::Site made = make_site(*site);
    report(made.diagnostics);
    if (!made.app) return static_cast<int>(ExitCode::CannotStart);
    app::RouteList list;
    list.add_below("", "", *made.app);
    std::vector<app::ListedRoute> routes = list.routes();
    for (app::ListedRoute& route : routes) blank(route, made.secrets);
    return print(kRoutes,
                 format_ == OutputFormat::Json ? routes_json(routes) : routes_text(routes));
  }

 private:
  SiteOptions site_;
  OutputFormat format_ = OutputFormat::Text;
};

}  // namespace

CommandEntry routes_command() {
  return {.name = kRoutes,
          .arguments = "SITE [NAME=VALUE...]",
          .meaning = "list what a site answers: methods, hosts and paths",
          .text =
              "Prints a line for each route: its method, its host and path, what answers, and\n"
              "the line of the site file that puts it there. A path that ends in '...' stands\n"
              "for all paths below it.\n\n"
              "  mastic routes site.ini\n"
              "  mastic routes public --format json\n",
          .exit_codes = "0 done, 1 the site has errors, 2 wrong usage",
          .file = FileArgument::Site,
          .make = make_command<RoutesCommand>};
}

}  // namespace mastic::program
