#include "mastic/wire/multipart/form_writer.h"

#include <algorithm>

namespace mastic::wire::multipart {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// Appends ` name="..."`. Exactly these three characters are escaped, and a backslash is not one of
/// them (WHATWG HTML, "multipart/form-data encoding algorithm").
void append_parameter(std::string& out, std::string_view parameter, std::string_view value) {
  out.append("; ").append(parameter).append("=\"");
  for (const char c : value) {
    if (c == '"') {
      out += "%22";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string head_of(std::string_view name) {
  std::string head = "Content-Disposition: form-data";
  append_parameter(head, "name", name);
  return head;
}

}  // namespace

void FormWriter::add_field(std::string_view name, std::string_view text) {
  parts_.push_back(head_of(name).append(kLineEnd).append(kLineEnd).append(text));
}

void FormWriter::add_file(std::string_view name, std::string_view file_name,
                          std::string_view media_type, std::string_view content) {
  std::string part = head_of(name);
  append_parameter(part, "filename", file_name);
  part.append(kLineEnd).append("Content-Type: ").append(media_type);
  parts_.push_back(part.append(kLineEnd).append(kLineEnd).append(content));
}

std::string FormWriter::boundary() const {
  for (unsigned number = 1;; ++number) {
    std::string boundary = "mastic-form-" + std::to_string(number);
    const bool occurs = std::ranges::any_of(
        parts_, [&](const std::string& part) { return part.find(boundary) != part.npos; });
    if (!occurs) return boundary;
  }
}

std::string FormWriter::content() const {
  const std::string delimiter = "--" + boundary();
  std::string content;
  for (const std::string& part : parts_) {
    content.append(delimiter).append(kLineEnd).append(part).append(kLineEnd);
  }
  return content.append(delimiter).append("--").append(kLineEnd);
}

std::string FormWriter::content_type() const {
  return "multipart/form-data; boundary=" + boundary();
}

}  // namespace mastic::wire::multipart
