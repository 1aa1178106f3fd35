#include "mastic/http/conditional.h"

#include "mastic/http/date.h"

namespace mastic::http {
namespace {

std::optional<std::int64_t> date_of(FieldsView request, FieldName name, std::int64_t now) {
  const auto value = request.get(name);
  return value ? parse_date(*value, now) : std::nullopt;
}

/// Whether the field names the current state. If the state has no tag, only `*` names it, which
/// means "any state".
bool names_this(FieldsView request, FieldName name, const Validators& validators,
                bool (*match)(const EntityTag&, const EntityTag&)) {
  const std::string list = request.joined(name);
  if (validators.entity_tag) return list_matches(list, *validators.entity_tag, match);
  return list == "*";
}

}  // namespace

// The order is that of RFC 9110 §13.2.2. If there is a condition on tags, the corresponding
// condition on dates is ignored, whatever the tags say, because dates are only exact to the second.
// The two conditions that protect writes come first and lead to 412. The two that save transfers
// come second and lead to 304, or to 412 for methods other than GET and HEAD ("create it only if it
// does not exist" is If-None-Match: * with PUT).
Precondition evaluate(Method method, FieldsView request, const Validators& validators,
                      std::int64_t now) {
  if (request.contains(FieldName::IfMatch)) {
    if (!names_this(request, FieldName::IfMatch, validators, strong_match)) {
      return Precondition::Failed;
    }
  } else if (const auto since = date_of(request, FieldName::IfUnmodifiedSince, now)) {
    if (validators.last_modified && *validators.last_modified > *since) return Precondition::Failed;
  }

  const bool reads = method == Method::Get || method == Method::Head;
  if (request.contains(FieldName::IfNoneMatch)) {
    if (names_this(request, FieldName::IfNoneMatch, validators, weak_match)) {
      return reads ? Precondition::NotModified : Precondition::Failed;
    }
  } else if (const auto since = date_of(request, FieldName::IfModifiedSince, now); since && reads) {
    if (validators.last_modified && *validators.last_modified <= *since) {
      return Precondition::NotModified;
    }
  }
  return Precondition::Proceed;
}

bool if_range_holds(FieldsView request, const Validators& validators, std::int64_t now) {
  const auto value = request.get(FieldName::IfRange);
  if (!value) return true;
  if (const auto tag = EntityTag::parse(*value)) {
    return validators.entity_tag && strong_match(*tag, *validators.entity_tag);
  }
  const auto date = parse_date(*value, now);
  return date && validators.last_modified && *date == *validators.last_modified && *date + 1 < now;
}

}  // namespace mastic::http
