// Writes a form with files, for clients and tests. RFC 7578.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mastic::wire::multipart {

/// Writes the content of a form as browsers do: the names that they escape, and how, and a boundary
/// that occurs in no part.
///
///     FormWriter form;
///     form.add_field("title", "The sea");
///     form.add_file("photo", "sea.jpg", "image/jpeg", bytes);
///     send(form.content_type(), form.content());
class FormWriter {
 public:
  /// Adds a field of text.
  void add_field(std::string_view name, std::string_view text);
  /// Adds a file. `media_type` must be one; "application/octet-stream" says nothing.
  void add_file(std::string_view name, std::string_view file_name, std::string_view media_type,
                std::string_view content);

  /// The whole content, of all parts so far.
  [[nodiscard]] std::string content() const;
  /// The value of Content-Type for that content.
  [[nodiscard]] std::string content_type() const;

 private:
  [[nodiscard]] std::string boundary() const;

  std::vector<std::string> parts_;  ///< heads and contents, without the boundaries between them
};

}  // namespace mastic::wire::multipart
