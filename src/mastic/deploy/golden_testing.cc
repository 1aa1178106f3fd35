#include "mastic/deploy/golden_testing.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "mastic/base/text.h"

namespace mastic::deploy {
namespace {

const std::filesystem::path kGoldenFolder = MASTIC_SOURCE_DIR "/src/mastic/deploy/golden";
constexpr std::string_view kDashes = "----------\n";

/// Calls `use(name, value)` for every line `name=value` of a text.
template <class F>
void for_each_assignment(std::string_view text, F use) {
  while (!text.empty()) {
    std::string_view line = base::take_until(text, '\n');
    const std::string_view name = base::take_until(line, '=');
    use(std::string(name), std::string(line));
  }
}

}  // namespace

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kGoldenFolder)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string golden_path(const std::string& name) { return kGoldenFolder / (name + ".txt"); }

GoldenCase read_golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(golden_path(name)).rdbuf();
  return parse_golden(text.str());
}

GoldenCase parse_golden(std::string_view text) {
  GoldenCase golden;
  const std::size_t dashes = std::min(text.find(kDashes), text.size());
  golden.input = text.substr(0, dashes);
  golden.expected = text.substr(std::min(dashes + kDashes.size(), text.size()));
  std::map<std::string, std::string> pieces;
  std::string* piece = &pieces["site.ini"];
  for (std::string_view rest = golden.input; !rest.empty();) {
    const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    rest.remove_prefix(line.size());
    if (line.starts_with("--- ")) {
      piece = &pieces[std::string(line.substr(4, line.find('\n') - 4))];
    } else {
      *piece += line;
    }
  }
  for_each_assignment(pieces["command line"], [&](std::string setting, std::string value) {
    golden.options.globals.set({std::move(setting), std::move(value), {"the command line"}});
  });
  auto variables = std::make_shared<std::map<std::string, std::string>>();
  for_each_assignment(pieces["environment"], [&](std::string variable, std::string value) {
    variables->emplace(std::move(variable), std::move(value));
  });
  golden.options.environment = [variables](const std::string& variable) {
    const auto found = variables->find(variable);
    return found == variables->end() ? std::nullopt : std::optional(found->second);
  };
  pieces.erase("command line");
  pieces.erase("environment");
  for (auto& [name, content] : pieces) golden.files["/site/" + name] = std::move(content);
  return golden;
}

}  // namespace mastic::deploy
