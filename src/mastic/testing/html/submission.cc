// The encodings of the HTML standard, "form submission".

#include "mastic/testing/html/submission.h"

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/wire/multipart/form_writer.h"

namespace mastic::testing::html {
namespace {

/// Every line end as CR LF.
std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c != '\r' && c != '\n') {
      out += c;
      continue;
    }
    out += '\r';
    out += '\n';
    if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
  }
  return out;
}

bool is_kept_in_form(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '*' || c == '-' || c == '.' || c == '_';
}

void append_url_encoded(std::string& out, std::string_view text) {
  while (!text.empty()) {
    base::append_percent_encoded(out, text.substr(0, text.find(' ')), is_kept_in_form);
    if (text.find(' ') != text.npos) out += '+';
    base::take_until(text, ' ');
  }
}

std::string value_as_text(const FormEntry& entry) {
  return with_crlf(entry.file ? entry.file->name : entry.value);
}

wire::multipart::FormWriter multipart_of(const Submission& submission) {
  wire::multipart::FormWriter writer;
  for (const FormEntry& entry : submission.entries) {
    const std::string name = encode(with_crlf(entry.name), submission.charset);
    if (entry.file) {
      writer.add_file(name, encode(entry.file->name, submission.charset), entry.file->media_type,
                      entry.file->content);
    } else {
      writer.add_field(name, encode(with_crlf(entry.value), submission.charset));
    }
  }
  return writer;
}

}  // namespace

std::string Submission::urlencoded() const {
  std::string out;
  for (const FormEntry& entry : entries) {
    if (&entry != &entries.front()) out += '&';
    append_url_encoded(out, encode(with_crlf(entry.name), charset));
    out += '=';
    append_url_encoded(out, encode(value_as_text(entry), charset));
  }
  return out;
}

std::string Submission::content() const {
  if (method != Method::Post) return {};
  if (enctype == Enctype::UrlEncoded) return urlencoded();
  if (enctype == Enctype::Multipart) return multipart_of(*this).content();
  std::string out;
  for (const FormEntry& entry : entries) {
    out += encode(with_crlf(entry.name), charset) + "=" + encode(value_as_text(entry), charset);
    out += '\r';
    out += '\n';
  }
  return out;
}

std::string Submission::content_type() const {
  if (method != Method::Post) return {};
  if (enctype == Enctype::UrlEncoded) return "application/x-www-form-urlencoded";
  if (enctype == Enctype::Multipart) return multipart_of(*this).content_type();
  return "text/plain";
}

std::string Submission::url(std::string_view action_url) const {
  action_url = action_url.substr(0, action_url.find('#'));
  if (method != Method::Get) return std::string(action_url);
  return std::string(action_url.substr(0, action_url.find('?'))) + "?" + urlencoded();
}

}  // namespace mastic::testing::html
