#include "apps/mastic/serve_command.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/catalog/options.h"
#include "mastic/catalog/run.h"
#include "mastic/catalog/server_section.h"
#include "mastic/files/options.h"

#include "apps/mastic/commands.h"
#include "apps/mastic/site_and_server.h"
#include "apps/mastic/site_argument.h"

namespace mastic::program {
namespace {

constexpr std::string_view kServe = "serve";
constexpr std::string_view kFilesHeading = "Files of a directory";

class ServeCommand final : public Command {
 public:
  void describe(base::OptionTable& table) override {
    site_.describe(table);
    table.text("server_name", server_name_, "NAME",
               "Section [server:NAME] of the site file that the options of the server come from. "
               "Options of the command line override them. [main]");
    table.group(kFilesHeading);
    files_.describe(table);
    service_.describe(table);
    catalog::explain_addresses(table);
    table.group("About");
    table.flag("version", version_, "Print the version and what it was built with.");
  }
  /// The options of the server in the site file come before those of the command line.
  bool sets_options() const override { return true; }

  int run(const base::CommandLine& line) override {
    for (const std::string_view name : {"version", "app_name", "server_name"}) {
      if (const auto done = line.set(name); !done) return wrong_usage(done.error().message);
    }
    if (version_) return print(kServe, catalog::version_text() + "\n");
    const auto site = read_site(line.others, site_);
    if (!site) return wrong_usage(site.error().message);
    if (const auto fits = check_files_options(line, *site); !fits) {
      return wrong_usage(fits.error().message);
    }
    return serve(line, *site);
  }

 private:
  static int wrong_usage(std::string_view message) {
    return fail(kServe, ExitCode::WrongUsage, message);
  }

  static base::Result<void> check_files_options(const base::CommandLine& line,
                                                const SiteArgument& site) {
    if (site.kind == SiteArgument::Kind::Directory) return {};
    for (const auto& given : line.options) {
      if (given.option->heading != kFilesHeading) continue;
      return base::fail(given.word, " is for a directory; write '", given.option->name,
                        " = ...' in the section of the site that serves files");
    }
    return {};
  }

  int serve(const base::CommandLine& line, const SiteArgument& site) {
    deploy::Diagnostics diagnostics;
    deploy::SecretValues secrets;
    base::OptionTable server;
    catalog::ServerSection section_options(service_);
    section_options.describe(server);
    const auto section = read_server(site, server_name_, server, diagnostics, secrets);
    if (diagnostics.has_errors()) {
      // So that a person sees everything that is wrong at once.
      diagnostics.take(make_site(site).diagnostics);
      report(diagnostics);
      return static_cast<int>(ExitCode::CannotStart);
    }
    if (const auto done = line.set_all(); !done) return wrong_usage(done.error().message);
    for (const auto& fits : {service_.check(), files_.check()}) {
      if (fits) continue;
      return section ? fail(kServe, ExitCode::CannotStart,
                            "the options of [" + section->section + "] in " + site.path +
                                " and of the command line: " + secrets.blank(fits.error().message))
                     : wrong_usage(fits.error().message);
    }
    // The main thread makes the site, when its log and the handling of signals are ready.
    const auto make = [&] {
      deploy::Site made = make_site(site, files_);
      compare_with_server(made.tree, service_, made.diagnostics);
      secrets.learn(made.secrets);
      diagnostics.take(std::move(made.diagnostics));
      if (site.kind == SiteArgument::Kind::Directory && !made.app) {
        throw std::runtime_error(diagnostics.sorted().front().message);
      }
      report(diagnostics);
      if (!made.app) throw std::runtime_error(site.path + " has errors, which are listed above");
      return *std::move(made.app);
    };
    const auto show = [&](std::string_view message) { return secrets.blank(message); };
    return static_cast<int>(catalog::run_made(make, site.path, service_, show));
  }

  SiteOptions site_;
  /// Section [server:NAME] of the site file that the options of the server come from. Options of
  /// the command line override them. [main]
  std::string server_name_;
  files::Options files_;
  catalog::Options service_;
  /// Print the version and what it was built with.
  bool version_ = false;
};

const std::string& serve_text() {
  static const std::string kText =
      "Serves a site until SIGTERM or SIGINT; requests under way are then answered, and\n"
      "a second signal aborts them.\n\n"
      "  mastic serve site.ini\n"
      "  mastic serve site.ini#admin port=8081\n"
      "  mastic serve ./libsite.so --bind [::1]:8081\n"
      "  mastic serve public --listing --access-log combined\n\n" +
      std::string(kSiteText) +
      "\nSizes take K (1024 bytes), M and G, times take ms, s, m and h. The default is in\n"
      "brackets.\n";
  return kText;
}

}  // namespace

CommandEntry serve_command() {
  return {.name = kServe,
          .arguments = "SITE [NAME=VALUE...]",
          .meaning = "serve a site file, a plugin, or the files of a directory",
          .text = serve_text(),
          .exit_codes =
              "0 ended by a signal, 1 could not start, 2 wrong usage, 3 something did "
              "not end in time, 75 too many handlers hang: restart it",
          .file = FileArgument::Site,
          .make = make_command<ServeCommand>};
}

}  // namespace mastic::program
