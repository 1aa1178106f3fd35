#include "site.h"

#include <mastic/middleware/response_fields.h>
#include <mastic/middleware/upload_progress.h>
#include <mastic/middleware/uploads.h>

#include <algorithm>

#include "shelf.h"

using mastic::ContentDisposition;
using mastic::FieldErrors;
using mastic::File;
using mastic::Form;
using mastic::HttpError;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::middleware::ResponseFields;
using mastic::middleware::UploadProgress;
using mastic::middleware::Uploads;

namespace {

constexpr std::size_t kMaxFiles = 10;
constexpr std::uint64_t kMaxBytes = 32'000'000;

/// The form. Its fields have the names that they have in the page.
struct Upload {
  std::string sender;
  std::vector<File> files;

  void validate(FieldErrors& errors) const {
    errors.require(!sender.empty(), "sender", "Who sends this?");
    errors.require(sender.size() <= 120, "sender", "Use a shorter name.");
    errors.require(!files.empty(), "files", "Choose at least one file.");
    errors.require(files.size() <= kMaxFiles, "files", "Choose at most 10 files.");
    const bool has_empty = std::ranges::any_of(files, [](const File& f) { return f.size() == 0; });
    errors.require(!has_empty, "files", "One of these files is empty.");
  }
};

/// What the page shows: the files, and the limits of the form.
struct Listing {
  std::vector<ShelfEntry> files;
  std::size_t max_files = kMaxFiles;
  std::uint64_t max_bytes = kMaxBytes;
};

/// A file as a download. A browser that showed it as a page of this site would also run its
/// scripts, so it is always saved, and its media type, which the client chose, is not used.
Response download(const Shelf& shelf, int id) {
  const auto file = shelf.find(id);
  if (!file) throw HttpError(Status::NotFound, "There is no such file, or no longer.");
  return Response::of_type("application/octet-stream", file->body())
      .set(ContentDisposition{.filename = file->name()});
}

}  // namespace

Router make_site(const std::string& public_dir) {
  Router site;
  auto& shelf = site.own<Shelf>();

  site.get<"/files">([&shelf] { return Listing{shelf.entries()}; });
  site.get<"/files/{id:int}">([&shelf](int id) { return download(shelf, id); });
  site.post<"/files">([&shelf](Form<Upload> upload) {
        shelf.put(upload->sender, upload->files);
        return Response::json(Listing{shelf.entries()}, Status::Created);
      })
      .use(Uploads({.max_upload_bytes = kMaxBytes}));

  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}));
  site.use(UploadProgress());  // answers /upload-progress?upload=TOKEN
  site.use(ResponseFields({{{"Content-Security-Policy", "default-src 'self'; base-uri 'none'"},
                            {"X-Content-Type-Options", "nosniff"}}}));
  return site;
}
