#include "mastic/files/options.h"

#include "mastic/http/media_type.h"
#include "mastic/http/syntax.h"

namespace mastic::files {

void Options::describe(base::OptionTable& table) {
  table.list("index", index, "NAME",
             "The file that is served for a directory. May be given several times; the first that "
             "exists is used.");
  table.flag("listing", listing, "List directories that have no index.");
  table.flag("hidden_files", hidden_files,
             "Also serve names that begin with a dot or end with ~, .bak, .ini or .swp.");
  table.flag(
      "precompressed", precompressed,
      "Do not serve name.br, name.zst and name.gz in place of name to clients that accept them.");
  table.text("cache_control", cache_control, "VALUE",
             "The Cache-Control field of every file, such as 'max-age=3600'.");
  table.list("type", types, ".EXT=TYPE",
             "The media type of files whose names end in .EXT, or of one whole name (NAME=TYPE), "
             "in place of the built-in one. May be given several times.");
  table.list("share", share, "TYPE",
             "Let pages of other origins read files of this type, such as 'font/*': they are sent "
             "with 'Access-Control-Allow-Origin: *'. May be given several times.");
  table.count("max_ranges", max_ranges, "The maximum number of ranges in one request.",
              "the whole file is sent");
  table.size("max_memory_file_bytes", max_memory_file_bytes,
             "The maximum size of a file that is kept in memory; larger ones are sent from the "
             "disk cache.");
  table.size("max_memory_bytes", max_memory_bytes,
             "The maximum size of all files in memory together.",
             "the one that was not used for longest is dropped");
  table.count("max_open_files", max_open_files,
              "The maximum number of files that are kept open or in memory.",
              "the one that was not used for longest is closed");
  table.count("max_listed", max_listed, "The maximum number of names in one listing.",
              "the rest is left out, and the page says so");
}

base::Result<void> Options::check() const {
  for (const std::string& name : index) {
    const bool is_name = !name.empty() && name != "." && name != ".." && !name.contains('/');
    if (!is_name) return base::fail("--index: '", name, "' is not the name of a file");
  }
  if (!http::is_field_value(cache_control)) {
    return base::fail("--cache-control: a field has no line ends and no control characters");
  }
  http::MediaTypes known;
  for (const std::string& rule : types) {
    if (const auto added = known.add(rule); !added) {
      return base::fail("--type: ", added.error().message);
    }
  }
  for (const std::string& range : share) {
    if (!http::is_media_type(range)) {
      return base::fail("--share: '", range, "' is not a media type such as font/woff2 or font/*");
    }
  }
  return {};
}

}  // namespace mastic::files
