#include "mastic/app/file.h"

#include <stdexcept>
#include <utility>

#include "mastic/app/not_stored.h"
#include "mastic/async/run_blocking.h"
#include "mastic/base/new_file.h"
#include "mastic/base/result.h"
#include "mastic/base/temporary_file.h"
#include "mastic/http/file_name.h"

namespace mastic::app {
namespace {

std::string type_or_default(std::string media_type) {
  if (media_type.empty()) media_type = "application/octet-stream";
  return media_type;
}

int write_new_file(const std::string& path, std::string_view content) {
  base::NewFile file(path);
  if (const int created = file.create(0666); created != 0) return created;
  if (const int written = file.write(content); written != 0) return written;
  return file.keep();
}

}  // namespace

File::File(std::string_view name, std::string media_type, std::string content)
    : name_(http::safe_file_name(name)),
      media_type_(type_or_default(std::move(media_type))),
      size_(content.size()),
      text_(std::make_shared<const std::string>(std::move(content))) {}

File::File(std::string_view name, std::string media_type,
           std::shared_ptr<const base::Descriptor> file, std::uint64_t size)
    : name_(http::safe_file_name(name)),
      media_type_(type_or_default(std::move(media_type))),
      size_(size),
      file_(std::move(file)) {}

std::optional<std::string_view> File::bytes() const {
  if (file_ != nullptr) return std::nullopt;
  return text_ == nullptr ? std::string_view() : std::string_view(*text_);
}

std::string File::read() const {
  if (const auto all = bytes()) return std::string(*all);
  std::string content(size_, '\0');
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t got = base::read_at(*file_, content.data() + at, content.size() - at, at);
    if (got < 0) {
      throw std::runtime_error("the temporary file of an upload cannot be read: " +
                               base::describe_number(static_cast<int>(-got)));
    }
    if (got == 0) throw std::runtime_error("the temporary file of an upload became shorter");
    at += static_cast<std::size_t>(got);
  }
  return content;
}

Body File::body() const {
  if (file_ != nullptr) return Body(Body::File{file_, 0, size_});
  return text_ == nullptr ? Body() : Body::shared(*text_, text_);
}

void File::keep(const std::string& path) const {
  const int kept =
      file_ != nullptr ? base::keep_file(*file_, size_, path) : write_new_file(path, *bytes());
  if (kept != 0) throw_not_stored("cannot save to '" + path + "'", -kept);
}

Task<> File::save_to(std::string path) const {
  const File copy(*this);  // the object may go while the disk is busy
  auto keep = [&] { copy.keep(path); };
  co_await async::run_reading(keep);
}

}  // namespace mastic::app
