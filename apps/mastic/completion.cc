#include "apps/mastic/completion.h"

#include <string_view>

#include "apps/mastic/option_list.h"

namespace mastic::program {
namespace {

template <class Words>
std::string spaced(const Words& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

std::vector<std::string_view> names_of(const std::vector<CommandEntry>& commands) {
  std::vector<std::string_view> names;
  for (const CommandEntry& entry : commands) {
    if (!entry.is_hidden) names.push_back(entry.name);
  }
  return names;
}

/// `text` with a backslash before each character of `special`, and with ' as it is written within
/// '...' of a shell.
std::string quoted(std::string_view text, std::string_view special = {}) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != special.npos) out += '\\';
    if (c == '\'')
      out += R"('\'')";
    else
      out += c;
  }
  return out;
}

// ---- bash ----

/// The endings of the files that an argument may be.
std::vector<std::string_view> endings_of(FileArgument file) {
  if (file == FileArgument::None) return {};
  return file == FileArgument::Site ? std::vector<std::string_view>{"ini", "so"}
                                    : std::vector<std::string_view>{"so"};
}

/// What completes the values of options, as cases of "COMMAND OPTION".
std::string bash_values(const CommandEntry& entry) {
  std::string cases;
  for (const ListedOption& option : options_of(entry)) {
    if (option.argument.empty()) continue;
    cases.append("    '").append(entry.name).append(" ").append(option.word).append("')\n");
    if (!option.choices.empty())
      cases += "      _mastic_words '" + spaced(option.choices) + "'\n";
    else if (option.takes_file)
      cases += "      _mastic_files\n";
    cases += "      return ;;\n";
  }
  return cases;
}

std::string bash_arguments(const CommandEntry& entry) {
  std::vector<std::string> options;
  for (const ListedOption& option : options_of(entry)) options.push_back(option.word);
  std::string text("    ");
  text.append(entry.name).append(")\n");
  text += "      if [[ $current == -* ]]; then\n";
  text += "        _mastic_words '" + spaced(options) + "'\n";
  text += "      else\n";
  text += "        _mastic_words '" + spaced(entry.words) + "'\n";
  if (entry.file != FileArgument::None) {
    text +=
        "        ((${#COMPREPLY[@]})) || _mastic_files " + spaced(endings_of(entry.file)) + "\n";
  }
  return text + "      fi ;;\n";
}

}  // namespace

// Results are read line by line: names of files may have spaces and characters that a shell expands.
// Only where files are completed is bash told so, because it quotes them, and takes a word that is
// the name of a folder for that folder. It takes `--format=json` apart into three words.
std::string bash_completion(const std::vector<CommandEntry>& commands) {
  std::string script =
      "# Completion of mastic for bash, made by `mastic completion bash`.\n"
      "\n"
      "_mastic_words() {\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n"
      "}\n"
      "\n"
      "# Files whose names have one of the endings that are given, and folders; without an ending, "
      "all files.\n"
      "_mastic_list_files() {\n"
      "  if (($# == 0)); then compgen -f -- \"$current\"; return; fi\n"
      "  compgen -d -- \"$current\"\n"
      "  local ending\n"
      "  for ending; do compgen -f -X \"!*.$ending\" -- \"$current\"; done\n"
      "}\n"
      "_mastic_files() {\n"
      "  compopt -o filenames 2> /dev/null\n"
      "  mapfile -t COMPREPLY < <(_mastic_list_files \"$@\")\n"
      "}\n"
      "\n"
      "_mastic() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command=${COMP_WORDS[1]} IFS=$' \\t\\n'\n"
      "  COMPREPLY=()\n"
      "  if [[ $COMP_CWORD -eq 1 ]]; then\n"
      "    _mastic_words '" +
      spaced(names_of(commands)) +
      " --help --version'\n"
      "    return\n"
      "  fi\n"
      "  if [[ $current == '=' ]]; then\n"
      "    current=\n"
      "  elif [[ $previous == '=' ]]; then\n"
      "    previous=${COMP_WORDS[COMP_CWORD-2]}\n"
      "  fi\n"
      "  case \"$command $previous\" in\n";
  for (const CommandEntry& entry : commands) {
    if (!entry.is_hidden) script += bash_values(entry);
  }
  script += "  esac\n  case $command in\n";
  for (const CommandEntry& entry : commands) {
    if (!entry.is_hidden) script += bash_arguments(entry);
  }
  return script + "  esac\n}\n\ncomplete -F _mastic mastic\n";
}

