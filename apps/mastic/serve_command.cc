#include "apps/mastic/serve_command.h"

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

#include "mastic/base/command_line.h"
#include "mastic/base/kernel.h"
#include "mastic/base/standard_streams.h"
#include "mastic/catalog/options.h"
#include "mastic/catalog/run.h"
#include "mastic/catalog/service.h"
#include "mastic/files/static_files.h"

namespace mastic::program {
namespace {

using catalog::ExitCode;

/// The options of `mastic serve`.
struct ServeOptions {
  catalog::Options service;
  files::Options files;
  /// Print this help.
  bool help = false;
  /// Print the version and what it was built with.
  bool version = false;

  void describe(base::OptionTable& table) {
    table.group("Files");
    files.describe(table);
    service.describe(table);
    table.group("About");
    table.flag("help", help, "Print this help.");
    table.flag("version", version, "Print the version and what it was built with.");
  }
};

int fail(ExitCode code, const std::string& message) {
  std::fprintf(stderr, "mastic serve: %s\n", message.c_str());
  return static_cast<int>(code);
}

int print(const std::string& text) {
  const auto printed = base::print(text);
  if (!printed) return fail(ExitCode::CannotStart, printed.error().message);
  return static_cast<int>(ExitCode::Ended);
}

std::string serve_help() {
  ServeOptions options;
  base::OptionTable table;
  options.describe(table);
  return "mastic serve DIR [OPTION...]\n\n"
         "Serves the files below DIR until SIGTERM or SIGINT; requests under way are then\n"
         "answered, and a second signal aborts them.\n\n"
         "  mastic serve public\n"
         "  mastic serve /usr/share/doc --listing --bind 127.0.0.1:8081 --bind [::1]:8081\n"
         "  mastic serve public --access-log combined --cache-control max-age=3600\n\n"
         "Sizes take K, M and G, times take ms, s, m and h. The default is in brackets.\n\n" +
         base::describe_options(table) +
         "\n"
         "Exit codes: 0 ended by a signal, 1 could not start, 2 wrong usage, 3 something did not\n"
         "end in time, 75 too many handlers hang: restart it.\n";
}

}  // namespace

int serve_command(std::span<const char* const> words) {
  ServeOptions options;
  base::OptionTable table;
  options.describe(table);
  const auto others = base::parse_command_line(words, table);
  if (!others) return fail(ExitCode::WrongUsage, others.error().message);
  if (options.help) return print(serve_help());
  if (options.version) return print(catalog::version_text() + "\n");
  for (const auto& fits : {options.service.check(), options.files.check()}) {
    if (!fits) return fail(ExitCode::WrongUsage, fits.error().message);
  }
  if (others->size() != 1) {
    return fail(ExitCode::WrongUsage, others->empty()
                                          ? "no directory given; write: mastic serve DIR"
                                          : "unexpected argument '" + std::string((*others)[1]) +
                                                "': one directory is served; see --help");
  }

  const std::string root((*others)[0]);
  const auto open = [&] {
    auto files = files::open_static_files(root, options.files, base::system_kernel());
    if (files) return *std::move(files);
    throw std::runtime_error(files.error().message);
  };
  return static_cast<int>(catalog::run(open, root, options.service));
}

}  // namespace mastic::program
