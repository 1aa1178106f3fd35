// A site with what no example has alone: a handler that is a Task, and a tree of static files.
//
//     instructions_site [OPTION...]      serves the current directory below /files

#include <mastic/mastic.h>

int main(int argc, char** argv) {
  mastic::Router site;
  site.get("/task",
           [](mastic::Request&) -> mastic::Task<std::string> { co_return "Hello, world!\n"; });
  site.mount("/files", mastic::static_files("."));
  return mastic::run(std::move(site), argc, argv);
}
