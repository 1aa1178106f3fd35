// What a page and the server send to each other: JSON, in which `type` tells the structs apart, such as
// {"type":"say","text":"Good morning"}.

#pragma once

#include <mastic/mastic.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

// ---- from a page ----

/// The guest comes in, or takes another name.
struct Join {
  static constexpr mastic::JsonTag kJsonTag{"join"};
  std::string name;
};
struct Say {
  static constexpr mastic::JsonTag kJsonTag{"say"};
  std::string text;
};
using FromPage = std::variant<Join, Say>;

// ---- to pages ----

struct Said {
  static constexpr mastic::JsonTag kJsonTag{"said"};
  /// When, in milliseconds since 1970. No two messages of a room have the same time, so a page that
  /// connects again knows which of them it has shown.
  std::int64_t at = 0;
  std::string name;
  std::string text;
};
/// What was said before the guest came.
struct Welcome {
  static constexpr mastic::JsonTag kJsonTag{"welcome"};
  std::vector<Said> history;
};
/// Who is in the room now.
struct People {
  static constexpr mastic::JsonTag kJsonTag{"people"};
  std::vector<std::string> names;
};
/// A message that was not valid, and why.
struct Refused {
  static constexpr mastic::JsonTag kJsonTag{"refused"};
  std::string field;
  std::string message;
};
using ToPage = std::variant<Said, Welcome, People, Refused>;
