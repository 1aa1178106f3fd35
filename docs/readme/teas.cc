#include <mastic/mastic.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

struct Tea {
  std::string name;
  int minutes = 0;
};

std::string report() {  // blocks, but only its own client waits
  std::this_thread::sleep_for(std::chrono::seconds(2));
  return "All pots were washed.\n";
}

mastic::Router make_site() {
  mastic::Router site;
  site.get<"/hi/{name}">([](std::string name) { return "Hello, " + name + "!\n"; });
  site.get("/teas", [] { return std::vector<Tea>{{"Assam", 4}, {"Sencha", 2}}; });  // JSON
  site.get("/report", report);
  site.mount("/threads", mastic::thread_watch());
  return site;
}

int main(int argc, char** argv) { return mastic::run(make_site, argc, argv); }
