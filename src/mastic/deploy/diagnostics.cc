#include "mastic/deploy/diagnostics.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mastic/base/encoding.h"
#include "mastic/deploy/secret_values.h"

namespace mastic::deploy {

using Severity = Diagnostic::Severity;

std::string Diagnostic::to_string() const {
  // Names come from files, and must neither break the line nor steer a terminal.
  constexpr std::size_t kMaxBytes = 2000;
  std::string out;
  base::append_log_text_escaped(out, origin.to_string(), kMaxBytes);
  if (origin.is_known()) out += ": ";
  out.append(deploy::to_string(severity)).append(": ");
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
  std::vector<std::string> files;
  std::vector<Diagnostic> out;
  const auto is_same = [](const Diagnostic& one) {
    return [&one](const Diagnostic& other) {
      return one.origin == other.origin && one.message == other.message;
    };
  };
  const auto place_in_order = [&](const Diagnostic& diagnostic) {
    return std::pair(std::ranges::find(files, diagnostic.origin.place), diagnostic.origin.line);
  };
  for (const Diagnostic& diagnostic : diagnostics_) {
    if (std::ranges::find(files, diagnostic.origin.place) == files.end()) {
      files.push_back(diagnostic.origin.place);
    }
    if (std::ranges::any_of(out, is_same(diagnostic))) continue;
    const auto next = std::ranges::upper_bound(out, place_in_order(diagnostic), {}, place_in_order);
    out.insert(next, diagnostic);
  }
  return out;
}

std::string Diagnostics::to_string() const {
  std::string out;
  for (const Diagnostic& diagnostic : sorted()) out += diagnostic.to_string() + "\n";
  return out;
}

}  // namespace mastic::deploy
