// Reads the lines of an `.ini` file. Used by IniFile::parse only.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/ini_file.h"

namespace mastic::deploy {

/// Fills an IniFile, line by line. A parser reads one file.
class IniParser {
 public:
  /// Both must outlive the parser.
  IniParser(IniFile& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  /// Reads all lines of the file, or those before the point where reading on makes no sense.
  void parse(std::string_view text);

 private:
  [[nodiscard]] bool is_text(std::string_view text);
  void read_line(std::string_view line);
  void continue_value(std::string_view text);
  void read_empty_line();
  void begin_section(std::string_view name, std::string_view rest);
  void begin_entry(std::string_view line);
  void end_entry();
  void note_type_and_name(const IniSection& section, std::size_t index);
  void error(std::string message);

  IniFile& file_;
  Diagnostics& diagnostics_;
  std::uint32_t line_ = 0;
  std::size_t indent_ = 0;         ///< of the last line that did not continue a value
  IniSection* section_ = nullptr;  ///< the section that the line belongs to; null at the start
  IniEntry* entry_ = nullptr;      ///< the entry whose value the line may continue
  IniSection duplicate_;           ///< takes the entries of a section that is there already
  IniEntry dropped_;               ///< takes the value of an entry that is wrong
  /// The line of each entry of the section at hand, and of [DEFAULT].
  std::unordered_map<std::string, std::uint32_t> entry_lines_, default_lines_;
  /// Whether a line of the value at hand looks like more than that.
  bool has_doubtful_line_ = false;
  std::size_t errors_ = 0;
  bool is_headless_ = false;  ///< whether lines stand before the first section
};

}  // namespace mastic::deploy
