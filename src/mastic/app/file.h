// A file that a client has sent in a form.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/app/body.h"
#include "mastic/base/attributes.h"
#include "mastic/base/descriptor.h"

namespace mastic::app {

/// A file that a client has sent: a member of the struct of a routing::Form, or what
/// Part::read_file returns.
///
///     struct Photo { std::string title; File image; };
///     site.post<"/photos">([](Form<Photo> form) {
///       form->image.keep("/srv/photos/" + new_id());
///       return "Thank you for " + form->title;
///     });
///
/// A small file is in memory, a large one in a temporary file without a name, which is gone with
/// the last copy of this object, also when the handler throws or the process crashes. Copies share
/// the content. They may be used by several threads.
class File {
 public:
  /// No file: what a form has when nothing was chosen. It has no name, and no content.
  File() = default;
  /// Makes a file of content in memory. `name` is made safe (http::safe_file_name).
  File(std::string_view name, std::string media_type, std::string content);
  /// Makes a file of the first `size` bytes of an open file.
  File(std::string_view name, std::string media_type, std::shared_ptr<const base::Descriptor> file,
       std::uint64_t size);

  /// The name that the client gave it, without folders, made safe to show; it may be empty. Choose
  /// the name on your disk yourself (http::safe_file_name says why).
  [[nodiscard]] const std::string& name() const MASTIC_LIFETIMEBOUND { return name_; }
  /// The media type that the client gave it, such as "image/png"; "application/octet-stream" if the
  /// client gave none. The content may be something else.
  [[nodiscard]] const std::string& media_type() const MASTIC_LIFETIMEBOUND { return media_type_; }
  /// The size of the content in bytes.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// The content if it is in memory; nothing if it is in a temporary file. Valid as long as a copy
  /// of this object.
  [[nodiscard]] std::optional<std::string_view> bytes() const MASTIC_LIFETIMEBOUND;
  /// Returns the whole content. May wait for a disk, so a task pulls `body` instead. Throws
  /// std::runtime_error if the file cannot be read.
  [[nodiscard]] std::string read() const;
  /// Returns the content as a body: to be pulled piece by piece, or as the content of a response.
  [[nodiscard]] Body body() const;

  /// Makes it the file at `path`, where it replaces a file or a link; at any moment `path` leads to
  /// the whole file, or to what was there before. A temporary file on the same file system gets a
  /// name, and nothing is copied (`upload_directory` chooses the file system). Waits for the disk,
  /// so a task calls `save_to`. Throws StorageError when the disk is full (507) or there are no
  /// more descriptors (503); std::runtime_error with the path and the remedy for other failures.
  void keep(const std::string& path) const;
  /// Does what `keep` does, on a thread that may wait for the disk.
  [[nodiscard]] Task<> save_to(std::string path) const;

 private:
  std::string name_;
  std::string media_type_;
  std::uint64_t size_ = 0;
  std::shared_ptr<const std::string> text_;       ///< null if it is in `file_`, or there is none
  std::shared_ptr<const base::Descriptor> file_;  ///< null if it is in memory
};

}  // namespace mastic::app
