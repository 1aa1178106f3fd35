// The content of a form: its text fields, and the files that a handler asks for.

#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/field_errors.h"
#include "mastic/app/file.h"
#include "mastic/app/request.h"
#include "mastic/routing/text_fields.h"

namespace mastic::routing::detail {

/// A file of a form, and the name of its field.
struct FormFile {
  std::string field;
  app::File file;
};

/// A form that was read.
struct FormContent {
  TextFields texts;
  std::vector<FormFile> files;  ///< without those that are empty because no file was chosen
  bool is_multipart = false;    ///< whether it was sent in the way that has files
};

/// Whether the content of `request` is a form with files (multipart/form-data). Throws HttpError 400
/// if the request has more than one Content-Type.
[[nodiscard]] bool is_multipart(const app::Request& request);
/// Whether the content of `request` is here: in memory, and if it is a form with files, already
/// read by read_multipart. Throws what `is_multipart` throws.
[[nodiscard]] bool has_form_content(const app::Request& request);
/// Reads the form with files that is arriving, once, and keeps it for `take_form_content`. Its text
/// may have `max_body_bytes` bytes in all. Of its files, only those of the fields `wanted` are kept.
/// Throws HttpError for a form that is malformed or too large.
[[nodiscard]] app::Task<> read_multipart(app::Request& request,
                                         std::span<const std::string_view> wanted);
/// Returns the form, of either type. Throws 415 when the content is no form, or has a content
/// coding. Requires: has_form_content.
[[nodiscard]] FormContent take_form_content(app::Request& request);

template <class T>
inline constexpr bool kIsFile = std::same_as<T, app::File>;
template <class T>
inline constexpr bool kIsFile<std::optional<T>> = kIsFile<T>;
template <class T>
inline constexpr bool kIsFile<std::vector<T>> = kIsFile<T>;

// Each moves the files of the field `name` to a member of a form's struct, or adds what is wrong
// with them to `errors`.

void take_files(FormContent& content, std::string_view name, app::File& into,
                app::FieldErrors& errors);
void take_files(FormContent& content, std::string_view name, std::optional<app::File>& into,
                app::FieldErrors& errors);
void take_files(FormContent& content, std::string_view name, std::vector<app::File>& into,
                app::FieldErrors& errors);

}  // namespace mastic::routing::detail
