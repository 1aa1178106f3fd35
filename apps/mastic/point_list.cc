#include "apps/mastic/point_list.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "mastic/base/command_line.h"
#include "mastic/base/text.h"

namespace mastic::program {
namespace {

struct KindHeading {
  std::string_view kind;
  std::string_view heading;
};
constexpr std::array kKinds{KindHeading{"application", "Applications"},
                            KindHeading{"filter", "Filters"}, KindHeading{"server", "Servers"}};

std::vector<PointOption> options_of(const deploy::Factory& factory) {
  std::vector<PointOption> options;
  if (!factory.draft) return options;
  const auto draft = factory.draft();
  base::OptionTable table;
  draft->describe(table);
  for (const base::Option& option : table.options()) {
    options.push_back(
        {.name = std::string(option.name),
         .argument = option.argument.empty() ? "(on|off)" : std::string(option.argument),
         .default_value = option.is_secret ? "" : option.default_text,
         .meaning = std::string(option.meaning),
         .is_secret = option.is_secret,
         .is_repeatable = option.repeatable,
         .is_table = static_cast<bool>(option.takes)});
  }
  return options;
}

/// A section with every option, as comments. Only a first option without a default is set: it is
/// what the part cannot do without.
std::string make_example(const Point& point, std::string_view kind) {
  const std::string_view name = std::string_view(point.name).substr(point.name.find('#') + 1);
  std::string example("[");
  example.append(kind).append(":").append(kind == "server" ? "main" : name).append("]\n");
  example.append("use = ").append(point.name).append("\n");
  for (const PointOption& option : point.options) {
    const bool has_default = !option.default_value.empty();
    const bool is_first = &option == &point.options.front();
    if (has_default || !is_first || option.is_secret || option.is_repeatable) example += "# ";
    example.append(option.name).append(" = ");
    example.append(has_default ? option.default_value : option.argument).append("\n");
  }
  return example;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// The text of a cell in a table of Markdown.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string code_cell(std::string_view text) {
  if (text.empty()) return "";
  std::string code("`");
  for (const char c : text) code += c == '|' ? "\\|" : std::string(1, c == '\n' ? ' ' : c);
  return code + "`";
}

void append_markdown(std::string& page, const Point& point) {
  page += "### " + point.name + "\n\n" + cell(point.meaning) + "\n\n";
  if (!point.other_names.empty()) {
    page += "Other names: ";
    for (const std::string& name : point.other_names) {
      page += (name == point.other_names.front() ? "`" : ", `") + name + "`";
    }
    page += ".\n\n";
  }
  if (!point.options.empty()) page += "| option | value | default | meaning |\n|---|---|---|---|\n";
  for (const PointOption& option : point.options) {
    page += "| " + code_cell(option.name) + " | " + code_cell(option.argument) + " | " +
            code_cell(option.default_value) + " | " + cell(option.meaning) +
            (option.is_secret ? " It is a secret, and never shown." : "") + " |\n";
  }
  page += (point.options.empty() ? "```ini\n" : "\n```ini\n") + point.example + "```\n\n";
}

}  // namespace

Point describe_point(const deploy::Factory& factory, const std::string& prefix,
                     std::vector<std::string> other_names) {
  Point point{.kind = std::string(to_string(factory.kind)),
              .name = prefix + factory.name,
              .meaning = factory.meaning,
              .other_names = std::move(other_names),
              .options = options_of(factory),
              .example = factory.example};
  const std::string section = factory.kind == deploy::PartKind::App ? "app" : point.kind;
  if (point.example.empty()) point.example = make_example(point, section);
  if (!point.example.ends_with('\n')) point.example += '\n';
  return point;
}

std::string list_text(const std::vector<Point>& points) {
  std::size_t width = 0;
  for (const Point& point : points) width = std::max(width, point.name.size());
  std::string text;
  for (const auto& [kind, heading] : kKinds) {
    if (std::ranges::find(points, kind, &Point::kind) == points.end()) continue;
    text.append(text.empty() ? "" : "\n").append(heading).append(":\n");
    for (const Point& point : points) {
      if (point.kind != kind) continue;
      text.append("  ").append(point.name).append(width - point.name.size() + 2, ' ');
      text.append(point.meaning).append("\n");
    }
  }
  return text;
}

std::string point_text(const Point& point) {
  std::string text = point.name + ": " + point.kind + "\n";
  base::append_wrapped(text, point.meaning, 2);
  if (!point.other_names.empty()) {
    base::append_wrapped(text, "Other names: " + joined(point.other_names), 2);
  }
  if (!point.options.empty()) text += "\nOptions:\n";
  for (const PointOption& option : point.options) {
    text += "  " + option.name + " = " + option.argument;
    if (!option.default_value.empty()) text += "  [" + option.default_value + "]";
    if (option.is_secret) text += "  (secret)";
    text += "\n";
    base::append_wrapped(text, option.meaning, 6);
  }
  return text + "\nExample:\n\n" + point.example;
}

std::string points_markdown(const std::vector<Point>& points) {
  std::string page;
  for (const auto& [kind, heading] : kKinds) {
    if (std::ranges::find(points, kind, &Point::kind) == points.end()) continue;
    page.append("## ").append(heading).append("\n\n");
    for (const Point& point : points) {
      if (point.kind == kind) append_markdown(page, point);
    }
  }
  while (page.ends_with("\n\n")) page.pop_back();
  return page;
}

}  // namespace mastic::program
