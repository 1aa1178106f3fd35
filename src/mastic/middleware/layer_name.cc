#include "mastic/middleware/layer_name.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "mastic/app/route_list.h"

namespace mastic::middleware {
namespace {

std::string demangled(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return text != nullptr ? text.get() : type.name();
}

void erase_all(std::string& text, std::string_view part) {
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
}

/// "mastic::make_site(int)" as "mastic::make_site".
std::string_view without_parameters(std::string_view function) {
  const std::size_t end = function.find('(');
  return function.substr(0, end);
}

/// What is written behind the name of a type in a function: "f(int)::g() const::Shorten" has
/// "Shorten" there.
std::string_view behind_functions(std::string_view name) {
  for (const std::string_view end : {std::string_view(")::"), std::string_view(") const::")}) {
    const std::size_t at = name.rfind(end);
    if (at != name.npos) name.remove_prefix(at + end.size());
  }
  return name;
}

std::string route_of(app::Request& request) {
  const auto [mount, pattern] = request.route_parts();
  if (pattern.empty()) return {};
  std::string text(request.method_text());
  return text.append(" ").append(mount).append(pattern);
}

}  // namespace

std::string readable_name(const std::type_info& type) {
  std::string name = demangled(type);
  erase_all(name, "(anonymous namespace)::");
  // As GCC and as Clang write the lambdas of a function.
  for (const std::string_view lambda : {"::{lambda(", "::'lambda", "::$_"}) {
    const std::size_t at = name.find(lambda);
    if (at == name.npos) continue;
    return "a lambda of " + std::string(without_parameters(name.substr(0, at)));
  }
  return std::string(behind_functions(name));
}

std::string layer_name(const app::App::Watched& layer, app::Request& request) {
  const std::string route = route_of(request);
  const app::AppLabel* const label = layer.label();
  std::string name = label != nullptr ? label->factory : readable_name(layer.type());
  if (label != nullptr && !label->section.empty()) name += " [" + label->section + "]";
  if (label != nullptr && label->origin.is_known()) name += ", " + label->origin.to_string();
  if (layer.is_middleware()) {
    name.insert(0, "the middleware ");
    return route.empty() ? name : name + " (around the handler of " + route + ")";
  }
  if (layer.is_choice()) return "the router around all handlers (" + name + ")";
  if (!route.empty()) return "the handler of " + route;
  return "the handler " + name;
}

}  // namespace mastic::middleware
