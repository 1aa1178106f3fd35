#include "mastic/catalog/server_section.h"

#include <gtest/gtest.h>

#include <string>

#include "mastic/catalog/factories.h"
#include "mastic/deploy/site.h"
#include "mastic/files/temporary_tree_testing.h"

namespace mastic::catalog {
namespace {

struct ServerSectionTest : testing::Test {
  /// Reads a section, and returns where the server listens, or what is wrong.
  std::string read(const std::string& section) {
    options = {};
    files::TemporaryTree folder;
    folder.write("site.ini", "[server:main]\n" + section);
    base::OptionTable table;
    deploy::SecretValues secrets;
    ServerSection names(options);
    names.describe(table);
    diagnostics = {};
    const std::string path = (folder.root() / "site.ini").string();
    const auto node = deploy::read_server("config:" + path, table, factories(), {},
                                          base::system_kernel(), diagnostics, secrets);
    if (node) warn_of_other_meanings(*node, diagnostics);
    std::string text;
    for (const deploy::Diagnostic& diagnostic : diagnostics.sorted()) {
      if (diagnostic.severity == deploy::Diagnostic::Severity::Error) text += diagnostic.message;
    }
    for (const base::Address& address : options.bind) {
      if (!diagnostics.has_errors()) text += (text.empty() ? "" : " ") + address.to_string();
    }
    return text;
  }
  Options options;
  deploy::Diagnostics diagnostics;
};

TEST_F(ServerSectionTest, HostAndPortMakeAnAddress) {
  EXPECT_EQ(read("use = egg:Paste#http\nport = 6543\n"), "127.0.0.1:6543");
  EXPECT_EQ(read("use = egg:Paste#http\nport = 6543\nhost = 0.0.0.0\n"), "0.0.0.0:6543");
  EXPECT_EQ(read("use = egg:Paste#http\nhost = 10.0.0.1:99\n"), "10.0.0.1:99");
  EXPECT_EQ(read("use = egg:waitress#main\nhost = ::1\nport = 80\n"), "[::1]:80");
  EXPECT_EQ(read("use = egg:waitress#main\nhost = *\nport = 80\n"), "0.0.0.0:80");
  EXPECT_EQ(read("use = egg:PasteScript#wsgiutils\nhost = localhost\n"), "127.0.0.1:8080");
}

TEST_F(ServerSectionTest, TakesWaitressListsAndSockets) {
  EXPECT_EQ(read("use = egg:waitress#main\nlisten = 127.0.0.1:80 *:81\n"),
            "127.0.0.1:80 0.0.0.0:81");
  EXPECT_EQ(read("use = egg:waitress#main\nunix_socket = /run/x\nunix_socket_perms = 660\n"),
            "unix:/run/x");
  EXPECT_EQ(options.socket_mode, "660");
}

TEST_F(ServerSectionTest, WarnsThatWorkersAreNoProcesses) {
  (void)read("use = egg:gunicorn#main\nworkers = 4\n");
  ASSERT_EQ(diagnostics.sorted().size(), 1U);
  EXPECT_EQ(
      diagnostics.sorted()[0].message,
      "workers are processes for gunicorn, but threads for handlers that block here; leave it "
      "out, because one process uses every core");
  (void)read("use = mastic#server\nworkers = 4\n");
  EXPECT_TRUE(diagnostics.sorted().empty());
}

TEST_F(ServerSectionTest, OneNameSaysWhereToListen) {
  EXPECT_EQ(read("use = egg:waitress#main\nlisten = *:80\nport = 81\n"),
            "port: listen says where to listen, too; leave one of them out");
  EXPECT_EQ(read("use = mastic#server\nbind = :80\nhost = 127.0.0.1\n"),
            "host: bind says where to listen, too; leave one of them out");
  EXPECT_EQ(read("use = egg:Paste#http\nport = http\n"),
            "port: '127.0.0.1:http' is not an address; write HOST:PORT, [V6]:PORT, unix:PATH or "
            "fd:NUMBER, with HOST an IP address or localhost");
}

TEST_F(ServerSectionTest, ValuesAreTakenOverWithTheirUnits) {
  EXPECT_EQ(read("use = egg:Paste#http\nthreadpool_workers = 7\n"
                 "threadpool_kill_thread_limit = 600\nsocket_timeout = 20\n"),
            "127.0.0.1:8080");
  EXPECT_EQ(options.server.loop.threads.workers, 7u);
  EXPECT_EQ(options.server.cancel_after, std::chrono::minutes(10));
  EXPECT_TRUE(diagnostics.to_string().contains(
      "warning: socket_timeout has no effect: each deadline has an option of its own"));
  EXPECT_TRUE(
      diagnostics.to_string().contains("note: threadpool_workers is another name for workers"));
  (void)read("use = egg:waitress#main\nmax_request_body_size = 1048576\nchannel_timeout = 30\n");
  EXPECT_EQ(options.server.max_body_bytes, 1u << 20);
  EXPECT_EQ(options.server.keep_alive_timeout, std::chrono::seconds(30));
  (void)read("use = egg:gunicorn#main\naccesslog = -\nloglevel = warning\n");
  EXPECT_EQ(options.access_log, AccessLogChoice::Combined);
  EXPECT_TRUE(options.check());
}

TEST_F(ServerSectionTest, RefusesWhatItsClientsWouldMiss) {
  EXPECT_EQ(read("use = egg:Paste#http\nssl_pem = site.pem\n"),
            "ssl_pem: Mastic does not speak TLS yet; let a proxy in front of it do that, and leave "
            "this out");
}

TEST_F(ServerSectionTest, EveryAliasIsANameForAnOption) {
  base::OptionTable table;
  ServerSection names(options);
  names.describe(table);
  for (const std::string_view name :
       {"threadpool_workers", "threadpool_hung_thread_limit", "threadpool_kill_thread_limit",
        "threadpool_dying_limit", "threadpool_max_zombie_threads_before_die", "threads",
        "unix_socket_perms", "connection_limit", "channel_timeout", "max_request_header_size",
        "max_request_body_size", "expose_tracebacks", "keepalive", "graceful_timeout",
        "limit_request_line", "limit_request_fields", "loglevel", "errorlog"}) {
    EXPECT_NE(table.aliased(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace mastic::catalog
