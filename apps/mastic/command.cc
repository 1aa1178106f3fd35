#include "apps/mastic/command.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "mastic/base/encoding.h"
#include "mastic/base/standard_streams.h"

namespace mastic::program {

std::string printable(std::string_view text) {
  std::string out;
  base::append_log_text_escaped(out, text, text.size());
  return out;
}

int fail(std::string_view command, ExitCode code, std::string_view message) {
  std::string line("mastic ");
  line.append(command).append(": ").append(printable(message)).append("\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
  return static_cast<int>(code);
}

int print(std::string_view command, std::string_view text) {
  const auto printed = base::print(text);
  if (!printed) return fail(command, ExitCode::CannotStart, printed.error().message);
  return static_cast<int>(ExitCode::Ended);
}

std::string help_of(const CommandEntry& entry) {
  const auto command = entry.make();
  base::OptionTable table;
  command->describe(table);
  std::string help("mastic ");
  help.append(entry.name);
  if (!entry.arguments.empty()) help.append(" ").append(entry.arguments);
  if (!table.options().empty()) help.append(" [OPTION...]");
  help.append("\n\n").append(entry.text);
  if (!table.options().empty()) help.append("\n").append(base::describe_options(table));
  help += "\n";
  base::append_wrapped(help, "Exit codes: " + std::string(entry.exit_codes) + ".", 0);
  return help;
}

namespace {

int read_and_run(const CommandEntry& entry, std::span<const char* const> words) {
  const auto command = entry.make();
  bool help = false;
  base::OptionTable table;
  command->describe(table);
  table.flag("help", help, "Print this help.");
  table.alias("h", "help");
  const auto line = base::read_command_line(words, table);
  if (!line) return fail(entry.name, ExitCode::WrongUsage, line.error().message);
  // Before the other options: one of them may be the reason why the user asks for help.
  if (const auto asked = line->set("help"); asked && help) return print(entry.name, help_of(entry));
  if (!command->sets_options()) {
    if (const auto done = line->set_all(); !done) {
      return fail(entry.name, ExitCode::WrongUsage, done.error().message);
    }
  }
  return command->run(*line);
}

}  // namespace

int run_command(const CommandEntry& entry, std::span<const char* const> words) {
  try {
    return read_and_run(entry, words);
  } catch (const std::bad_alloc&) {
    return fail(entry.name, ExitCode::CannotStart, "there is not enough memory");
  } catch (const std::exception& error) {
    return fail(entry.name, ExitCode::CannotStart, error.what());
  }
}

bool wants_colours(int stream) {
  const char* const refusal = std::getenv("NO_COLOR");
  const bool is_refused = refusal != nullptr && *refusal != '\0';
  return isatty(stream) == 1 && !is_refused;
}

}  // namespace mastic::program
