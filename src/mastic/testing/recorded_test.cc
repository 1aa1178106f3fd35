#include "mastic/testing/recorded.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "mastic/mastic.h"
#include "mastic/testing/gtest.h"
#include "mastic/testing/test_server.h"

namespace mastic::testing {
namespace {

/// A shop whose carts have ids that differ from run to run, beginning with `first`.
Router make_recorded_shop(int first) {
  Router site;
  auto& carts = site.own<std::map<std::string, std::string>>();
  site.post("/cart", [&carts, first](Request& request) {
    const std::string id = "cart-" + std::to_string(first + static_cast<int>(carts.size()));
    carts[id] = request.text();
    return Response(Status::SeeOther)
        .set("Location",
             "http://" + std::string(request.field("Host").value_or("")) + "/cart/" + id)
        .set("X-Request-Id", std::to_string(first));
  });
  site.get<"/cart/{id}">([&carts](std::string_view id) {
    return "cart " + std::string(id) + " at 12:34\n" + carts[std::string(id)];
  });
  site.get("/bytes", [] { return std::string("a\r\n\0\x1b \n----------\n\xff\\\n", 21); });
  return site;
}

Varying what_varies() {
  return Varying()
      .leave_out("x-request-id")
      .same("cart", "/cart/(cart-[0-9]+)")
      .any("time", "[0-9]+:[0-9]+");
}

void buy(TestClient& client) {
  const TestResponse made = client.post("/cart", "tea=1");
  client.get(made.field("Location").value()).expect();
  client.get("/bytes");
}

constexpr std::string_view kRecorded = R"(==========
POST /cart

tea=1
----------
303 See Other
Location: <origin>/cart/<cart 1>
==========
GET /cart/<cart 1>
----------
200 OK
Content-Type: text/plain; charset=utf-8

cart <cart 1> at <time>
tea=1
==========
GET /bytes
----------
200 OK
Content-Type: text/plain; charset=utf-8

a\r
\x00\x1B\x20
\x2D---------
\xFF\\

)";

struct RecordedExchanges : ::testing::Test {
  RecordedExchanges() {
    std::filesystem::remove_all(folder);
    unsetenv("MASTIC_WRITE_GOLDEN");
  }
  ~RecordedExchanges() override {
    std::filesystem::remove_all(folder);
    unsetenv("MASTIC_WRITE_GOLDEN");
  }
  void write(std::string_view text) const {
    std::filesystem::create_directories(folder);
    std::ofstream(path) << text;
  }
  [[nodiscard]] std::string file() const {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  template <class F>
  static std::string message_of(F f) {
    try {
      f();
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  const std::string folder = ::testing::TempDir() + "mastic-recorded-" +
                             ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path = folder + "/shop.txt";
};

TEST_F(RecordedExchanges, AreTextWithNamesForWhatVaries) {
  for (const int first : {1000, 2000}) {
    TestClient client(make_recorded_shop(first));
    Recording recording(client, path, what_varies());
    buy(client);
    EXPECT_EQ(recording.text(), kRecorded);
    write(kRecorded);
    recording.check();
  }
}

TEST_F(RecordedExchanges, AreWrittenOnDemandAndKeepTheComment) {
  TestClient client(make_recorded_shop(1000));
  Recording recording(client, path, what_varies());
  buy(client);
  EXPECT_THAT(message_of([&] { recording.check(); }), ::testing::HasSubstr("recorded_test.cc:"));
  EXPECT_THAT(message_of([&] { recording.check(); }),
              ::testing::HasSubstr("to write it, run the test with MASTIC_WRITE_GOLDEN=1"));
  setenv("MASTIC_WRITE_GOLDEN", "1", 1);
  recording.check();
  EXPECT_THAT(file(), ::testing::StartsWith("# What was asked, and what came."));
  EXPECT_THAT(file(), ::testing::EndsWith(kRecorded));
  write("How a cart is filled.\n" + std::string(kRecorded).substr(0, 60));
  recording.check();
  EXPECT_EQ(file(), "How a cart is filled.\n" + std::string(kRecorded));
}

TEST_F(RecordedExchanges, AreReplayedInMemoryDirectlyAndOverASocket) {
  write(kRecorded);
  TestClient in_memory(make_recorded_shop(3000));
  replay(in_memory, path, what_varies());
  auto direct = TestClient::direct(make_recorded_shop(4000));
  replay(direct, path, what_varies());
  TestServer server(make_recorded_shop(5000));
  auto connected = TestClient::connect(server.url());
  replay(connected, path, what_varies());
}

TEST_F(RecordedExchanges, ShowTheLinesThatDiffer) {
  std::string other(kRecorded);
  other.replace(other.find("tea=1\n=="), 5, "tea=2");
  write(other);
  TestClient client(make_recorded_shop(1000));
  const std::string message = message_of([&] { replay(client, path, what_varies()); });
  EXPECT_THAT(message, ::testing::HasSubstr(path + " has other exchanges (- recorded, + came):\n"
                                                   "    13   \n"
                                                   "    14   cart <cart 1> at <time>\n"
                                                   "-   15   tea=2\n"
                                                   "+   15   tea=1\n"
                                                   "    16   ==========\n"));
  setenv("MASTIC_WRITE_GOLDEN", "1", 1);
  replay(client, path, what_varies());
  EXPECT_EQ(file(), kRecorded);
}

TEST_F(RecordedExchanges, MayBeginAsRequestsOnly) {
  write("==========\nGET /cart/x\nX-A: 1\n----------\n==========\nGET /none\n");
  setenv("MASTIC_WRITE_GOLDEN", "1", 1);
  TestClient client(make_recorded_shop(1000));
  replay(client, path);
  EXPECT_THAT(file(),
              ::testing::StartsWith("==========\nGET /cart/x\nX-A: 1\n----------\n200 OK\n"));
  EXPECT_THAT(file(), ::testing::HasSubstr("==========\nGET /none\n----------\n404 Not Found\n"));
}

TEST_F(RecordedExchanges, NameTheLineOfARequestThatCannotBeSent) {
  TestClient client(make_recorded_shop(1000));
  const auto fault = [&](const std::string& text) {
    write(text);
    return message_of([&] { replay(client, path, what_varies()); });
  };
  EXPECT_EQ(fault("# x\n==========\nGET /cart/<cart 1>\n----------\n"),
            path + ":3: no answer before has given a value for <cart 1>");
  EXPECT_EQ(fault("==========\nGET /\nfield\n----------\n"),
            path + ":2: 'field' is not NAME: VALUE");
  EXPECT_EQ(fault("==========\nGET /\n\n\\q\n----------\n"),
            path + ":2: '\\q' is no escape; write \\\\ \\r \\n \\t \\0 or \\xHH");
  EXPECT_EQ(fault("==========\nGETT\n----------\n"), path + ":2: 'GETT' is not METHOD TARGET");
  EXPECT_THAT(fault("GET /\n"), ::testing::HasSubstr("shop.txt has no exchange"));
}

TEST_F(RecordedExchanges, ThatWereNotCheckedAreAFailure) {
  EXPECT_NONFATAL_FAILURE(
      {
        TestClient client(make_recorded_shop(1000));
        const Recording recording(client, "shop.txt");
      },
      "the recording of shop.txt was not checked");
}

}  // namespace
}  // namespace mastic::testing
