#include "mastic/deploy/factories.h"

#include <algorithm>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/text.h"

namespace mastic::deploy {
namespace {

/// Whether two names are those of one distribution: Python compares them without regard to case.
bool is_same_package(std::string_view a, std::string_view b) {
  return base::equal_ignoring_case(a, b);
}

}  // namespace

void Factories::add(Factory factory) {
  for (const Factory& known : factories_) {
    MASTIC_ASSERT(known.kind != factory.kind || known.name != factory.name);
  }
  factories_.push_back(std::move(factory));
}

void Factories::alias(PartKind kind, std::string_view package, std::string_view other,
                      std::string_view name) {
  aliases_.push_back({kind, std::string(package), std::string(other), std::string(name)});
}

void Factories::missing(std::string_view package, std::string_view other, std::string_view why) {
  missing_.push_back({std::string(package), std::string(other), std::string(why)});
}

base::Result<const Factory*> Factories::find(PartKind kind, const FactoryName& name) const {
  std::string_view own = name.name;
  if (name.scheme != "mastic") {
    const auto alias = std::ranges::find_if(aliases_, [&](const Alias& known) {
      return known.kind == kind && is_same_package(known.package, name.package) &&
             known.other == name.name;
    });
    if (name.scheme != "egg" || alias == aliases_.end()) return explain(kind, name);
    own = alias->name;
  }
  for (const Factory& factory : factories_) {
    if (factory.kind == kind && factory.name == own) return &factory;
  }
  return explain(kind, name);
}

std::unexpected<base::Error> Factories::explain(PartKind kind, const FactoryName& name) const {
  const std::string_view why_python =
      kind == PartKind::Server ? "is a server of Python; use mastic#server"
                               : "is Python code, which needs the Python gateway (not there yet)";
  if (name.scheme == "call" || name.scheme == "python") {
    return base::fail("'", name.to_string(), "' ", why_python);
  }
  const bool is_own = name.scheme == "mastic";
  std::vector<std::string_view> known;
  for (const Factory& factory : factories_) {
    if (is_own && factory.name == name.name) {
      return base::fail("'", name.to_string(), "' is made as ", with_article(factory.kind),
                        ", but ", with_article(kind), " is needed here");
    }
    if (is_own && factory.kind == kind) known.push_back(factory.name);
  }
  for (const Alias& alias : aliases_) {
    if (is_own || !is_same_package(alias.package, name.package)) continue;
    if (alias.other == name.name) {
      return base::fail("'", name.to_string(), "' is made as ", with_article(alias.kind), ", but ",
                        with_article(kind), " is needed here");
    }
    if (alias.kind == kind) known.push_back(alias.other);
  }
  const Missing* whole = nullptr;
  for (const Missing& missing : missing_) {
    if (is_own || !is_same_package(missing.package, name.package)) continue;
    if (missing.other == name.name) {
      return base::fail("'", name.to_string(), "' ", missing.why);
    }
    if (missing.other.empty()) whole = &missing;
  }
  const auto meant = base::nearest(name.name, known);
  const std::string what =
      std::string("there is no ") + std::string(to_string(kind)) + " '" + name.to_string() + "'";
  if (meant) {
    FactoryName nearest = name;
    nearest.name = *meant;
    return base::fail(what, "; did you mean '", nearest.to_string(), "'?");
  }
  if (whole != nullptr && kind != PartKind::Server) {
    return base::fail("'", name.to_string(), "' ", whole->why);
  }
  if (name.scheme == "egg" && (known.empty() || whole != nullptr)) {
    return base::fail("'", name.to_string(), "' ", why_python);
  }
  return base::fail(what, "; `mastic points` lists those that there are");
}

std::string_view Factories::with_article(PartKind kind) {
  return kind == PartKind::App      ? "an application"
         : kind == PartKind::Filter ? "a filter"
                                    : "a server";
}

std::vector<std::string> Factories::other_names(const Factory& factory) const {
  std::vector<std::string> names;
  for (const Alias& alias : aliases_) {
    if (alias.kind == factory.kind && alias.name == factory.name) {
      names.push_back("egg:" + alias.package + "#" + alias.other);
    }
  }
  return names;
}

}  // namespace mastic::deploy
