// The code of watching-threads.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <optional>

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::thread_watch;
using mastic::testing::TestClient;

namespace {

struct OnlyFromThisMachine {
  std::optional<Response> before(Request& request) const {
    if (request.peer().ip.is_loopback()) return std::nullopt;
    return Response(Status::NotFound);
  }
};

Router make_site() {
  Router site;
  site.mount("/watch", thread_watch({.allow_cancel = true})).use(OnlyFromThisMachine());
  return site;
}

}  // namespace

TEST(WatchingThreads, IsHiddenFromOtherMachines) {
  TestClient client(make_site());  // comes through a socket without an address
  EXPECT_EQ(client.get("/watch/").status, Status::NotFound);
  EXPECT_EQ(client.post("/watch/cancel", "request=0").status, Status::NotFound);
}
