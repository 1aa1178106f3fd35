// What a form sends.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/html/charset.h"
#include "mastic/testing/html/control.h"

namespace mastic::testing::html {

/// A name and a value, or a file, that a form sends.
struct FormEntry {
  std::string name;                             ///< in UTF-8
  std::string value;                            ///< in UTF-8; empty for a file
  std::optional<FormFile> file = std::nullopt;  ///< without a name if no file was chosen

  /// Whether both are equal.
  friend bool operator==(const FormEntry& a, const FormEntry& b) {
    const auto as_tuple = [](const FormEntry& e) {
      return std::tuple(e.name, e.value, e.file.has_value(), e.file ? e.file->name : "",
                        e.file ? e.file->media_type : "", e.file ? e.file->content : "");
    };
    return as_tuple(a) == as_tuple(b);
  }
};

/// A form as it is sent: where to, how, and the entries in the order of the page.
struct Submission {
  /// How a form is sent.
  enum class Method : std::uint8_t { Get, Post, Dialog };
  /// How entries are written in the content of a POST.
  enum class Enctype : std::uint8_t { UrlEncoded, Multipart, TextPlain };

  Method method = Method::Get;            ///< of the form or the button
  std::string action;                     ///< as the page has it; empty for the page itself
  Enctype enctype = Enctype::UrlEncoded;  ///< of the form or the button; a GET has none
  Charset charset = Charset::Utf8;        ///< of names and values
  std::vector<FormEntry> entries;         ///< in the order in which they are sent

  /// All entries as in a URL or in application/x-www-form-urlencoded: "name=Ada&tea=1". Of a file,
  /// its name is sent.
  [[nodiscard]] std::string urlencoded() const;
  /// The content of a POST; empty for a GET.
  [[nodiscard]] std::string content() const;
  /// The value of Content-Type for that content; empty for a GET.
  [[nodiscard]] std::string content_type() const;
  /// The URL of the request, made from that of the action: a GET replaces its query, and the fragment
  /// is dropped.
  [[nodiscard]] std::string url(std::string_view action_url) const;
};

}  // namespace mastic::testing::html
