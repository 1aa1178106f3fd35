#include "mastic/deploy/ini_parser.h"

#include <utility>

#include "mastic/base/encoding.h"
#include "mastic/deploy/white_space.h"

namespace mastic::deploy {
namespace {

// More than a person reads. A file that is no `.ini` at all has an error in every line.
constexpr std::size_t kMaxErrors = 20;
// Settings are looked up one after the other. More of them than this were made by a program, and
// would take long.
constexpr std::size_t kMaxEntries = 10'000;

/// Returns the first line of `text` without its end, and removes it. As in Python, CR, LF and CR LF
/// end a line, and nothing else does.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find_first_of("\n\r"));
  text.remove_prefix(line.size());
  if (text.starts_with('\r')) text.remove_prefix(1);
  if (text.starts_with('\n')) text.remove_prefix(1);
  return line;
}

/// How many characters of white space `line` begins with.
std::size_t indent_of(std::string_view line) {
  std::size_t count = 0;
  for (std::size_t size; (size = white_space_size(line)) > 0; ++count) line.remove_prefix(size);
  return count;
}

bool is_comment(std::string_view text) { return text.starts_with('#') || text.starts_with(';'); }

/// Whether `text` reads like the name of a section.
bool looks_like_section(std::string_view text) {
  return text.starts_with('[') && text.ends_with(']') && text.find(':') != text.npos;
}

/// Whether `text` reads like a setting, NAME = VALUE. Only spaces around the = tell it from a text
/// such as "a=b".
bool looks_like_setting(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(" = "));
  return name.size() < text.size() && name.find_first_of("=:'\"(") == name.npos &&
         name.find(' ') == (name.starts_with("set ") ? 3 : name.npos);
}

}  // namespace

void IniParser::parse(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) {
    line_ = 1;
    error(
        "the file begins with a byte order mark, which Python does not accept either; save it "
        "as UTF-8 without one");
    text.remove_prefix(3);
  }
  line_ = 0;
  while (!text.empty() && errors_ < kMaxErrors) {
    ++line_;
    const std::string_view line = take_line(text);
    if (!is_text(line)) return;
    read_line(line);
  }
  end_entry();
  file_.is_complete_ = text.empty();
  if (!text.empty()) error("the rest of the file was not read, because there are too many errors");
}

/// Whether the line is text. If it is not, the file is of another kind, and reading on makes no
/// sense.
bool IniParser::is_text(std::string_view line) {
  if (line.find('\0') != line.npos) {
    error("this line has a NUL byte; the file is not a text");
    return false;
  }
  while (!line.empty()) {
    const std::size_t size = base::utf8_character_size(line);
    if (size == 0) {
      error("this line is not UTF-8");
      return false;
    }
    line.remove_prefix(size);
  }
  return true;
}

void IniParser::read_line(std::string_view line) {
  const std::string_view text = strip(line);
  if (text.empty()) return read_empty_line();
  if (is_comment(text)) return;
  const std::size_t indent = indent_of(line);
  if (entry_ != nullptr && indent > indent_) return continue_value(text);
  indent_ = indent;
  end_entry();
  const std::size_t bracket = text.front() == '[' ? text.rfind(']') : text.npos;
  if (bracket != text.npos && bracket > 1) {
    begin_section(text.substr(1, bracket - 1), text.substr(bracket + 1));
  } else if (section_ == nullptr) {
    if (std::exchange(is_headless_, true)) return;  // one error for all of these lines
    error(
        "this line stands before the first section; a section begins with a line such as "
        "[app:main]");
  } else {
    begin_entry(text);
  }
}

void IniParser::continue_value(std::string_view text) {
  // A value that begins below its name is a list, whose lines may well look like settings.
  const bool is_list = entry_->value.empty() || entry_->value.starts_with('\n');
  const bool is_doubtful = looks_like_section(text) || (!is_list && looks_like_setting(text));
  if (is_doubtful && !std::exchange(has_doubtful_line_, true)) {
    diagnostics_.warn(file_.origin(line_),
                      "this line belongs to the value of '" + entry_->name + "' in line " +
                          std::to_string(entry_->line) +
                          ", because it is indented; begin a section or a setting at the "
                          "beginning of its line");
  }
  entry_->value.append("\n").append(text);
}

/// An empty line belongs to the value around it; at the end of a value it is removed again.
void IniParser::read_empty_line() {
  if (entry_ != nullptr) entry_->value += '\n';
}

void IniParser::begin_section(std::string_view name, std::string_view rest) {
  if (!strip(rest).empty() && !is_comment(strip(rest))) {
    diagnostics_.warn(file_.origin(line_), "what follows the ] is ignored");
  }
  if (name == file_.defaults_.name) {
    if (file_.defaults_.line == 0) file_.defaults_.line = line_;
    section_ = &file_.defaults_;
    return;
  }
  entry_lines_.clear();
  const auto [known, is_new] = file_.by_whole_name_.emplace(name, file_.sections_.size());
  if (!is_new) {
    error("there is a section [" + known->first + "] in line " +
          std::to_string(file_.sections_[known->second].line) + " already");
    section_ = &duplicate_;
    return;
  }
  section_ = &file_.sections_.emplace_back();
  section_->name = name;
  section_->line = line_;
  note_type_and_name(*section_, file_.sections_.size() - 1);
}

void IniParser::note_type_and_name(const IniSection& section, std::size_t index) {
  const std::size_t colon = section.name.find(':');
  if (colon == std::string::npos) return;
  const std::string_view name = std::string_view(section.name).substr(colon + 1);
  file_.by_name_[section.name.substr(0, colon + 1).append(strip(name))].push_back(index);
}

void IniParser::begin_entry(std::string_view line) {
  dropped_ = {};
  entry_ = &dropped_;
  has_doubtful_line_ = false;
  const std::size_t separator = line.find_first_of("=:");
  if (separator == line.npos) {
    return error(line.front() == '['
                     ? "a section begins with [NAME]; here the ] is missing"
                     : "this line is no setting, which is written NAME = VALUE; a line that "
                       "continues a value is indented more than the first line of the value");
  }
  const std::string_view name = strip_end(line.substr(0, separator));
  if (name.empty()) return error("this setting has no name, which stands before the = or :");
  if (name.front() == '[') {
    diagnostics_.warn(file_.origin(line_), "this line is read as a setting with the name '" +
                                               std::string(name) +
                                               "'; if a section was meant, the ] is missing");
  }
  if (line[separator] == ':' && line.find(" = ") != line.npos) {
    diagnostics_.warn(file_.origin(line_), "the first = or : ends a name, so the name here is '" +
                                               std::string(name) + "'");
  }
  auto& lines = section_ == &file_.defaults_ ? default_lines_ : entry_lines_;
  const auto [known, is_new] = lines.emplace(name, line_);
  if (!is_new) {
    return error("'" + known->first + "' is set in line " + std::to_string(known->second) +
                 " already");
  }
  if (section_->entries.size() == kMaxEntries) {
    return error("this section has more than " + std::to_string(kMaxEntries) +
                 " settings, which is the most that a section may have");
  }
  entry_ = &section_->entries.emplace_back();
  entry_->name = name;
  entry_->value = strip(line.substr(separator + 1));
  entry_->line = line_;
  section_->index.add_last(section_->entries);
}

void IniParser::end_entry() {
  if (entry_ == nullptr) return;
  entry_->value.resize(strip_end(entry_->value).size());
  entry_ = nullptr;
}

void IniParser::error(std::string message) {
  diagnostics_.error(file_.origin(line_), std::move(message));
  ++errors_;
}

}  // namespace mastic::deploy
