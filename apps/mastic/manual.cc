#include "apps/mastic/manual.h"

#include <string_view>

#include "mastic/base/text.h"
#include "mastic/catalog/service.h"

#include "apps/mastic/commands.h"
#include "apps/mastic/option_list.h"

namespace mastic::program {
namespace {

/// Text that roff prints as it is: also a '.' or ' at the beginning of a line, '\' and '-'.
std::string escaped(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '`')
      out += "\\(ga";
    else
      out += c;
  }
  return out;
}

/// Paragraphs, and lines that begin with two spaces as examples.
std::string paragraphs(std::string_view text) {
  std::string out;
  bool in_example = false;
  const auto set_example = [&](bool wanted) {
    if (in_example == wanted) return;
    out += wanted ? ".PP\n.RS 2\n.nf\n" : ".fi\n.RE\n";
    in_example = wanted;
  };
  while (!text.empty()) {
    const std::string_view line = base::take_until(text, '\n');
    if (line.empty()) {
      set_example(false);
      if (!text.empty() && !text.starts_with("  ")) out += ".PP\n";
      continue;
    }
    set_example(line.starts_with("  "));
    out += escaped(line.substr(in_example ? 2 : 0)) + "\n";
  }
  set_example(false);
  return out;
}

std::string option_entry(const ListedOption& option) {
  std::string out = ".TP\n\\fB" + escaped(option.word) + "\\fR";
  if (!option.argument.empty()) out += " \\fI" + escaped(option.argument) + "\\fR";
  if (!option.default_text.empty()) out += "  [" + escaped(option.default_text) + "]";
  return out + "\n" + escaped(option.meaning) + "\n";
}

constexpr std::string_view kAbout =
    "Mastic is a web application server. This program serves the files of a directory,\n"
    "applications of plugins, and sites that are put together in a file. It also checks such\n"
    "sites, makes requests of them without a server, and puts load on servers.\n";

constexpr std::string_view kSiteFiles =
    "A site file has sections. [app:main] is the application that is served, and [server:main]\n"
    "has the options of the server. The line `use` says what a section is made by; the other\n"
    "lines are its options:\n"
    "\n"
    "  [app:main]\n"
    "  use = mastic#static\n"
    "  root = public\n"
    "\n"
    "  [server:main]\n"
    "  use = mastic#server\n"
    "  bind = 127.0.0.1:8080\n"
    "\n"
    "Relative paths are relative to the folder of the file. A line that begins with # or ; is a\n"
    "comment; after a value, both belong to the value, and so does an indented line below it.\n"
    "\n"
    "Sections can also be filters around an application, and applications that are made of\n"
    "others. `mastic points` lists what a section can be made by, and `mastic points NAME` its\n"
    "options. `mastic check` shows what a file means.\n";

constexpr std::string_view kSeeAlso =
    "The documentation, in share/doc/mastic of the folder where Mastic is installed:\n"
    "docs/guide/site-files.md explains site files, docs/reference/factories.md lists their parts,\n"
    "and docs/reference/mastic-serve.md the options of the server.\n";

/// The text of a command without the explanation of SITE, which has a section of its own.
std::string without_site_text(std::string_view text) {
  std::string kept(text);
  const std::string explanation = std::string(kSiteText) + "\n";
  if (const auto at = kept.find(explanation); at != kept.npos) kept.erase(at, explanation.size());
  return kept;
}

std::string section(const CommandEntry& entry) {
  std::string out = ".SS \"mastic " + std::string(entry.name);
  if (!entry.arguments.empty()) out += " " + escaped(entry.arguments);
  out += " [OPTION...]\"\n" + paragraphs(without_site_text(entry.text));
  for (const ListedOption& option : options_of(entry)) out += option_entry(option);
  return out + ".PP\nExit codes: " + escaped(entry.exit_codes) + ".\n";
}

}  // namespace

std::string manual_page(const std::vector<CommandEntry>& commands) {
  std::string version = catalog::version_text();
  version = version.substr(0, version.find(" ("));
  std::string page = ".\\\" Made by `mastic manual` from the table of commands.\n";
  page += ".TH MASTIC 1 \"\" \"" + escaped(version) + "\" \"Mastic\"\n";
  page += ".SH NAME\nmastic \\- serve and compose web applications\n";
  page +=
      ".SH SYNOPSIS\n\\fBmastic\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n";
  page += ".SH DESCRIPTION\n" + paragraphs(kAbout) + ".PP\nThe commands are:\n";
  for (const CommandEntry& entry : commands) {
    if (entry.is_hidden) continue;
    page += ".TP\n\\fB" + escaped(entry.name) + "\\fR\n" + escaped(entry.meaning) + "\n";
  }
  page += ".SH SITES\n" + paragraphs(kSiteText);
  page += ".SS \"Site files\"\n" + paragraphs(kSiteFiles);
  page += ".SH COMMANDS\n";
  for (const CommandEntry& entry : commands) {
    if (!entry.is_hidden) page += section(entry);
  }
  page +=
      ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nIf it is set to anything, nothing is printed in "
      "colours.\n"
      ".TP\n\\fB%(ENV_NAME)s\\fR\nin a site file is the value of the variable NAME.\n";
  return page + ".SH SEE ALSO\n" + paragraphs(kSeeAlso);
}

}  // namespace mastic::program
