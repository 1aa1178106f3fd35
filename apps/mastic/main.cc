// The program `mastic` and its commands.

#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/standard_streams.h"
#include "mastic/base/text.h"
#include "mastic/catalog/service.h"

#include "apps/mastic/serve_command.h"

namespace {

constexpr std::string_view kHelp =
    "mastic COMMAND [OPTION...]\n"
    "\n"
    "  serve DIR    serve the files below DIR; `mastic serve --help` shows every option\n"
    "  --version    print the version and what it was built with\n"
    "  --help       print this help\n";

int wrong_usage(std::string_view word) {
  const std::vector<std::string_view> known{"serve", "--version", "--help"};
  const auto meant = mastic::base::nearest(word, known);
  std::string message = "mastic: there is no command '" + std::string(word) + "'";
  if (meant)
    message += "; did you mean '" + std::string(*meant) + "'?";
  else
    message += "; --help lists them";
  std::fprintf(stderr, "%s\n", message.c_str());
  return static_cast<int>(mastic::catalog::ExitCode::WrongUsage);
}

int print(std::string_view text) {
  using mastic::catalog::ExitCode;
  const auto printed = mastic::base::print(text);
  if (printed) return static_cast<int>(ExitCode::Ended);
  std::fprintf(stderr, "mastic: %s\n", printed.error().message.c_str());
  return static_cast<int>(ExitCode::CannotStart);
}

}  // namespace

int main(int argc, char** argv) {
  using mastic::catalog::ExitCode;
  if (!mastic::base::open_standard_streams()) return static_cast<int>(ExitCode::CannotStart);
  const std::span<const char* const> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (words.empty()) {
    std::fwrite(kHelp.data(), 1, kHelp.size(), stderr);
    return static_cast<int>(ExitCode::WrongUsage);
  }
  const std::string_view command = words[0];
  if (command == "serve") return mastic::program::serve_command(words.subspan(1));
  if (command == "--version") return print(mastic::catalog::version_text() + "\n");
  if (command == "--help" || command == "help" || command == "-h") return print(kHelp);
  return wrong_usage(command);
}
