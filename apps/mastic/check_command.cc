#include "apps/mastic/check_command.h"

#include <unistd.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mastic/catalog/options.h"
#include "mastic/catalog/server_section.h"
#include "mastic/deploy/node_json.h"
#include "mastic/deploy/node_text.h"
#include "mastic/json/json.h"

#include "apps/mastic/bound_addresses.h"
#include "apps/mastic/output_format.h"
#include "apps/mastic/site_and_server.h"
#include "apps/mastic/site_argument.h"

namespace mastic::program {
namespace {

constexpr std::string_view kCheck = "check";

/// What `--format json` prints.
struct CheckJson {
  bool is_usable = false;
  std::optional<deploy::NodeJson> application;
  std::optional<deploy::NodeJson> server;
  std::vector<deploy::DiagnosticJson> diagnostics;
};

class CheckCommand final : public Command {
 public:
  void describe(base::OptionTable& table) override {
    site_.describe(table);
    table.text("server_name", server_name_, "NAME",
               "Section [server:NAME] of the site file that is checked too. [main]");
    table.group("Output");
    table.flag("all", all_, "Show options that are at their default, and global settings, too.");
    describe_format(table, format_);
  }

  int run(const base::CommandLine& line) override {
    const auto site = read_site(line.others, site_);
    if (!site) return fail(kCheck, ExitCode::WrongUsage, site.error().message);
    deploy::Site made = make_site(*site);
    const auto server = check_server(*site, made.tree, made.diagnostics);
    warn_of_redirect_loops(made.tree, made.diagnostics);
    const bool is_usable = !made.diagnostics.has_errors();
    const int printed = format_ == OutputFormat::Json ? print_json(made, server, is_usable)
                                                      : print_text(made, server);
    if (printed != 0) return printed;
    return static_cast<int>(is_usable ? ExitCode::Ended : ExitCode::CannotStart);
  }

 private:
  std::optional<deploy::Node> check_server(const SiteArgument& site, const deploy::Node& tree,
                                           deploy::Diagnostics& diagnostics) const {
    catalog::Options options;
    base::OptionTable table;
    catalog::ServerSection section_options(options);
    section_options.describe(table);
    deploy::Diagnostics found;
    deploy::SecretValues secrets;
    auto server = read_server(site, server_name_, table, found, secrets);
    if (!found.has_errors()) compare_with_server(tree, options, diagnostics);
    if (server && !found.has_errors()) {
      if (const auto fits = options.check(); !fits) {
        found.error(server->origin, fits.error().message);
      }
      const auto addresses = bound_addresses(options, table, server->origin);
      check_bound_addresses(addresses, found);
      compare_with_others(site, server->origin, addresses, found);
    }
    found.blank(secrets);
    diagnostics.take(std::move(found));
    return server;
  }

  /// Compares the addresses of the server whose section begins at `section` with those of the other servers of the file.
  static void compare_with_others(const SiteArgument& site, const base::Origin& section,
                                  const std::vector<BoundAddress>& addresses,
                                  deploy::Diagnostics& diagnostics) {
    constexpr std::size_t kMostServers = 16;  // each of them reads the file
    const auto file = read_file(site);
    if (!file) return;  // it was removed since the server was read from it
    std::size_t compared = 0;
    for (const deploy::IniSection& other : file->sections()) {
      constexpr std::string_view kPrefix = "server:";
      if (!other.name.starts_with(kPrefix) || other.line == section.line) continue;
      if (++compared > kMostServers) return;
      catalog::Options options;
      base::OptionTable table;
      catalog::ServerSection section_options(options);
      section_options.describe(table);
      deploy::Diagnostics of_other;
      deploy::SecretValues secrets;
      const auto node =
          read_server(site, other.name.substr(kPrefix.size()), table, of_other, secrets);
      if (!node || of_other.has_errors()) continue;
      compare_bound_addresses(addresses, bound_addresses(options, table, node->origin), other.name,
                              diagnostics);
    }
  }

  /// Prints what was understood, also of a site with errors: its server, and the parts that could be
  /// made, show a reader how far the file is right.
  int print_text(const deploy::Site& made, const std::optional<deploy::Node>& server) const {
    report(made.diagnostics);
    const deploy::NodeTextStyle style{.has_defaults = all_,
                                      .has_colours = wants_colours(STDOUT_FILENO)};
    std::string text = made.tree.factory.empty() ? "" : deploy::to_text(made.tree, style);
    if (server) text += deploy::to_text(*server, style);
    return print(kCheck, text);
  }

  static int print_json(const deploy::Site& made, const std::optional<deploy::Node>& server,
                        bool is_usable) {
    CheckJson json{.is_usable = is_usable, .diagnostics = to_json_list(made.diagnostics)};
    if (!made.tree.factory.empty()) json.application = to_json_node(made.tree);
    if (server) json.server = to_json_node(*server);
    return print(kCheck, json::to_json(json) + "\n");
  }

  SiteOptions site_;
  /// Section [server:NAME] of the site file that is checked too. [main]
  std::string server_name_;
  /// Show options that are at their default, and global settings, too.
  bool all_ = false;
  OutputFormat format_ = OutputFormat::Text;
};

}  // namespace

CommandEntry check_command() {
  return {.name = kCheck,
          .arguments = "SITE [NAME=VALUE...]",
          .meaning = "show what a site consists of, and all that is wrong with it",
          .text =
              "Makes the site as `mastic serve` does, without listening anywhere, and shows\n"
              "what is mounted where, with every option and the line that it comes from.\n"
              "Errors and warnings are written to standard error as FILE:LINE: MESSAGE.\n"
              "Secrets are shown as ***.\n\n"
              "  mastic check site.ini\n"
              "  mastic check site.ini --all\n"
              "  mastic check site.ini --format json\n",
          .exit_codes = "0 the site can be served, 1 it has errors, 2 wrong usage",
          .file = FileArgument::Site,
          .make = make_command<CheckCommand>};
}

}  // namespace mastic::program
