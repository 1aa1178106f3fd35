#include "tea.h"

using mastic::FieldErrors;

void NewTea::validate(FieldErrors& errors) const {
  TeaChanges{name, kind, price_cents, note}.validate(errors);
}

void TeaChanges::validate(FieldErrors& errors) const {
  if (name) errors.require(!name->empty() && name->size() <= 80, "name", "must have 1 to 80 bytes");
  if (price_cents) errors.require(*price_cents > 0, "price_cents", "must be more than 0");
  if (note) errors.require(note->size() <= 500, "note", "must have at most 500 bytes");
}

void TeaQuery::validate(FieldErrors& errors) const {
  errors.require(page >= 1 && page <= 1'000'000, "page", "must be 1 to 1000000");
  errors.require(per_page >= 1 && per_page <= 100, "per_page", "must be 1 to 100");
}

Tea make_tea(int id, const NewTea& from) {
  return {id, from.name, from.kind, from.price_cents, from.note};
}

Tea change(Tea tea, const TeaChanges& changes) {
  tea.name = changes.name.value_or(tea.name);
  tea.kind = changes.kind.value_or(tea.kind);
  tea.price_cents = changes.price_cents.value_or(tea.price_cents);
  if (changes.note) tea.note = changes.note;
  return tea;
}
