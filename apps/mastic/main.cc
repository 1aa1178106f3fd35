// The program `mastic`.

#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/encoding.h"
#include "mastic/base/standard_streams.h"
#include "mastic/base/text.h"
#include "mastic/catalog/service.h"

#include "apps/mastic/commands.h"

namespace {

using mastic::catalog::ExitCode;

int wrong_usage(std::string_view word) {
  std::vector<std::string_view> known{"--version", "--help"};
  for (const auto& entry : mastic::program::commands()) {
    if (!entry.is_hidden) known.push_back(entry.name);
  }
  const auto meant = mastic::base::nearest(word, known);
  std::string message = "mastic: there is no command '";
  mastic::base::append_log_text_escaped(message, word, 200);
  message += "'";
  if (meant)
    message += "; did you mean '" + std::string(*meant) + "'?";
  else
    message += "; --help lists them";
  std::fprintf(stderr, "%s\n", message.c_str());
  return static_cast<int>(ExitCode::WrongUsage);
}

int print(std::string_view text) {
  const auto printed = mastic::base::print(text);
  if (printed) return static_cast<int>(ExitCode::Ended);
  std::fprintf(stderr, "mastic: %s\n", printed.error().message.c_str());
  return static_cast<int>(ExitCode::CannotStart);
}

int help(std::span<const char* const> words) {
  if (words.empty()) return print(mastic::program::program_help());
  const auto* const entry = mastic::program::find_command(words[0]);
  return entry == nullptr ? wrong_usage(words[0]) : print(mastic::program::help_of(*entry));
}

}  // namespace

int main(int argc, char** argv) {
  if (!mastic::base::open_standard_streams()) return static_cast<int>(ExitCode::CannotStart);
  const std::span<const char* const> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (words.empty()) {
    std::fputs(mastic::program::program_help().c_str(), stderr);
    return static_cast<int>(ExitCode::WrongUsage);
  }
  const std::string_view command = words[0];
  if (const auto* const entry = mastic::program::find_command(command)) {
    return mastic::program::run_command(*entry, words.subspan(1));
  }
  if (command == "--version") return print(mastic::catalog::version_text() + "\n");
  if (command == "--help" || command == "help" || command == "-h") return help(words.subspan(1));
  return wrong_usage(command);
}
