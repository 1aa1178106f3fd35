// A tea, what a client may say of one, and which of that is sound.

#pragma once

#include <mastic/mastic.h>

#include <optional>
#include <string>
#include <vector>

enum class Kind { Black, Green, Herbal, Oolong, White };

/// As the shop has it, and as clients see it: fields and kinds have the same names in JSON.
struct Tea {
  int id = 0;
  std::string name;
  Kind kind = Kind::Black;
  int price_cents = 0;
  std::optional<std::string> note;
};

/// As a client sends it, whole.
struct NewTea {
  std::string name;
  Kind kind = Kind::Black;
  int price_cents = 0;
  std::optional<std::string> note;

  void validate(mastic::FieldErrors& errors) const;
};

/// What a client wants to be different; what is missing stays.
struct TeaChanges {
  std::optional<std::string> name;
  std::optional<Kind> kind;
  std::optional<int> price_cents;
  std::optional<std::string> note;

  void validate(mastic::FieldErrors& errors) const;
};

/// Which teas a client wants to see: `?kind=Green&name=Sen&page=2`.
struct TeaQuery {
  std::optional<Kind> kind;
  std::optional<std::string> name;  ///< a part of it
  int page = 1;
  int per_page = 20;

  void validate(mastic::FieldErrors& errors) const;
};

/// Some of the teas that a query found.
struct TeaPage {
  int total = 0;  ///< on all pages
  int page = 1;
  std::vector<Tea> teas;
};

[[nodiscard]] Tea make_tea(int id, const NewTea& from);
[[nodiscard]] Tea change(Tea tea, const TeaChanges& changes);
