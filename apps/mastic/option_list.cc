#include "apps/mastic/option_list.h"

#include <algorithm>
#include <array>

#include "mastic/base/text.h"

namespace mastic::program {
namespace {

/// The words of an argument such as "(auto|text|json)". Words in capitals are placeholders.
std::vector<std::string> choices_of(std::string_view argument) {
  std::vector<std::string> choices;
  if (!argument.starts_with('(') || !argument.ends_with(')')) return choices;
  argument = argument.substr(1, argument.size() - 2);
  while (!argument.empty()) {
    const std::string word(base::take_until(argument, '|'));
    const bool is_word = std::ranges::none_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (is_word) choices.push_back(word);
  }
  return choices;
}

}  // namespace

std::vector<ListedOption> options_of(const CommandEntry& entry) {
  constexpr std::array<std::string_view, 3> kFiles{"PATH", "FILE", "DIR"};
  const auto command = entry.make();
  base::OptionTable table;
  command->describe(table);
  std::vector<ListedOption> list;
  for (const base::Option& option : table.options()) {
    if (option.takes) continue;  // only in a file
    const bool is_on = option.argument.empty() && option.default_text == "on";
    std::string word = (is_on ? "--no-" : "--") + std::string(option.name);
    std::ranges::replace(word, '_', '-');
    list.push_back({.word = std::move(word),
                    .argument = std::string(option.argument),
                    .choices = choices_of(option.argument),
                    .takes_file = std::ranges::find(kFiles, option.argument) != kFiles.end(),
                    .is_repeatable = option.repeatable,
                    .heading = std::string(option.heading),
                    .default_text = option.argument.empty() ? "" : option.default_text,
                    .meaning = std::string(option.meaning)});
  }
  list.push_back({.word = "--help", .heading = "About", .meaning = "Print this help."});
  return list;
}

std::string first_sentence(std::string_view text) {
  const std::size_t end = text.find_first_of(".;:");
  // Not at "127.0.0.1:8080": a sentence ends before a space.
  for (std::size_t at = end; at != text.npos; at = text.find_first_of(".;:", at + 1)) {
    if (at + 1 == text.size() || text[at + 1] == ' ') return std::string(text.substr(0, at));
  }
  return std::string(text);
}

}  // namespace mastic::program
