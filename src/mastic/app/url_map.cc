#include "mastic/app/url_map.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>

#include "mastic/app/mount.h"
#include "mastic/app/route_list.h"
#include "mastic/base/text.h"
#include "mastic/http/authority.h"

namespace mastic::app {
namespace {

/// A place that was read.
struct MappedPlace {
  std::string host;  ///< in lower case, perhaps a pattern; empty for any
  std::optional<std::uint16_t> port;
  std::string prefix;  ///< empty for the root
  App app;

  [[nodiscard]] bool is_pattern() const { return host.starts_with('*'); }
  [[nodiscard]] bool takes(std::string_view path) const {
    return prefix.empty() || takes_path(prefix, path);
  }
  [[nodiscard]] bool takes(const http::Authority& named, bool is_secure) const {
    if (!http::matches_host(host, named.host)) return false;
    return !port || *port == named.port.value_or(is_secure ? 443 : 80);
  }
};

/// The order in which places are tried.
bool comes_before(const MappedPlace& a, const MappedPlace& b) {
  const auto rank = [](const MappedPlace& place) {
    const int host = place.host.empty() ? 2 : place.is_pattern() ? 1 : 0;
    return std::tuple(host, -static_cast<std::ptrdiff_t>(place.host.size()), !place.port,
                      -static_cast<std::ptrdiff_t>(place.prefix.size()));
  };
  return rank(a) < rank(b);
}

[[noreturn]] void refuse_place(std::string_view place, std::string_view why) {
  std::string message("place '");
  throw std::invalid_argument(message.append(place).append("'").append(why));
}

/// Reads "HOST", "HOST:PORT", "*.DOMAIN" or "*.DOMAIN:PORT" into `place`.
void read_host(MappedPlace& place, std::string_view text, std::string_view whole) {
  const std::string_view any = text.starts_with("*.") ? "*." : "";
  const auto authority = http::Authority::parse(text.substr(any.size()));
  if (authority) place.host = base::lower_case(std::string(any).append(authority->host));
  if (place.host.ends_with('.')) place.host.pop_back();
  if (!authority || !http::is_host_pattern(place.host)) {
    refuse_place(whole, ": write /PATH, HOST/PATH or HOST:PORT/PATH; a host is a name or *.DOMAIN");
  }
  place.port = authority->port;
}

MappedPlace read_place(std::string_view text, App app) {
  if (text.find("://") != text.npos) refuse_place(text, ": write HOST/PATH, without a scheme");
  MappedPlace place{.host = {}, .port = {}, .prefix = {}, .app = std::move(app)};
  const std::string_view host = text.substr(0, text.find('/'));
  if (!host.empty()) read_host(place, host, text);
  auto prefix = normalize_prefix(text.substr(host.size()));
  if (!prefix) refuse_place(text, ": a path has neither names nor escapes");
  place.prefix = *std::move(prefix);
  return place;
}

/// The places, in the order in which they are tried.
class MappedPlaces {
 public:
  MappedPlaces(std::vector<UrlMap::Place> places, std::optional<App> otherwise)
      : otherwise_(std::move(otherwise)) {
    own_history_.mark_quick();
    std::set<std::tuple<std::string, std::optional<std::uint16_t>, std::string>> known;
    for (UrlMap::Place& given : places) {
      MappedPlace place = read_place(given.place, std::move(given.app));
      const bool is_new = known.emplace(place.host, place.port, place.prefix).second;
      if (!is_new) refuse_place(given.place, " exists already");
      has_hosts_ = has_hosts_ || !place.host.empty();
      places_.push_back(std::move(place));
    }
  }

  /// Sorts the places, and returns the lifecycle of all applications, in the order in which they
  /// were given.
  Lifecycle complete() {
    Lifecycle lifecycle;
    for (MappedPlace& place : places_) lifecycle.take(place.app.take_lifecycle());
    if (otherwise_) lifecycle.take(otherwise_->take_lifecycle());
    std::ranges::sort(places_, comes_before);
    return lifecycle;
  }

  Task<Response> operator()(Request& request) const {
    const MappedPlace* const place = find(request.facts(), request.path());
    if (place != nullptr) return call_below(place->app, place->prefix.size(), request);
    return otherwise_ ? (*otherwise_)(request) : refuse(request);
  }
  [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts,
                                            std::string_view path) const {
    if (const MappedPlace* const place = find(facts, path)) {
      return place->app.history_of(facts, path.substr(place->prefix.size()));
    }
    return otherwise_ ? otherwise_->history_of(facts, path) : own_history_;
  }
  void list_routes(RouteList& list) const {
    for (const MappedPlace& place : places_) {
      const std::string port = place.port ? ":" + std::to_string(*place.port) : std::string();
      list.add_below(place.host + port, place.prefix, place.app);
    }
    if (otherwise_) list.add_below("", "", *otherwise_);
  }

 private:
  [[nodiscard]] const MappedPlace* find(const RequestFacts& facts, std::string_view path) const {
    std::optional<http::Authority> named;
    if (has_hosts_) named = http::Authority::parse(facts.head.authority);
    for (const MappedPlace& place : places_) {
      if (!place.takes(path)) continue;
      if (place.host.empty() || (named && place.takes(*named, facts.is_secure))) return &place;
    }
    return nullptr;
  }
  /// `OPTIONS *` asks about the server as a whole, which no place with a path is.
  [[nodiscard, gnu::noinline]] static Response refuse(Request& request) {
    const bool asks_about_all = request.target_form() == http::Target::Form::Asterisk;
    return asks_about_all ? Response(http::Status::NoContent)
                          : error_response(request, http::Status::NotFound);
  }

  std::vector<MappedPlace> places_;
  std::optional<App> otherwise_;
  bool has_hosts_ = false;
  mutable BlockingHistory own_history_;  ///< of answers that the table makes itself
};

App map_places(std::vector<UrlMap::Place> places, std::optional<App> otherwise) {
  /// What an App calls: a copyable handle of the places.
  class Mapped {
   public:
    explicit Mapped(std::shared_ptr<const MappedPlaces> places) : places_(std::move(places)) {}
    Task<Response> operator()(Request& request) const { return (*places_)(request); }
    [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts,
                                              std::string_view path) const {
      return places_->history_of(facts, path);
    }
    void list_routes(RouteList& list) const { places_->list_routes(list); }

   private:
    std::shared_ptr<const MappedPlaces> places_;
  };
  const auto mapped = std::make_shared<MappedPlaces>(std::move(places), std::move(otherwise));
  Lifecycle lifecycle = mapped->complete();
  App app{Mapped(mapped)};
  app.add_lifecycle(std::move(lifecycle));
  return app;
}

}  // namespace

UrlMap::UrlMap(std::vector<Place> places) : app_(map_places(std::move(places), std::nullopt)) {}
UrlMap::UrlMap(std::vector<Place> places, App otherwise)
    : app_(map_places(std::move(places), std::move(otherwise))) {}

}  // namespace mastic::app
