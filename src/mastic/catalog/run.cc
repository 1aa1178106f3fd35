#include "mastic/catalog/run.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/command_line.h"
#include "mastic/base/kernel.h"
#include "mastic/base/standard_streams.h"
#include "mastic/catalog/options.h"
#include "mastic/catalog/service.h"
#include "mastic/loop/scheduler.h"

namespace mastic::catalog {
namespace {

std::string name_of(const char* program) {
  const std::string path = program == nullptr ? "program" : program;
  return path.substr(path.rfind('/') + 1);
}

std::string help_text(const std::string& name, const base::OptionTable& table) {
  return name + " [OPTION...]\n\nServes its application until SIGTERM or SIGINT.\n\n" +
         base::describe_options(table);
}

int complain(const std::string& name, ExitCode code, const std::string& message) {
  std::fprintf(stderr, "%s: %s\n", name.c_str(), message.c_str());
  return static_cast<int>(code);
}

int wrong_usage(const std::string& name, const std::string& message) {
  return complain(name, ExitCode::WrongUsage, message);
}

int print(const std::string& name, const std::string& text) {
  const auto printed = base::print(text);
  return printed ? 0 : complain(name, ExitCode::CannotStart, printed.error().message);
}

/// Whether the log goes to a terminal and its user has not set NO_COLOR (no-color.org).
bool wants_colours(const std::string& log_file) {
  const char* const rejected = std::getenv("NO_COLOR");
  const bool refused = rejected != nullptr && *rejected != '\0';
  return log_file == "-" && isatty(STDERR_FILENO) == 1 && !refused;
}

/// Limits glibc to one heap per processor, unless the environment sets another number. Loops change
/// threads, and glibc would otherwise begin a heap for nearly every thread; each heap keeps the
/// memory that large contents once took (ADR 0014).
void share_heaps() {
  const char* const tunables = std::getenv("GLIBC_TUNABLES");
  const bool is_chosen =
      std::getenv("MALLOC_ARENA_MAX") != nullptr ||
      (tunables != nullptr && std::string_view(tunables).contains("glibc.malloc.arena_max"));
  if (!is_chosen)
    mallopt(M_ARENA_MAX, static_cast<int>(loop::Scheduler::cores(base::system_kernel())));
}

}  // namespace

int run_made(MakeApp make_app, int argc, char** argv) {
  const std::string name = name_of(argc > 0 ? argv[0] : nullptr);
  if (!base::open_standard_streams()) return static_cast<int>(ExitCode::CannotStart);
  Options options;
  bool help = false;
  bool version = false;
  base::OptionTable table;
  options.describe(table);
  table.group("About");
  table.flag("help", help, "Print this help.");
  table.flag("version", version, "Print the version and what it was built with.");

  const std::span<const char* const> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto others = base::parse_command_line(words, table);
  if (!others) return wrong_usage(name, others.error().message);
  if (!others->empty()) {
    return wrong_usage(name, "unexpected argument '" + std::string(others->front()) +
                                 "'; --help lists the options");
  }
  // Before check(): contradicting options may be the reason why the user asks for help.
  if (help) return print(name, help_text(name, table));
  if (version) return print(name, version_text() + "\n");
  if (const auto fits = options.check(); !fits) return wrong_usage(name, fits.error().message);
  return static_cast<int>(run_made(std::move(make_app), name, options));
}

int run(app::App app, int argc, char** argv) {
  return run_made([&app] { return std::move(app); }, argc, argv);
}

ExitCode run_made(MakeApp make_app, std::string_view what, const Options& options) {
  // Otherwise a socket could get the number of a closed stream, and messages would be sent to a
  // client.
  if (!base::open_standard_streams()) return ExitCode::CannotStart;
  share_heaps();
  Options chosen = options;
  if (chosen.log_format == LogFormatChoice::Auto && wants_colours(chosen.log_file)) {
    chosen.log_format = LogFormatChoice::Colour;
  }
  return serve_made(std::move(make_app), what, chosen, base::system_kernel());
}

ExitCode run(app::App app, std::string_view what, const Options& options) {
  return run_made([&app] { return std::move(app); }, what, options);
}

}  // namespace mastic::catalog
