#include "mastic/catalog/run.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/command_line.h"
#include "mastic/base/encoding.h"
#include "mastic/base/kernel.h"
#include "mastic/base/standard_streams.h"
#include "mastic/catalog/options.h"
#include "mastic/catalog/read_options.h"
#include "mastic/catalog/server_section.h"
#include "mastic/catalog/service.h"
#include "mastic/deploy/secret_values.h"
#include "mastic/loop/scheduler.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::catalog {
namespace {

std::string name_of(const char* program) {
  const std::string path = program == nullptr ? "program" : program;
  return path.substr(path.rfind('/') + 1);
}

std::string help_text(const std::string& name, bool has_own, const base::OptionTable& table) {
  return name + " [OPTION...]\n\nServes its application until SIGTERM or SIGINT.\n\n" +
         (has_own ? "The environment can set the options of the application too:\n"
                    "--some-name by APP_SOME_NAME.\n\n"
                  : "") +
         base::describe_options(table);
}

/// What a command line can ask for besides the options of the application and its server.
struct About {
  /// File with options: [app:NAME] has those of the application, [server:main] those of the server.
  /// NAME is main if it is left out.
  std::string config;
  /// Print this help.
  bool help = false;
  /// Print the version and what it was built with.
  bool version = false;

  void describe(base::OptionTable& table) {
    table.group("Configuration");
    table.text("config", config, "FILE#NAME",
               "File with options: [app:NAME] has those of the application, [server:main] those of "
               "the server. NAME is main if it is left out.");
    table.group("About");
    table.flag("help", help, "Print this help.");
    table.flag("version", version, "Print the version and what it was built with.");
  }
};

/// The options of a program, in a table for each place that can set them.
struct Program {
  explicit Program(const std::string& name) : heading("Options of " + name) {}
  /// Fills the tables. Call it once.
  void describe(OwnOptions& own) {
    own.describe(of_application);
    server_section.describe(of_server);
    all.group(heading);
    own.describe(all);
    options.describe(all);
    about.describe(all);
    all.alias("h", "help");
    explain_addresses(all);
  }
  const std::string heading;
  Options options;
  ServerSection server_section{options};
  About about;
  base::OptionTable of_application;  ///< the environment and [app:NAME]
  base::OptionTable of_server;       ///< [server:main]
  base::OptionTable all;             ///< the command line
};

/// What is wrong with the names of the application's own options, which are in `all` too: one that
/// is there twice, or that no command line can have. Nothing if they are right.
std::optional<std::string> author_fault(const base::OptionTable& own,
                                        const base::OptionTable& all) {
  constexpr std::string_view kNames = "abcdefghijklmnopqrstuvwxyz0123456789_";
  for (const base::Option& option : own.options()) {
    if (option.takes) continue;
    const std::string name = "the application's option '" + std::string(option.name) + "'";
    if (option.name.empty() || option.name.find_first_not_of(kNames) != option.name.npos) {
      return name + " cannot be written on a command line; use lower-case letters, digits and _";
    }
    std::vector<const base::Option*> same;
    for (const base::Option& each : all.options()) {
      if (each.name == option.name) same.push_back(&each);
    }
    if (same.size() == 1) continue;
    return name + " ('" + std::string(same[0]->meaning) + "') has the name of another option ('" +
           std::string(same[1]->meaning) + "'); give it a name of its own";
  }
  for (const base::Option& option : all.options()) {
    if (const base::Option* const other = all.aliased(option.name)) {
      return "the option '" + std::string(option.name) + "' ('" + std::string(option.meaning) +
             "') cannot be set, because its name is another name of the option '" +
             std::string(other->name) + "'; leave that alias out";
    }
  }
  return std::nullopt;
}

int complain(const std::string& name, ExitCode code, const std::string& message) {
  // A message quotes arguments, which must neither break the line nor steer a terminal.
  constexpr std::size_t kMaxBytes = 2000;
  std::string line = name + ": ";
  base::append_log_text_escaped(line, message, kMaxBytes);
  std::fprintf(stderr, "%s\n", line.c_str());
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

/// Sets all options of a program, and remembers those that are secret. Returns the exit code when
/// there is nothing to serve.
std::optional<int> read_all(const std::string& name, Program& program,
                            std::span<const char* const> words, deploy::SecretValues& secrets) {
  if (const auto fault = author_fault(program.of_application, program.all)) {
    return complain(name, ExitCode::CannotStart, *fault);
  }
  const auto line = base::read_command_line(words, program.all);
  if (!line) return wrong_usage(name, line.error().message);
  if (!line->others.empty()) {
    return wrong_usage(name, "unexpected argument '" + std::string(line->others.front()) +
                                 "'; --help lists the options");
  }
  // Before other options are set: a wrong value may be the reason why the user asks for help.
  for (const char* const first : {"config", "help", "version"}) {
    if (const auto set = line->set(first); !set) return wrong_usage(name, set.error().message);
  }
  const bool has_own = !program.of_application.options().empty();
  if (program.about.help) return print(name, help_text(name, has_own, program.all));
  if (program.about.version) return print(name, version_text() + "\n");

  const auto found = read_options_into(program.of_application, {.config = program.about.config},
                                       &program.of_server);
  const auto set = line->set_all();  // the last word
  secrets.learn(program.of_application);
  secrets.learn(program.all);
  std::fputs(found.to_string().c_str(), stderr);
  if (!set) return wrong_usage(name, secrets.blank(set.error().message));
  if (found.has_errors()) return static_cast<int>(ExitCode::WrongUsage);
  return std::nullopt;
}

}  // namespace

int run_made(MakeApp make_app, int argc, char** argv) {
  return run_made(
      std::move(make_app),
      {.describe = [](base::OptionTable&) {}, .check = [] { return base::Result<void>(); }}, argc,
      argv);
}

int run_made(MakeApp make_app, OwnOptions own, int argc, char** argv) {
  const std::string name = name_of(argc > 0 ? argv[0] : nullptr);
  if (!base::open_standard_streams()) return static_cast<int>(ExitCode::CannotStart);
  Program program(name);
  deploy::SecretValues secrets;
  try {  // `own` is the author's code
    program.describe(own);
    const std::span<const char* const> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (const auto code = read_all(name, program, words, secrets)) return *code;
    for (const auto& fits : {own.check(), program.options.check()}) {
      if (!fits) return wrong_usage(name, secrets.blank(fits.error().message));
    }
  } catch (...) {
    return complain(name, ExitCode::CannotStart,
                    "the options of the application cannot be used: " +
                        secrets.blank(threads::describe(std::current_exception())));
  }
  const auto make_quietly = [&] {
    try {
      return make_app();
    } catch (const std::exception& error) {
      throw std::runtime_error(secrets.blank(error.what()));
    }
  };
  return static_cast<int>(run_made(make_quietly, name, program.options));
}

int run(app::App app, int argc, char** argv) {
  return run_made([&app] { return std::move(app); }, argc, argv);
}

ExitCode run_made(MakeApp make_app, std::string_view what, const Options& options,
                  const ShowMessage& show) {
  // Otherwise a socket could get the number of a closed stream, and messages would be sent to a
  // client.
  if (!base::open_standard_streams()) return ExitCode::CannotStart;
  share_heaps();
  Options chosen = options;
  if (chosen.log_format == LogFormatChoice::Auto && wants_colours(chosen.log_file)) {
    chosen.log_format = LogFormatChoice::Colour;
  }
  return serve_made(std::move(make_app), what, chosen, base::system_kernel(), show);
}

ExitCode run(app::App app, std::string_view what, const Options& options) {
  return run_made([&app] { return std::move(app); }, what, options);
}

}  // namespace mastic::catalog
