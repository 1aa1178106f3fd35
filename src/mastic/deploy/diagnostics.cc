#include "mastic/deploy/diagnostics.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "mastic/base/encoding.h"
#include "mastic/deploy/secret_values.h"

namespace mastic::deploy {

namespace {

using Severity = Diagnostic::Severity;

constexpr std::size_t kMostOfASeverity = 100;

}  // namespace

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
  add({Severity::Error, origin, std::move(message)});
}

void Diagnostics::warn(const base::Origin& origin, std::string message) {
  add({Severity::Warning, origin, std::move(message)});
}

void Diagnostics::note(const base::Origin& origin, std::string message) {
  add({Severity::Note, origin, std::move(message)});
}

void Diagnostics::add(Diagnostic diagnostic) {
  // A part that is in many places has the same to say in each of them.
  const bool is_known = std::ranges::any_of(diagnostics_, [&](const Diagnostic& known) {
    return known.origin.line == diagnostic.origin.line && known.severity == diagnostic.severity &&
           known.origin.place == diagnostic.origin.place && known.message == diagnostic.message;
  });
  if (is_known) return;
  const auto severity = static_cast<std::size_t>(diagnostic.severity);
  if (counts_[severity] == kMostOfASeverity) {
    has_more_[severity] = true;
    return;
  }
  ++counts_[severity];
  diagnostics_.push_back(std::move(diagnostic));
}

void Diagnostics::take(Diagnostics other) {
  for (Diagnostic& diagnostic : other.diagnostics_) add(std::move(diagnostic));
  for (std::size_t i = 0; i < has_more_.size(); ++i) has_more_[i] |= other.has_more_[i];
}

bool Diagnostics::is_full() const {
  return counts_[static_cast<std::size_t>(Severity::Error)] == kMostOfASeverity;
}

void Diagnostics::blank(const SecretValues& secrets) {
  for (Diagnostic& diagnostic : diagnostics_) {
    diagnostic.origin = secrets.blank(diagnostic.origin);
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
  for (const Severity severity : {Severity::Error, Severity::Warning, Severity::Note}) {
    if (!has_more_[static_cast<std::size_t>(severity)]) continue;
    const std::string word(deploy::to_string(severity));
    Diagnostic& more = out.emplace_back();
    more.severity = severity;
    more.message = "there are more " + word + "s; these are the first hundred";
  }
  return out;
}

std::string Diagnostics::to_string() const {
  std::string out;
  for (const Diagnostic& diagnostic : sorted()) out += diagnostic.to_string() + "\n";
  return out;
}

}  // namespace mastic::deploy
