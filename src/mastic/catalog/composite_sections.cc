#include "mastic/catalog/composite_sections.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mastic/app/url_map.h"
#include "mastic/base/text.h"
#include "mastic/http/status.h"

namespace mastic::catalog {
namespace {

using base::OptionEntry;

// ---- url maps ----

std::string_view take_word(std::string_view& rest) {
  rest = base::trim(rest);
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

/// Removes the scheme of a URL, and returns whether there was one.
bool take_scheme(std::string_view& text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    return true;
  }
  return false;
}

bool is_place_key(std::string_view key) {
  return key.starts_with('/') || take_scheme(key) || key.starts_with("domain ") ||
         key.starts_with("port ");
}

/// A prefix as Paste takes it: slashes that come together are one, and the last one is left out.
std::string tidy_prefix(std::string_view path) {
  std::string tidy;
  for (const char c : path) {
    if (c != '/' || !tidy.ends_with('/')) tidy += c;
  }
  if (tidy.ends_with('/')) tidy.pop_back();
  return tidy;
}

/// The parts of a key, in Paste's words.
struct PlaceWords {
  std::string_view domain;
  std::string_view port;
  std::string_view path;
};

base::Result<PlaceWords> read_place(std::string_view key) {
  PlaceWords words;
  for (std::string_view rest = key; !base::trim(rest).empty();) {
    std::string_view word = take_word(rest);
    const bool is_named = word == "domain" || word == "port";
    std::string_view& part = word == "domain" ? words.domain
                             : word == "port" ? words.port
                                              : words.path;
    if (!part.empty()) return base::fail("'", key, "' has two of domain, port or path");
    const std::string_view value = is_named ? take_word(rest) : word;
    if (value.empty()) return base::fail("'", key, "' has nothing after '", word, "'");
    part = value;
  }
  if (words.domain.empty() && !words.port.empty()) {
    return base::fail("'", key, "' has a port but no domain; write: domain HOST port PORT /PATH");
  }
  return words;
}

// ---- cascades ----

/// The number at the end of "app12"; names without one come last, as they do in Paste.
std::uint64_t number_of(const OptionEntry& entry) {
  return base::parse_decimal(std::string_view(entry.key).substr(3))
      .value_or(std::numeric_limits<std::uint64_t>::max());
}

bool is_earlier(const OptionEntry& a, const OptionEntry& b) {
  const auto of_a = number_of(a);
  const auto of_b = number_of(b);
  return of_a != of_b ? of_a < of_b : a.key < b.key;
}

// ---- pages for errors ----

bool is_status_key(std::string_view key) {
  return key.size() == 3 && base::parse_decimal(key).has_value();
}

}  // namespace

base::Result<std::string> place_of_key(std::string_view key) {
  std::string_view rest = base::trim(key);
  if (take_scheme(rest)) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    if (slash == 0) return base::fail("'", key, "' has no host");
    return base::lower_case(rest.substr(0, slash)) + tidy_prefix(rest.substr(slash));
  }
  const auto words = read_place(key);
  if (!words) return std::unexpected(words.error());
  std::string place = base::lower_case(words->domain);
  if (!words->port.empty()) place.append(":").append(words->port);
  const bool needs_slash = !words->path.starts_with('/') && !words->path.empty();
  if (needs_slash && place.empty()) return base::fail("'", key, "' does not begin with '/'");
  place += tidy_prefix((needs_slash ? "/" : "") + std::string(words->path));
  return place.empty() ? "/" : place;
}

void UrlMapSection::describe(base::OptionTable& table) {
  table.entries("/PATH", places, "APPLICATION", is_place_key,
                "The application that answers at a prefix of the path, and perhaps only for one "
                "host: 'http://HOST/PATH', or 'domain HOST port PORT /PATH'.");
  table.text("not_found_app", not_found_app, "APPLICATION",
             "The application that answers what no place takes, instead of 404. It may be a global "
             "setting.");
}

base::Result<app::App> make_url_map(const UrlMapSection& section, deploy::Build& build) {
  std::vector<app::UrlMap::Place> places;
  /// The entry that a place comes from, and where it is in `places`.
  struct Known {
    const OptionEntry* entry;
    std::size_t index;
  };
  // Keys that differ may be one place: "/docs" and "/docs/". Paste takes the last of them, and a UrlMap
  // refuses a place that exists twice.
  std::unordered_map<std::string, Known> known;
  for (const OptionEntry& entry : section.places) {
    auto place = place_of_key(entry.key);
    if (!place) return std::unexpected(place.error());
    app::App app = build.app(entry.value, *place, entry.origin);
    const auto [at, is_new] = known.try_emplace(*place, Known{&entry, places.size()});
    if (is_new) {
      places.push_back({*std::move(place), std::move(app)});
      continue;
    }
    const OptionEntry& before = *std::exchange(at->second.entry, &entry);
    build.warn(before.origin,
               "'" + before.key + "' is the same place as '" + entry.key + "', which replaces it");
    places[at->second.index].app = std::move(app);
  }
  // Paste looks for it among the global settings, too, so one of [DEFAULT] serves every map.
  const deploy::Setting* const local = build.part().local.find("not_found_app");
  const deploy::Setting* const otherwise =
      local != nullptr ? local : build.part().global.find("not_found_app");
  if (otherwise == nullptr || otherwise->value.empty()) {
    if (places.empty()) {
      build.warn(build.part().origin,
                 "the url map is empty, so every answer is 404; write /PATH = "
                 "APPLICATION");
    }
    return app::App(app::UrlMap(std::move(places)));
  }
  return app::App(
      app::UrlMap(std::move(places), build.app(otherwise->value, "otherwise", otherwise->origin)));
}

void CascadeSection::describe(base::OptionTable& table) {
  cascade.describe(table);
  const auto is_application = [](std::string_view key) { return key.starts_with("app"); };
  table.entries("appN", applications, "APPLICATION", is_application,
                "An application. They are tried in the order of their numbers.");
}

base::Result<app::App> make_cascade(const CascadeSection& section, deploy::Build& build) {
  if (section.applications.empty()) {
    return base::fail("there is nothing to try; write: app1 = APPLICATION");
  }
  // By number, because by name app10 would come before app2, which is never meant. It is the one place
  // where a site file means something else than it does in PasteDeploy.
  std::vector<OptionEntry> entries = section.applications;
  std::ranges::sort(entries, is_earlier);
  const auto late = std::ranges::is_sorted_until(entries, {}, &OptionEntry::key);
  if (late != entries.end()) {
    build.warn(late->origin, late->key + " is tried after " + std::prev(late)->key +
                                 ", in the order of the numbers; Paste, which sorts the names as "
                                 "text, tries it before");
  }
  std::vector<app::App> applications;
  for (const OptionEntry& entry : entries) {
    applications.push_back(build.app(entry.value, entry.key, entry.origin));
  }
  return app::App(app::Cascade(std::move(applications), section.cascade));
}

void ErrorDocumentsSection::describe(base::OptionTable& table) {
  table.entries("STATUS", documents, "/PATH", is_status_key,
                "The path whose content the client gets with this status, such as "
                "'/errors/404.html'. It is asked for below the place of this filter.");
}

app::ErrorDocuments make_error_documents(const ErrorDocumentsSection& section) {
  std::vector<app::ErrorDocuments::Document> documents;
  for (const OptionEntry& entry : section.documents) {
    const auto status = static_cast<http::Status>(base::parse_decimal(entry.key).value_or(0));
    documents.push_back({status, entry.value});
  }
  return app::ErrorDocuments(std::move(documents));
}

}  // namespace mastic::catalog
