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

/// What completes the values of options, as cases of "COMMAND OPTION".
std::string bash_values(const CommandEntry& entry) {
  std::string cases;
  for (const ListedOption& option : options_of(entry)) {
    if (option.argument.empty()) continue;
    cases.append("    '").append(entry.name).append(" ").append(option.word).append("')\n");
    if (!option.choices.empty()) {
      cases += "      COMPREPLY=($(_mastic_words '" + spaced(option.choices) + "' \"$current\"))\n";
    } else if (option.takes_file) {
      cases += "      COMPREPLY=($(compgen -f -- \"$current\"))\n";
    }
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
  text += "        COMPREPLY=($(_mastic_words '" + spaced(options) + "' \"$current\"))\n";
  text += "      else\n";
  text += "        COMPREPLY=($(_mastic_words '" + spaced(entry.words) + "' \"$current\"";
  text += entry.takes_site ? "; _mastic_sites \"$current\"))\n" : "))\n";
  return text + "      fi ;;\n";
}

}  // namespace

std::string bash_completion(const std::vector<CommandEntry>& commands) {
  std::string script =
      "# Completion of mastic for bash, made by `mastic completion bash`.\n"
      "\n"
      "_mastic_words() {\n"
      "  local IFS=' '\n"
      "  compgen -W \"$1\" -- \"$2\"\n"
      "}\n"
      "\n"
      "_mastic_sites() {\n"
      "  compgen -d -- \"$1\"\n"
      "  compgen -f -X '!*.ini' -- \"$1\"\n"
      "  compgen -f -X '!*.so' -- \"$1\"\n"
      "}\n"
      "\n"
      "_mastic() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command=${COMP_WORDS[1]} IFS=$'\\n'  # one name on a line, as names may have "
      "spaces\n"
      "  # bash divides --format=json into three words.\n"
      "  if [[ $current == = ]]; then\n"
      "    current=\n"
      "  elif [[ $previous == = ]]; then\n"
      "    previous=${COMP_WORDS[COMP_CWORD-2]}\n"
      "  fi\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(_mastic_words '" +
      spaced(names_of(commands)) +
      " --help --version' \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"$command $previous\" in\n";
  for (const CommandEntry& entry : commands) {
    if (!entry.is_hidden) script += bash_values(entry);
  }
  script += "  esac\n  case $command in\n";
  for (const CommandEntry& entry : commands) {
    if (!entry.is_hidden) script += bash_arguments(entry);
  }
  return script + "  esac\n}\n\ncomplete -o filenames -F _mastic mastic\n";
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

}  // namespace

std::string zsh_completion(const std::vector<CommandEntry>& commands) {
  std::string script =
      "#compdef mastic\n"
      "# Completion of mastic for zsh, made by `mastic completion zsh`.\n"
      "\n"
      "_mastic() {\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C '1:command:->command' '*::argument:->argument'\n"
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
    if (entry.takes_site) {
      script += " \\\n            '1:site:_files -g \"*.(ini|so)(-.) *(-/)\"'";
    } else if (!entry.words.empty()) {
      script += " \\\n            '1:word:(" + spaced(entry.words) + ")'";
    }
    script += " ;;\n";
  }
  return script + "      esac ;;\n  esac\n}\n\n_mastic \"$@\"\n";
}

// ---- fish ----

std::string fish_completion(const std::vector<CommandEntry>& commands) {
  const auto text = [](std::string_view of) { return " -d '" + quoted(of) + "'\n"; };
  std::string script =
      "# Completion of mastic for fish, made by `mastic completion fish`.\n"
      "\n"
      "complete -c mastic -f\n"
      "complete -c mastic -n __fish_use_subcommand -l help -d 'print the help'\n"
      "complete -c mastic -n __fish_use_subcommand -l version -d 'print the version'\n";
  for (const CommandEntry& entry : commands) {
    if (entry.is_hidden) continue;
    const std::string name(entry.name);
    script += "complete -c mastic -n __fish_use_subcommand -a " + name + text(entry.meaning);
    const std::string within = "complete -c mastic -n '__fish_seen_subcommand_from " + name + "'";
    if (entry.takes_site) script += within + " -F\n";
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