// ---- zsh ----

namespace {

std::string zsh_option(const ListedOption& option) {
  std::string spec = option.is_repeatable ? "'*" : "'";
  spec += option.word + (option.argument.empty() ? "[" : "=[");
  spec += quoted(first_sentence(option.meaning), "[]:\\") + "]";
  if (option.argument.empty()) return spec + "'";
  spec += ":" + quoted(option.choices.empty() ? option.argument : "value", ":\\") + ":";
  if (!option.choices.empty()) spec += "(" + spaced(option.choices) + ")";
  if (option.takes_file) spec += "_files";
  return spec + "'";
}

/// What completes the first argument of a command.
std::string zsh_argument(const CommandEntry& entry) {
  const std::string begin = " \\\n            '1:argument:";
  const std::string words = spaced(entry.words);
  if (entry.file == FileArgument::None) return words.empty() ? "" : begin + "(" + words + ")'";
  std::string endings;
  for (const std::string_view ending : endings_of(entry.file)) {
    endings.append(endings.empty() ? "(" : "|").append(ending);
  }
  const std::string files = "_files -g \"*." + endings + ")(-.) *(-/)\"";
  return begin + (words.empty() ? files : "{compadd - " + words + " || " + files + "}") + "'";
}

}  // namespace

std::string zsh_completion(const std::vector<CommandEntry>& commands) {
  std::string script =
      "#compdef mastic\n"
      "# Completion of mastic for zsh, made by `mastic completion zsh`.\n"
      "\n"
      "_mastic() {\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C '(- *)--help[print the help]' '(- *)--version[print the version]' \\\n"
      "    '1:command:->command' '*::argument:->argument'\n"
      "  case $state in\n"
      "    command)\n"
      "      local -a commands\n"
      "      commands=(\n";
  for (const CommandEntry& entry : commands) {
    if (entry.is_hidden) continue;
    script.append("        '").append(entry.name).append(":");
    script += quoted(entry.meaning, ":\\") + "'\n";
  }
  script += "      )\n      _describe command commands ;;\n";
  script += "    argument)\n      case $words[1] in\n";
  for (const CommandEntry& entry : commands) {
    if (entry.is_hidden) continue;
    script.append("        ").append(entry.name).append(")\n          _arguments");
    for (const ListedOption& option : options_of(entry)) {
      script += " \\\n            " + zsh_option(option);
    }
    script += zsh_argument(entry) + " ;;\n";
  }
  return script + "      esac ;;\n  esac\n}\n\n_mastic \"$@\"\n";
}

// ---- fish ----

std::string fish_completion(const std::vector<CommandEntry>& commands) {
  const auto text = [](std::string_view of) { return " -d '" + quoted(of) + "'\n"; };
  std::string script =
      "# Completion of mastic for fish, made by `mastic completion fish`.\n"
      "\n"
      "# Whether the command is the one that is named.\n"
      "function __mastic_runs\n"
      "  set -l words (commandline -opc)\n"
      "  test \"$words[2]\" = $argv[1]\n"
      "end\n"
      "\n"
      "complete -c mastic -f\n"
      "complete -c mastic -n __fish_is_first_token -l help -d 'print the help'\n"
      "complete -c mastic -n __fish_is_first_token -l version -d 'print the version'\n";
  for (const CommandEntry& entry : commands) {
    if (entry.is_hidden) continue;
    const std::string name(entry.name);
    script += "complete -c mastic -n __fish_is_first_token -a " + name + text(entry.meaning);
    const std::string within = "complete -c mastic -n '__mastic_runs " + name + "'";
    if (entry.file != FileArgument::None) script += within + " -F\n";
    if (!entry.words.empty()) script += within + " -a '" + spaced(entry.words) + "'\n";
    for (const ListedOption& option : options_of(entry)) {
      script += within + " -l " + option.word.substr(2);
      if (!option.choices.empty())
        script += " -x -a '" + spaced(option.choices) + "'";
      else if (option.takes_file)
        script += " -r -F";
      else if (!option.argument.empty())
        script += " -x";
      script += text(first_sentence(option.meaning));
    }
  }
  return script;
}

}  // namespace mastic::program
