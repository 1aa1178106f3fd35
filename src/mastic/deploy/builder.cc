#include "mastic/deploy/builder.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mastic/app/route_list.h"
#include "mastic/deploy/build.h"
#include "mastic/deploy/filter_order.h"
#include "mastic/deploy/loaded_file.h"
#include "mastic/deploy/option_fault.h"
#include "mastic/deploy/plugin.h"
#include "mastic/deploy/set_options.h"
#include "mastic/deploy/thrown.h"
#include "mastic/deploy/uri.h"
#include "mastic/deploy/value_hint.h"

namespace mastic::deploy {
namespace {

// Parts that are one inside of the other take stack: those that are made, when the site is made, and
// every layer around an application, when it is asked. Sites that people write have a few of each.
constexpr std::size_t kMaxPartDepth = 64;
constexpr std::size_t kMaxPartLayers = 1'024;

app::App no_app() {
  return app::App([] { return app::Response(http::Status::ServiceUnavailable); });
}

app::Middleware no_filter() {
  return app::Middleware([](app::App inner) { return inner; });
}

/// The name of a part's factory for people. The path of a plugin is absolute, so that it can be found;
/// it is shown relative, like that of the file which names it, if that is relative.
std::string shown_factory(const Part& part) {
  FactoryName name = part.factory;
  if (name.scheme != "lib" || part.file == nullptr) return name.to_string();
  const std::string folder = std::string(part.file->folder()) + "/";
  if (name.package.starts_with(folder)) {
    name.package =
        join_path(folder_of(part.file->ini().path()), name.package.substr(folder.size()));
    if (name.package.find('/') == std::string::npos) name.package.insert(0, "./");
  }
  return name.to_string();
}

Node& add_part(Node& node, std::string_view place) {
  Node& below = node.parts.emplace_back();
  below.place = place;
  return below;
}

}  // namespace

/// Counts a part, with the filters that it puts around another one, while it is made.
class Builder::Nesting {
 public:
  Nesting(Builder& builder, const Part& part)
      : builder_(builder), layers_(part.filters.size() + 1) {
    builder_.depth_ += 1;
    builder_.layers_ += layers_;
  }
  ~Nesting() {
    builder_.depth_ -= 1;
    builder_.layers_ -= layers_;
  }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

  /// Whether the part may be made here. Otherwise that is reported at `place`.
  [[nodiscard]] bool is_allowed(const base::Origin& place) const {
    if (builder_.depth_ > kMaxPartDepth) {
      builder_.diagnostics_.error(place, "this part is not made, because it would be inside of " +
                                             std::to_string(kMaxPartDepth) +
                                             " others, which is the most that there may be");
      return false;
    }
    if (builder_.layers_ > kMaxPartLayers) {
      builder_.diagnostics_.error(
          place, "this part is not made, because " + std::to_string(kMaxPartLayers) +
                     " filters and other parts would be around it, which is "
                     "the most that there may be");
      return false;
    }
    return true;
  }

