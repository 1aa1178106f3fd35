#include "apps/mastic/completion_command.h"

#include <string>

#include "mastic/base/text.h"

#include "apps/mastic/commands.h"
#include "apps/mastic/completion.h"

namespace mastic::program {
namespace {

constexpr std::string_view kCompletion = "completion";

class CompletionCommand final : public Command {
 public:
  void describe(base::OptionTable&) override {}

  int run(const base::CommandLine& line) override {
    if (line.others.size() != 1) return wrong_usage("write the name of one shell");
    const std::string_view shell = line.others[0];
    if (shell == "bash") return print(kCompletion, bash_completion(commands()));
    if (shell == "zsh") return print(kCompletion, zsh_completion(commands()));
    if (shell == "fish") return print(kCompletion, fish_completion(commands()));
    return wrong_usage("there is no completion for '" + std::string(shell) + "'");
  }

 private:
  static int wrong_usage(const std::string& message) {
    return fail(kCompletion, ExitCode::WrongUsage, message + ": bash, zsh or fish");
  }
};

}  // namespace

CommandEntry completion_command() {
  return {.name = kCompletion,
          .arguments = "(bash|zsh|fish)",
          .meaning = "print what completes commands and options in a shell",
          .text =
              "Prints a script that completes commands, options and their values. Shells find\n"
              "the one that is installed with Mastic below /usr or /usr/local; bash needs the\n"
              "package bash-completion for that. Otherwise, these make them use it:\n\n"
              "  source <(mastic completion bash)\n"
              "  mastic completion zsh > ~/.zfunc/_mastic     # a folder of fpath\n"
              "  mastic completion fish > ~/.config/fish/completions/mastic.fish\n",
          .words = {"bash", "zsh", "fish"},
          .make = make_command<CompletionCommand>};
}

}  // namespace mastic::program
