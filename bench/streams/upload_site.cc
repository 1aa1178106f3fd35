// The Mastic counterpart of bench/floor/upload.cc: saves each upload to a file, also each part of a
// form. Usage: site FILE [OPTION...], with the options of every program that calls `mastic::run`.

#include <mastic/mastic.h>
#include <mastic/middleware/uploads.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

using mastic::File;
using mastic::Form;
using mastic::MultipartReader;
using mastic::Part;
using mastic::Request;
using mastic::Task;
using mastic::middleware::Uploads;

namespace {

struct Sent {
  File file;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE [OPTION...]\n", argv[0]);
    return 2;
  }
  const std::string path = argv[1];
  mastic::Router site;
  site.post("/upload", [path](Request& request) -> Task<std::string> {
    co_await request.body().save_to(path);
    co_return "done\n";
  });
  const Uploads large({.max_upload_bytes = std::uint64_t{1} << 40,
                       .upload_directory = std::filesystem::path(path).parent_path()});
  site.post("/parts",
            [path](Request& request) -> Task<std::string> {
              MultipartReader parts(request);
              while (Part* const part = co_await parts.next()) co_await part->body().save_to(path);
              co_return "done\n";
            })
      .use(large);
  site.post("/form",
            [path](Form<Sent> form) {
              form->file.keep(path);
              return "done\n";
            })
      .use(large);
  argv[1] = argv[0];
  return mastic::run(std::move(site), argc - 1, argv + 1);
}