 private:
  Builder& builder_;
  const std::size_t layers_;
};

/// Prepares `node` for `part`.
void Builder::begin(const Part& part, Node& node) {
  node.kind = part.kind;
  node.form = part.form;
  node.section = part.section;
  node.origin = part.origin;
  secrets_.learn(part.global);
  node.global = secrets_.blank(part.global);
  // Until the options of its factory are known, the names of local settings have to tell.
  node.local = secrets_.blank(part.local);
}

/// Makes an application that the line `place` puts where it is.
app::App Builder::make_app_at(const base::Origin& place, const Part& part, Node& node) {
  begin(part, node);
  const Nesting nesting(*this, part);
  if (!nesting.is_allowed(place)) return no_app();
  if (part.form == Part::Form::Made) {
    Made made = make(place, part, node);
    app::App* const app = std::get_if<app::App>(&made);
    node.is_made = app != nullptr;
    if (app == nullptr) return no_app();
    app->set_label({node.factory, node.section, place});
    return std::move(*app);
  }
  node.factory = part.form == Part::Form::Pipeline ? "pipeline" : "filter-with";
  if (part.form == Part::Form::Pipeline) warn_of_order(part, factories_, diagnostics_);
  // Made from the outermost to the innermost, as they are written, so that the tree and the errors
  // are in that order; put together from the innermost on.
  std::vector<std::pair<const Part*, app::Middleware>> filters;
  for (const auto& filter : part.filters) {
    if (filter == nullptr) continue;
    filters.emplace_back(filter.get(), make_filter(*filter, add_part(node, "filter")));
  }
  app::App app =
      part.app != nullptr ? make_app_at(place, *part.app, add_part(node, "application")) : no_app();
  for (auto each = filters.rbegin(); each != filters.rend(); ++each) {
    app = put_around(std::move(app), each->second, *each->first);
  }
  return app;
}

/// Makes a filter that the line `place` puts where it is.
app::Middleware Builder::make_filter_at(const base::Origin& place, const Part& part, Node& node) {
  begin(part, node);
  const Nesting nesting(*this, part);
  if (!nesting.is_allowed(place)) return no_filter();
  if (part.form == Part::Form::Made) {
    Made made = make(place, part, node);
    app::Middleware* const filter = std::get_if<app::Middleware>(&made);
    node.is_made = filter != nullptr;
    return filter != nullptr ? std::move(*filter) : no_filter();
  }
  node.factory = "filter-with";
  // A filter with a filter: both around what comes below, the other one outermost.
  std::vector<app::Middleware> filters;
  for (const auto& filter : part.filters) {
    if (filter != nullptr) filters.push_back(make_filter(*filter, add_part(node, "filter")));
  }
  if (part.app != nullptr) filters.push_back(make_filter(*part.app, add_part(node, "filter")));
  auto all = std::make_shared<std::vector<app::Middleware>>(std::move(filters));
  return app::Middleware([all](app::App inner) {
    for (auto filter = all->rbegin(); filter != all->rend(); ++filter) {
      inner = (*filter)(std::move(inner));
    }
    return inner;
  });
}

void Builder::set_server(const Part& part, base::OptionTable& table, Node& node) {
  begin(part, node);
  node.factory = shown_factory(part);
  if (factory_of(part) == nullptr) return;
  set_options(part, table, node);
}

Made Builder::make(const base::Origin& place, const Part& part, Node& node) {
  node.factory = shown_factory(part);
  if (contains_itself(part, place)) return {};
  const Factory* const factory = factory_of(part);
  if (factory == nullptr) return {};
  making_.push_back(part.origin);
  Made made = make_by(*factory, part, node);
  making_.pop_back();
  return made;
}

/// Makes a part by its factory. A factory is code of other people: whatever it throws is an error of
/// this part.
Made Builder::make_by(const Factory& factory, const Part& part, Node& node) {
  std::unique_ptr<Draft> draft;
  base::OptionTable table;  // is bound to the draft
  std::string why;
  try {
    draft = factory.draft();
    draft->describe(table);
    if (!set_options(part, table, node)) return {};
    Build build(*this, part, node);
    auto made = draft->make(build);
    if (made) return *std::move(made);
    why = made.error().message;
  } catch (...) {
    why = thrown_message();
  }
  const OptionFault fault = find_fault(part, table, why);
  diagnostics_.error(fault.origin, "'" + node.factory + "' cannot be made: " + fault.message);
  return {};
}

/// Puts a filter around an application. That runs code of other people, too: a middleware may be a
/// function that takes the application, and it may throw.
app::App Builder::put_around(app::App inner, app::Middleware& filter, const Part& part) {
  try {
    app::App outer = filter(inner);
    if (!outer.is_same_as(inner)) {
      outer.set_label({shown_factory(part), part.section, part.origin});
    }
    return outer;
  } catch (...) {
    const std::string name =
        part.section.empty() ? "'" + shown_factory(part) + "'" : "[" + part.section + "]";
    diagnostics_.error(part.origin,
                       name + " cannot be put around an application: " + thrown_message());
  }
  return inner;
}

const Factory* Builder::factory_of(const Part& part) {
  const FactoryName& name = part.factory;
  if (name.scheme != "lib") {
    const auto found = factories_.find(part.kind, name);
    if (found) return *found;
    diagnostics_.error(name.origin, found.error().message + value_hint(name.name));
    return nullptr;
  }
  const auto plugin = load_plugin(name.package, kernel_);
  if (!plugin) {
    diagnostics_.error(name.origin, plugin.error().message);
    return nullptr;
  }
  std::vector<std::string_view> names;
  for (const Factory& factory : *plugin) {
    if (factory.kind == part.kind && factory.name == name.name) return &factory;
    if (factory.kind == part.kind) names.push_back(factory.name);
  }
  std::string message = name.package + " has no " + std::string(to_string(part.kind)) + " '" +
                        name.name + "'; it has ";
  for (const std::string_view known : names) {
    message.append(known == names.front() ? "" : ", ").append(known);
  }
  diagnostics_.error(name.origin, names.empty() ? message + "none" : message);
  return nullptr;
}

/// Sets every option that the part gives, and reports those that are wrong. Returns whether none is.
bool Builder::set_options(const Part& part, base::OptionTable& table, Node& node) {
  const bool all_right = deploy::set_options(part.local, table, diagnostics_);
  secrets_.learn(part.local, &table);
  node.local = secrets_.blank(part.local, &table);
  node.options = effective_options(table);
  for (Node::Value& value : node.options) {
    if (!value.is_default) value.text = secrets_.blank(value.text);
  }
  return all_right;
}

app::App Builder::find_app(std::string_view name, std::string_view place,
                           const base::Origin& origin, const Part& asking, Node& node) {
  const auto part = loader_.find(PartKind::App, name, asking, origin);
  if (part == nullptr) return no_app();
  return make_app_at(origin, *part, add_part(node, place));
}

app::Middleware Builder::find_filter(std::string_view name, std::string_view place,
                                     const base::Origin& origin, const Part& asking, Node& node) {
  const auto part = loader_.find(PartKind::Filter, name, asking, origin);
  if (part == nullptr) return no_filter();
  return make_filter_at(origin, *part, add_part(node, place));
}

/// Whether `part` is being made already, further out; that is reported at `place`.
bool Builder::contains_itself(const Part& part, const base::Origin& place) {
  const bool is_inside =
      part.origin.is_known() && std::ranges::find(making_, part.origin) != making_.end();
  if (is_inside) diagnostics_.error(place, "[" + part.section + "] would contain itself");
  return is_inside;
}

app::App Build::app(std::string_view name, std::string_view place, const base::Origin& origin) {
  return builder_.find_app(name, place, origin, part_, node_);
}

app::Middleware Build::filter(std::string_view name, std::string_view place,
                              const base::Origin& origin) {
  return builder_.find_filter(name, place, origin, part_, node_);
}

void Build::warn(const base::Origin& origin, std::string message) {
  builder_.diagnostics_.warn(origin, std::move(message));
}

base::Kernel& Build::kernel() const { return builder_.kernel_; }

std::vector<Node::Value> effective_options(const base::OptionTable& table) {
  std::vector<Node::Value> values;
  for (const base::Option& option : table.options()) {
    for (const base::OptionText& given : option.given) {
      // The names of a table tell what they are, as those of other settings do.
      const bool is_secret = option.is_secret || (option.takes && names_secret_setting(given.name));
      values.push_back({option.takes ? given.name : std::string(option.name),
                        is_secret ? "***" : given.text, given.origin, false});
    }
    if (option.given.empty() && !option.takes) {
      values.push_back({std::string(option.name), option.default_text, {}, true});
    }
  }
  return values;
}

}  // namespace mastic::deploy
