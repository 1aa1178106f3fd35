#include "mastic/middleware/response_fields.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::middleware {
namespace {

/// What is done with a field: the sign before its name, or a space if there is none.
struct FieldChange {
  char sign;
  std::string_view name;
};

FieldChange change_of(std::string_view key) {
  if (key.starts_with('+') || key.starts_with('-')) return {key.front(), key.substr(1)};
  return {' ', key};
}

/// Whether the field belongs to the server, because it says where a message ends or what becomes of
/// the connection.
bool frames_message(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames{"Connection", "Content-Length",    "Date",
                                                   "Keep-Alive", "Proxy-Connection",  "TE",
                                                   "Trailer",    "Transfer-Encoding", "Upgrade"};
  return std::ranges::any_of(
      kNames, [&](std::string_view known) { return base::equal_ignoring_case(name, known); });
}

base::Result<void> check_change(const base::OptionEntry& entry) {
  const auto [sign, name] = change_of(entry.key);
  if (!http::is_token(name))
    return base::fail("'", entry.key,
                      "' is not the name of a field, which has letters, digits and "
                      "signs such as -, and no spaces");
  if (frames_message(name)) return base::fail(name, " belongs to the server and cannot be changed");
  if (sign == '-' && !entry.value.empty()) {
    return base::fail(entry.key, " removes the field, so it takes no value");
  }
  if (sign != '-' && entry.value.empty()) {
    return base::fail(entry.key, " has no value; to remove the field, write -", name);
  }
  if (!http::is_field_value(entry.value) || base::trim(entry.value) != entry.value) {
    return base::fail(entry.key,
                      ": a value must be one line, without control characters and "
                      "without spaces at its ends");
  }
  return {};
}

}  // namespace

void ResponseFieldsOptions::describe(base::OptionTable& table) {
  // All names, so that a wrong one is reported as the name of a field.
  const auto is_field = [](std::string_view) { return true; };
  table.entries("NAME", fields, "VALUE", is_field,
                "A field of every answer. NAME replaces what the application has set, +NAME adds a "
                "field beside it, and -NAME, without a value, removes all fields of that name.");
}

base::Result<void> ResponseFieldsOptions::check() const {
  for (const base::OptionEntry& entry : fields) {
    if (auto fits = check_change(entry); !fits) return fits;
  }
  return {};
}

ResponseFields::ResponseFields(ResponseFieldsOptions options) : options_(std::move(options)) {
  if (const auto fits = options_.check(); !fits) throw std::invalid_argument(fits.error().message);
}

void ResponseFields::after(app::Request&, app::Response& response) const {
  for (const base::OptionEntry& entry : options_.fields) {
    const auto [sign, name] = change_of(entry.key);
    if (sign == '-') {
      response.fields.remove(name);
    } else if (sign == '+') {
      response.fields.add(name, entry.value);
    } else {
      response.fields.set(name, entry.value);
    }
  }
}

}  // namespace mastic::middleware
