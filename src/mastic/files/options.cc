#include "mastic/files/options.h"

#include "mastic/http/media_type.h"
#include "mastic/http/syntax.h"

namespace mastic::files {

void Options::describe(base::OptionTable& table) {
  table.list("index", index, "NAME",
             "Name of the index file of a directory. May be given several times; the first that "
             "exists is served.");
  table.flag("listing", listing, "List directories that have no index file.");
  table.flag("hidden_files", hidden_files,
             "Also serve names that begin with a dot or end with ~, .bak, .ini or .swp.");
  table.flag("precompressed", precompressed,
             "Send name.br, name.zst or name.gz, if it exists, instead of name to clients that "
             "accept its coding.");
  table.text("cache_control", cache_control, "VALUE",
             "Value of the Cache-Control field of every file, such as 'max-age=3600'; empty for no "
             "field.");
  table.list("type", types, ".EXT=TYPE",
             "Media type of files whose names end in .EXT, or of files with exactly this name "
             "(NAME=TYPE), instead of the built-in one. May be given several times.");
  table.list("share", share, "TYPE",
             "Media type of files, such as 'font/*', that pages of every other origin may read: "
             "they get 'Access-Control-Allow-Origin: *'. May be given several times.");
  table.count("max_ranges", max_ranges,
              "Maximum number of ranges of one request. Beyond it: the whole file is sent.");
  table.size(
      "max_memory_file_bytes", max_memory_file_bytes,
      "Maximum size of a file that is cached in memory. Larger ones are sent from the file.");
  table.size("max_memory_bytes", max_memory_bytes,
             "Maximum size of all files together that are cached in memory. Beyond it: the least "
             "recently used one is dropped.");
  table.count("max_open_files", max_open_files,
              "Maximum number of cached files, open or in memory. Beyond it: the least recently "
              "used one is closed.");
  table.count(
      "max_listed", max_listed,
      "Maximum number of names in one listing. Beyond it: the page says that there are more.");
}

base::Result<void> Options::check() const {
  for (const std::string& name : index) {
    const bool is_name = !name.empty() && name != "." && name != ".." && !name.contains('/');
    if (!is_name) return base::fail("--index: '", name, "' is not the name of a file");
  }
  if (!http::is_field_value(cache_control)) {
    return base::fail(
        "--cache-control: the value must not contain line ends or control characters");
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
