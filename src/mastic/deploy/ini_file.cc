#include "mastic/deploy/ini_file.h"

#include <cstddef>
#include <utility>

#include "mastic/deploy/ini_parser.h"

namespace mastic::deploy {

const IniEntry* IniSection::find(std::string_view entry) const {
  const std::size_t place = index.find(entries, entry);
  return place == entries.size() ? nullptr : &entries[place];
}

IniFile IniFile::parse(std::string_view text, std::string path, Diagnostics& diagnostics) {
  IniFile file;
  file.path_ = std::move(path);
  IniParser(file, diagnostics).parse(text);
  return file;
}

std::vector<const IniSection*> IniFile::find(std::string_view type, std::string_view name) const {
  std::vector<const IniSection*> found;
  const auto all = by_name_.find(std::string(type).append(":").append(name));
  if (all == by_name_.end()) return found;
  for (const std::size_t index : all->second) found.push_back(&sections_[index]);
  return found;
}

const IniSection* IniFile::find(std::string_view name) const {
  const auto found = by_whole_name_.find(std::string(name));
  return found == by_whole_name_.end() ? nullptr : &sections_[found->second];
}

}  // namespace mastic::deploy
