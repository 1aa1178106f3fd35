// Runs every value parser of the room over the same bytes. No parser may crash, hang or break its
// promise.

#include <cstdlib>
#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/http/accept.h"
#include "mastic/http/authority.h"
#include "mastic/http/conditional.h"
#include "mastic/http/content_coding.h"
#include "mastic/http/cookie.h"
#include "mastic/http/date.h"
#include "mastic/http/media_type.h"
#include "mastic/http/range.h"
#include "mastic/http/target.h"
#include "mastic/http/trace_context.h"

using namespace mastic::http;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  const RangeRequest ranges = RangeRequest::parse(text, 1000, 16);
  MASTIC_ASSERT(ranges.ranges.size() <= 16);
  for (const ByteRange& range : ranges.ranges)
    MASTIC_ASSERT(range.first <= range.last && range.last < 1000);

  if (const auto date = parse_date(text, 1'800'000'000)) {
    MASTIC_ASSERT(parse_date(format_date(*date), 0) == date);
  }
  (void)list_matches(text, *EntityTag::parse("\"a\""), weak_match);
  for (const auto coding : {ContentCoding::Gzip, ContentCoding::Identity}) {
    const int quality = AcceptedCodings::parse(text).quality(coding);
    MASTIC_ASSERT(quality >= 0 && quality <= 1000, {"quality", quality});
  }
  constexpr std::string_view kLanguages[] = {"en", "de-AT"};
  const auto language = choose_language(text, kLanguages);
  MASTIC_ASSERT(!language || *language < 2);
  const FieldEntry cookie{0, 0, static_cast<std::uint32_t>(text.size()), 0, FieldName::Cookie};
  if (const auto value = find_cookie(FieldsView(text.data(), {&cookie, 1}), "a")) {
    MASTIC_ASSERT(value->find(';') == std::string_view::npos);
  }
  MASTIC_ASSERT(!media_type_of(text).empty());
  const auto authority = Authority::parse(text);
  MASTIC_ASSERT(Authority::is_one(text) == authority.has_value());
  if (authority) {
    MASTIC_ASSERT(authority->host.find_first_of("@/ ,") == std::string_view::npos);
  }
  if (const auto trace = TraceContext::parse(text)) {
    MASTIC_ASSERT(TraceContext::parse(trace->to_string()) == trace);
  }
  if (const auto target = Target::parse(Method::Get, text)) {
    const auto path = normalize_path(target->path);
    if (path && path->has_value()) {
      MASTIC_ASSERT(path->value().find("/../") == std::string::npos);
      MASTIC_ASSERT(normalize_path(path->value()).has_value());
    }
  }
  return 0;
}
