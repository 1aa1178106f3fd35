#include "apps/mastic/site_argument.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "mastic/app/route_list.h"
#include "mastic/base/kernel.h"
#include "mastic/base/text.h"
#include "mastic/catalog/factories.h"
#include "mastic/catalog/load_app.h"
#include "mastic/catalog/server_section.h"
#include "mastic/deploy/loader.h"
#include "mastic/deploy/logging_sections.h"
#include "mastic/deploy/plugin.h"
#include "mastic/deploy/text_file.h"
#include "mastic/deploy/uri.h"
#include "mastic/files/static_files.h"

#include "apps/mastic/command.h"

namespace mastic::program {
namespace {

using Kind = SiteArgument::Kind;

const base::Origin kCommandLine{.place = "the command line"};

bool exists(const std::string& path) {
  std::error_code fault;
  return std::filesystem::exists(path, fault);
}

/// What kind of site is at a path. If there is nothing, its name tells what is missing.
Kind kind_of(const std::string& path) {
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault)) return Kind::Directory;
  if (path.ends_with(".so")) return Kind::Plugin;
  return path.ends_with(".ini") || exists(path) ? Kind::File : Kind::Directory;
}

base::Result<deploy::Settings> read_settings(std::span<const std::string_view> words) {
  deploy::Settings settings;
  for (const std::string_view word : words) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) {
      return base::fail("unexpected argument '", word,
                        "': settings after SITE are written NAME=VALUE; see --help");
    }
    settings.set(
        {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1)), kCommandLine});
  }
  return settings;
}

/// The file or directory beside `path` with the most similar name, where there is nothing at `path`.
std::optional<std::string> nearest_beside(const std::string& path) {
  namespace fs = std::filesystem;
  if (exists(path)) return std::nullopt;
  const fs::path folder = fs::path(path).parent_path();
  std::vector<std::string> names;
  std::error_code fault;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, fault), end;
       !fault && entry != end; entry.increment(fault)) {
    names.push_back((folder / entry->path().filename()).string());
  }
  const auto meant = base::nearest(path, names);
  return meant ? std::optional<std::string>(*meant) : std::nullopt;
}

deploy::Site make_directory(const SiteArgument& site, const files::Options& options) {
  deploy::Site made;
  made.tree.factory = "mastic#static";
  made.tree.options.push_back({"root", site.path, kCommandLine, false});
  auto files = files::open_static_files(site.path, options, base::system_kernel());
  if (!files) {
    const auto meant = nearest_beside(site.path);
    made.diagnostics.error({}, meant ? "there is no file or directory '" + site.path +
                                           "'; did you mean '" + *meant + "'?"
                                     : files.error().message);
    return made;
  }
  files->set_label({.factory = "mastic#static", .section = {}, .origin = kCommandLine});
  made.app = *std::move(files);
  return made;
}

/// The application that a plugin is for: `main`, or the only one.
base::Result<std::string> usual_app(const std::string& path) {
  const auto factories = deploy::load_plugin(path, base::system_kernel());
  if (!factories) return std::unexpected(factories.error());
  std::vector<std::string> names;
  for (const deploy::Factory& factory : *factories) {
    if (factory.kind != deploy::PartKind::App) continue;
    if (factory.name == "main") return factory.name;
    names.push_back(factory.name);
  }
  if (names.size() == 1) return names.front();
  if (names.empty()) return base::fail(path, " has no application");
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : ", ") + name;
  return base::fail(path, " has several applications (", listed, "): write ", path, "#",
                    names.front());
}

deploy::Site make_plugin(const SiteArgument& site) {
  deploy::Site made;
  std::string name = site.name;
  if (name.empty()) {
    auto usual = usual_app(site.path);
    if (!usual) {
      made.diagnostics.error({}, usual.error().message);
      return made;
    }
    name = *std::move(usual);
  }
  made = deploy::make_site("lib:" + site.path + "#" + name, catalog::factories(),
                           catalog::load_options(site.globals), base::system_kernel());
  for (const deploy::Setting& setting : site.globals) {
    made.diagnostics.note(setting.origin, "'" + setting.name +
                                              "' is a global setting, and sets no option of the "
                                              "plugin; options are set in a site file");
  }
  return made;
}

}  // namespace

