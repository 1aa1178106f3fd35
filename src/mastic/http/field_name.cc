#include "mastic/http/field_name.h"

#include "mastic/base/text.h"
#include "mastic/http/field_name_table.h"

namespace mastic::http {

FieldName detail::find_spelt_otherwise(std::string_view text, FieldName name) {
  return base::equal_ignoring_case(text, to_string(name)) ? name : FieldName::Other;
}

FieldName find_field_name(std::string_view text) { return find_field_name_inline(text); }

std::string_view to_string(FieldName name) {
  return detail::kNames[static_cast<std::size_t>(name)];
}

}  // namespace mastic::http
