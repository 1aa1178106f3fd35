#include "mastic/deploy/site_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "mastic/deploy/text_file.h"
#include "mastic/deploy/uri.h"

namespace mastic::deploy {
namespace {

/// How many files of the largest size a site may have.
constexpr std::uint64_t kMaxFiles = 4;

}  // namespace

SiteFiles::SiteFiles(Diagnostics& diagnostics, const Environment& environment,
                     std::uint64_t max_file_bytes, base::Kernel& kernel)
    : diagnostics_(diagnostics),
      environment_(environment),
      max_file_bytes_(max_file_bytes),
      kernel_(kernel) {}

const LoadedFile* SiteFiles::load(std::string_view path, const LoadedFile* from,
                                  const Settings& given, const base::Origin& origin) {
  // Messages call a file as the person who reads them would: relative, if the site's own path is.
  std::string shown_path =
      from == nullptr ? std::string(path) : join_path(folder_of(from->ini().path()), path);
  const std::string absolute = absolute_path(path, from);
  const File& file = read(shown_path, absolute);
  if (file.ini) {
    return &loaded_.emplace_back(*file.ini, absolute, given, environment_, diagnostics_);
  }
  if (origin.is_known()) {
    diagnostics_.error(origin, "the file '" + shown_path + "' " + file.error);
  } else {
    diagnostics_.error({shown_path}, "the file " + file.error);
  }
  return nullptr;
}

std::vector<const IniFile*> SiteFiles::all() const {
  std::vector<const IniFile*> all;
  for (const File& file : files_) {
    if (file.ini) all.push_back(&*file.ini);
  }
  return all;
}

std::string SiteFiles::absolute_path(std::string_view path, const LoadedFile* from) {
  if (from != nullptr) return join_path(from->folder(), path);
  std::error_code failed;
  return join_path(std::filesystem::current_path(failed).string(), path);
}

SiteFiles::File& SiteFiles::read(const std::string& shown_path, const std::string& absolute_path) {
  const auto known = std::ranges::find(files_, absolute_path, &File::absolute_path);
  if (known != files_.end()) return *known;
  File& file = files_.emplace_back(absolute_path, std::nullopt, "");
  // One file may have many names, for example through /proc/self/root, so files are limited together.
  const std::uint64_t left =
      kMaxFiles * max_file_bytes_ - std::min(bytes_, kMaxFiles * max_file_bytes_);
  const auto text = read_text_file(kernel_, absolute_path, std::min(max_file_bytes_, left));
  if (text) {
    bytes_ += text->size();
    file.ini = IniFile::parse(*text, shown_path, diagnostics_);
  } else {
    file.error = text.error().message;
  }
  return file;
}

}  // namespace mastic::deploy
