#include "mastic/wire/multipart/part_head.h"

#include "mastic/base/text.h"
#include "mastic/base/utf8.h"
#include "mastic/wire/multipart/parameters.h"

namespace mastic::wire::multipart {
namespace {

std::unexpected<ContentFault> refused(std::string_view reason) {
  return std::unexpected(ContentFault{http::Status::BadRequest, reason});
}

/// Decodes what clients escape in a quoted name, and leaves everything else as it is.
std::string decode_name(std::string_view text) {
  struct Escape {
    std::string_view written;
    char meant;
  };
  constexpr Escape kEscapes[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}, {"\\\"", '"'}};
  std::string name;
  name.reserve(text.size());
  while (!text.empty()) {
    char c = text.front();
    std::size_t size = 1;
    for (const Escape& escape : kEscapes) {
      if (!text.starts_with(escape.written)) continue;
      c = escape.meant;
      size = escape.written.size();
    }
    name += c;
    text.remove_prefix(size);
  }
  return name;
}

/// Whether the content of a part is sent as it is. RFC 7578 §4.7 deprecates the field that says
/// otherwise, and content whose coding is ignored would not be what its sender meant.
bool is_sent_as_it_is(http::FieldsView fields) {
  for (const http::Field& field : fields) {
    if (!base::equal_ignoring_case(field.name, "Content-Transfer-Encoding")) continue;
    const auto is = [&](std::string_view coding) {
      return base::equal_ignoring_case(field.value, coding);
    };
    if (!is("7bit") && !is("8bit") && !is("binary")) return false;
  }
  return true;
}

}  // namespace

std::expected<PartHead, ContentFault> parse_part_head(http::FieldsView fields) {
  using http::FieldName;
  if (fields.count(FieldName::ContentDisposition) != 1) {
    return refused("A part of the form does not have one Content-Disposition.");
  }
  if (fields.count(FieldName::ContentType) > 1) {
    return refused("A part of the form has more than one Content-Type.");
  }
  const auto disposition =
      parse_parameters(*fields.get(FieldName::ContentDisposition), EmptyParameters::Refused);
  if (!disposition || !base::equal_ignoring_case(disposition->value, "form-data")) {
    return refused(
        "The Content-Disposition of a part is not form-data with parameters that each occur once.");
  }
  const auto name = disposition->get("name");
  if (!name) return refused("A part of the form has no name.");
  if (!is_sent_as_it_is(fields)) {
    return refused("The Content-Transfer-Encoding of a part is not 7bit, 8bit or binary.");
  }

  PartHead head;
  head.name = decode_name(*name);
  if (const auto file_name = disposition->get("filename")) head.file_name = decode_name(*file_name);
  head.media_type = fields.get(FieldName::ContentType).value_or("");
  if (!base::is_utf8(head.name) || !base::is_utf8(head.file_name.value_or("")) ||
      !base::is_utf8(head.media_type)) {
    return refused("A name in the form is not UTF-8.");
  }
  constexpr std::string_view kNested = "multipart/";
  if (base::equal_ignoring_case(head.media_type.substr(0, kNested.size()), kNested)) {
    return refused("A part of the form is multipart itself; send several files with one name.");
  }
  return head;
}

}  // namespace mastic::wire::multipart
