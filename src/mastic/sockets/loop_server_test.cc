#include "mastic/sockets/loop_server.h"

#include <gtest/gtest.h>

#include <string>

#include "mastic/base/log_testing.h"
#include "mastic/sockets/tcp_server.h"
#include "mastic/threads/no_thread_testing.h"

namespace mastic::sockets {
namespace {

using async::Task;

TEST(LoopServer, FailsToStartWhenTheSystemHasNoThreadForIt) {
  base::RecordingLog log;
  const auto starts = [](TcpServer& server) {
    EXPECT_TRUE(server.listen("127.0.0.1:0"));
    const threads::NoThread shortage;
    const auto started = server.start();
    return started ? std::string() : started.error().message;
  };
  TcpServer quiet([](Connection&) -> Task<> { co_return; }, {}, log);
  EXPECT_NE(starts(quiet).find("cannot start a thread"), std::string::npos);
  TcpServer with_own_log([](Connection&) -> Task<> { co_return; });
  EXPECT_NE(starts(with_own_log).find("cannot start a thread"), std::string::npos);
}

}  // namespace
}  // namespace mastic::sockets
