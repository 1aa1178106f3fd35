// A tea, the structs that clients send about teas, and their validation.

#pragma once

#include <mastic/mastic.h>

#include <optional>
#include <string>
#include <vector>

enum class Kind { Black, Green, Herbal, Oolong, White };

/// A tea of the shop, as clients see it: its fields and kinds have the same names in JSON.
struct Tea {
  int id = 0;
  std::string name;
  Kind kind = Kind::Black;
  int price_cents = 0;
  std::optional<std::string> note;
};

/// A complete tea, as a client sends it.
struct NewTea {
  std::string name;
  Kind kind = Kind::Black;
  int price_cents = 0;
  std::optional<std::string> note;

  void validate(mastic::FieldErrors& errors) const;
};

/// The changes that a client wants; fields without a value stay as they are.
struct TeaChanges {
  std::optional<std::string> name;
  std::optional<Kind> kind;
  std::optional<int> price_cents;
  std::optional<std::string> note;

  void validate(mastic::FieldErrors& errors) const;
};

/// The query that selects teas: `?kind=Green&name=Sen&page=2`.
struct TeaQuery {
  std::optional<Kind> kind;
  std::optional<std::string> name;  ///< a part of the name
  int page = 1;
  int per_page = 20;

  void validate(mastic::FieldErrors& errors) const;
};

/// One page of the teas that a query has found.
struct TeaPage {
  int total = 0;  ///< on all pages
  int page = 1;
  std::vector<Tea> teas;
};

[[nodiscard]] Tea make_tea(int id, const NewTea& from);
[[nodiscard]] Tea change(Tea tea, const TeaChanges& changes);
