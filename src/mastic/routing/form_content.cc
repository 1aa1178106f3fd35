#include "mastic/routing/form_content.h"

#include <algorithm>
#include <utility>

#include "mastic/app/content_type.h"
#include "mastic/app/multipart_reader.h"
#include "mastic/base/text.h"
#include "mastic/routing/from_request.h"

namespace mastic::routing::detail {
namespace {

using app::File;
using app::Part;
using app::Task;

/// A form that was read while it arrived, until the handler is called.
struct ReadForm {
  std::optional<FormContent> content;
};

/// Browsers send a file without name and content where the user has chosen none.
bool is_chosen(const File& file) { return !file.name().empty() || file.size() > 0; }

bool is_wanted(std::span<const std::string_view> wanted, std::string_view name) {
  return std::ranges::find(wanted, name) != wanted.end();
}

Task<FormContent> read_parts(Request& request, std::span<const std::string_view> wanted) {
  app::MultipartReader parts(request);
  std::vector<TextField> texts;
  FormContent content;
  content.is_multipart = true;
  std::uint64_t text_left = request.exchange().max_body_bytes();
  while (Part* const part = co_await parts.next()) {
    if (!part->is_file()) {
      if (texts.size() == kMaxTextFields) refuse_many_fields(http::Status::ContentTooLarge);
      std::string text = co_await part->read_text(text_left);
      text_left -= text.size();
      texts.push_back({part->name(), std::move(text)});
    } else if (is_wanted(wanted, part->name())) {
      File file = co_await part->read_file();
      if (is_chosen(file)) content.files.push_back({part->name(), std::move(file)});
    }
  }
  content.texts = TextFields(std::move(texts));
  co_return content;
}

std::vector<File> files_of(FormContent& content, std::string_view name) {
  std::vector<File> files;
  for (auto& [field, file] : content.files) {
    if (field == name) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

bool is_multipart(const Request& request) {
  return base::equal_ignoring_case(app::media_type(request), "multipart/form-data");
}

bool has_form_content(const Request& request) {
  if (is_multipart(request)) return request.find_ext<ReadForm>() != nullptr;
  return request.body().is_in_memory();
}

Task<> read_multipart(Request& request, std::span<const std::string_view> wanted) {
  if (request.find_ext<ReadForm>() != nullptr) co_return;
  FormContent content = co_await read_parts(request, wanted);
  request.ext<ReadForm>().content = std::move(content);
}

FormContent take_form_content(Request& request) {
  if (is_multipart(request)) {
    auto* const form = request.find_ext<ReadForm>();
    if (form == nullptr || !form->content) {
      throw std::logic_error("a form with files can be taken once, and only as a parameter");
    }
    return *std::exchange(form->content, std::nullopt);
  }
  want_form_content(request);
  FormContent content;
  content.texts = read_text_fields(request.text(), http::Status::ContentTooLarge);
  return content;
}

void take_files(FormContent& content, std::string_view name, File& into, FieldErrors& errors) {
  std::vector<File> files = files_of(content, name);
  if (files.size() == 1) {
    into = std::move(files.front());
  } else if (files.size() > 1) {
    errors.add_unread(name, "one file is expected, " + std::to_string(files.size()) + " found");
  } else if (content.is_multipart) {
    errors.add_unread(name, "a file is expected");
  } else {
    errors.add_unread(name, "a file is expected, in a form of the type multipart/form-data");
  }
}

void take_files(FormContent& content, std::string_view name, std::optional<File>& into,
                FieldErrors& errors) {
  const bool is_sent = std::ranges::count(content.files, name, &FormFile::field) > 0;
  into.reset();
  if (is_sent) take_files(content, name, into.emplace(), errors);
}

void take_files(FormContent& content, std::string_view name, std::vector<File>& into,
                FieldErrors&) {
  into = files_of(content, name);
}

}  // namespace mastic::routing::detail
