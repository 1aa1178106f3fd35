#include "mastic/deploy/diagnostics.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "mastic/base/encoding.h"
#include "mastic/deploy/secret_values.h"

namespace mastic::deploy {

using Severity = Diagnostic::Severity;

std::string Diagnostic::to_string(Look look) const {
  // Names come from files, and must neither break the line nor steer a terminal.
  constexpr std::size_t kMaxBytes = 2000;
  constexpr std::string_view kColours[] = {"\x1b[31m", "\x1b[33m", "\x1b[36m"};
  const bool is_coloured = look == Look::Coloured;
  std::string out;
  base::append_log_text_escaped(out, origin.to_string(), kMaxBytes);
  if (origin.is_known()) out += ": ";
  if (is_coloured) out += kColours[static_cast<int>(severity)];
  out.append(deploy::to_string(severity)).append(is_coloured ? ":\x1b[0m " : ": ");
  base::append_log_text_escaped(out, message, kMaxBytes);
  return out;
}

std::string_view to_string(Severity severity) {
  constexpr std::string_view kNames[] = {"error", "warning", "note"};
  return kNames[static_cast<int>(severity)];
}

void Diagnostics::error(const base::Origin& origin, std::string message) {
  diagnostics_.push_back({Severity::Error, origin, std::move(message)});
}

void Diagnostics::warn(const base::Origin& origin, std::string message) {
  diagnostics_.push_back({Severity::Warning, origin, std::move(message)});
}

void Diagnostics::note(const base::Origin& origin, std::string message) {
  diagnostics_.push_back({Severity::Note, origin, std::move(message)});
}

void Diagnostics::take(Diagnostics other) {
  std::ranges::move(other.diagnostics_, std::back_inserter(diagnostics_));
}

void Diagnostics::blank(const SecretValues& secrets) {
  for (Diagnostic& diagnostic : diagnostics_) {
    diagnostic.message = secrets.blank(diagnostic.message);
  }
}

bool Diagnostics::has_errors() const {
  return std::ranges::any_of(diagnostics_, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::Error;
  });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::map<std::string_view, std::size_t> files;  // each with its place in the order
  std::set<std::tuple<std::string_view, std::uint32_t, std::string_view>> known;
  // By file, by line, and then in the order in which they were added.
  std::map<std::tuple<std::size_t, std::uint32_t, std::size_t>, const Diagnostic*> in_order;
  for (const Diagnostic& diagnostic : diagnostics_) {
    const auto& [place, line] = diagnostic.origin;
    const std::size_t file = files.emplace(place, files.size()).first->second;
    if (!known.emplace(place, line, diagnostic.message).second) continue;
    in_order.emplace(std::tuple(file, line, in_order.size()), &diagnostic);
  }
  std::vector<Diagnostic> out;
  for (const auto& [key, diagnostic] : in_order) out.push_back(*diagnostic);
  return out;
}

std::string Diagnostics::to_string() const {
  std::string out;
  for (const Diagnostic& diagnostic : sorted()) out += diagnostic.to_string() + "\n";
  return out;
}

}  // namespace mastic::deploy
