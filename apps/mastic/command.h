// A command of the program, and the table that describes it.
//
// The table gives the help, the completion of shells and the manual page (commands.h). A command is
// a file X_command.{h,cc} with a function that returns its entry, and a class that runs it.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/command_line.h"
#include "mastic/base/options.h"
#include "mastic/catalog/service.h"

namespace mastic::program {

using catalog::ExitCode;

/// A command while it is described or run.
class Command {
 public:
  virtual ~Command() = default;
  /// Binds the options to `table`, which must not outlive the command.
  virtual void describe(base::OptionTable& table) = 0;
  /// Runs the command; returns the exit code. The options of `line` have been set, except those of
  /// a command that `sets_options` itself.
  [[nodiscard]] virtual int run(const base::CommandLine& line) = 0;
  /// Whether the command sets its options itself, because something comes before the command line.
  [[nodiscard]] virtual bool sets_options() const { return false; }
};

/// Which files the first argument of a command may be, besides folders.
enum class FileArgument {
  None,    ///< no file
  Site,    ///< a site file or a plugin
  Plugin,  ///< a plugin
};

/// What the table of commands has about one.
struct CommandEntry {
  std::string_view name;       ///< "serve"
  std::string_view arguments;  ///< what follows it in the help: "SITE [NAME=VALUE...]"
  std::string_view meaning;    ///< what it does, for a list: a few words without a full stop
  /// What a person has to know: paragraphs of at most 80 columns. Lines that begin with two spaces
  /// are shown as they are.
  std::string_view text;
  std::string_view exit_codes = "0 done, 1 failed, 2 wrong usage";
  FileArgument file = FileArgument::None;    ///< which files the first argument may be
  std::vector<std::string_view> words = {};  ///< words that an argument may be, for completion
  bool is_hidden = false;                    ///< left out of lists: for the build of Mastic itself
  std::unique_ptr<Command> (*make)() = nullptr;
};

/// Makes the entry's `make` of a command.
template <class C>
std::unique_ptr<Command> make_command() {
  return std::make_unique<C>();
}

/// Returns `text`, which may come from a file or a request, with all that a terminal would obey
/// escaped.
[[nodiscard]] std::string printable(std::string_view text);
/// Writes "mastic COMMAND: MESSAGE" to standard error, and returns the exit code.
int fail(std::string_view command, ExitCode code, std::string_view message);
/// Writes `text` to standard output. Returns 0, or the exit code after saying that this failed.
int print(std::string_view command, std::string_view text);
/// The help of a command.
[[nodiscard]] std::string help_of(const CommandEntry& entry);
/// Runs the command of `entry` with the words that follow its name; returns the exit code.
[[nodiscard]] int run_command(const CommandEntry& entry, std::span<const char* const> words);

/// Whether people read the stream with this number, and have not refused colours (no-color.org).
[[nodiscard]] bool wants_colours(int stream);

}  // namespace mastic::program