void SiteOptions::describe(base::OptionTable& table) {
  table.group("Site");
  table.text("app_name", app_name, "NAME",
             "Application of the site file or plugin, as #NAME after SITE; -n for short. [main]");
  table.alias("n", "app_name");
}

std::string SiteArgument::uri(std::string_view part) const {
  return deploy::config_uri(path, part.empty() ? "main" : part);
}

base::Result<SiteArgument> read_site(std::span<const std::string_view> arguments,
                                     const SiteOptions& options) {
  if (arguments.empty()) {
    return base::fail("no site given; write a site file, a plugin or a directory; see --help");
  }
  SiteArgument site;
  std::string_view text = arguments[0];
  if (text.starts_with("config:")) text.remove_prefix(7);
  const std::size_t mark = text.rfind('#');
  // A path may have a '#' itself.
  if (mark != text.npos && !exists(std::string(text))) {
    site.name = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  site.path = text;
  site.kind = kind_of(site.path);
  if (!options.app_name.empty()) site.name = options.app_name;
  if (site.kind == Kind::Directory) {
    if (arguments.size() > 1) {
      return base::fail("unexpected argument '", arguments[1],
                        "': one directory is served, which has no settings; see --help");
    }
    if (!site.name.empty()) {
      return base::fail("'", site.path, "' is a directory, which has no application '", site.name,
                        "'");
    }
    return site;
  }
  auto settings = read_settings(arguments.subspan(1));
  if (!settings) return std::unexpected(settings.error());
  site.globals = *std::move(settings);
  return site;
}

deploy::Site make_site(const SiteArgument& site, const files::Options& files) {
  if (site.kind == Kind::Directory) return make_directory(site, files);
  if (site.kind == Kind::Plugin) return make_plugin(site);
  return deploy::make_site(site.uri(site.name), catalog::factories(),
                           catalog::load_options(site.globals), base::system_kernel());
}

std::optional<deploy::IniFile> read_file(const SiteArgument& site) {
  if (site.kind != Kind::File) return std::nullopt;
  const auto text = deploy::read_text_file(base::system_kernel(), site.path,
                                           deploy::LoadOptions().max_file_bytes);
  if (!text) return std::nullopt;
  deploy::Diagnostics found_by_make_site;
  return deploy::IniFile::parse(*text, site.path, found_by_make_site);
}

std::optional<deploy::Node> read_server(const SiteArgument& site, const std::string& name,
                                        base::OptionTable& table, deploy::Diagnostics& diagnostics,
                                        deploy::SecretValues& secrets) {
  if (site.kind != Kind::File) return std::nullopt;
  // Before the server's section, whose own levels come on top.
  if (const auto file = read_file(site)) deploy::read_logging(*file, table, diagnostics);
  auto server = deploy::read_server(site.uri(name), table, catalog::factories(),
                                    catalog::load_options(site.globals), base::system_kernel(),
                                    diagnostics, secrets);
  if (!server && !name.empty() && !diagnostics.has_errors()) {
    diagnostics.error({.place = site.path}, "there is no section [server:" + name + "]");
  }
  if (server) catalog::warn_of_other_meanings(*server, diagnostics);
  return server;
}

void report(const deploy::Diagnostics& diagnostics) {
  using Look = deploy::Diagnostic::Look;
  const Look look = wants_colours(STDERR_FILENO) ? Look::Coloured : Look::Plain;
  std::string lines;
  for (const deploy::Diagnostic& diagnostic : diagnostics.sorted()) {
    lines += diagnostic.to_string(look) + "\n";
  }
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

}  // namespace mastic::program
