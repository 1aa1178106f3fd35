// Runs the message table against a whole server, on both transfers: framing, smuggling and limits.

#include <algorithm>
#include <cctype>
#include <tuple>

#include "mastic/base/text.h"
#include "mastic/server/http1/http1_fixture_testing.h"
#include "mastic/wire/messages/message_table_testing.h"

namespace mastic::server {
namespace {

// ----

std::string table_name(
    const testing::TestParamInfo<std::tuple<wire::MessageCase, loop::TransferKind>>& info) {
  std::string name = std::get<0>(info.param).name;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name + (std::get<1>(info.param) == loop::TransferKind::Syscall ? "_Syscall" : "_IoUring");
}

/// The statuses that the meaning in the table demands of a server: 200 for each complete request up
/// to the first that is malformed or closes, and then the error.
std::vector<int> expected_statuses(const std::string& meaning) {
  std::vector<int> statuses;
  std::string_view rest = meaning;
  bool closes = false;
  bool connect = false;
  while (!rest.empty() && !closes) {
    const std::string_view line = base::take_until(rest, '\n');
    if (line.starts_with("CONNECT ")) connect = true;
    if (line.find(" HTTP/1.") != line.npos && line.find(" close") != line.npos) closes = true;
    if (line.starts_with("malformed ")) statuses.push_back(std::stoi(std::string(line.substr(10))));
    if (line == "end") statuses.push_back(200);
    if (closes) {
      const bool whole = meaning.find("\nend\n") != std::string::npos;
      statuses.push_back(whole ? 200 : 0);
    }
  }
  if (connect) statuses = {501};
  return statuses;
}

class ServerTable
    : public testing::TestWithParam<std::tuple<wire::MessageCase, loop::TransferKind>> {
 protected:
  /// Sends the case in `pieces`, checks how the connection ends, and returns the statuses of the
  /// answers.
  std::vector<int> serve(const std::vector<std::string_view>& pieces) {
    int calls = 0;
    ShardFixture server(App([&](Request& request) {
                          ++calls;
                          return std::string(request.text());
                        }),
                        std::get<1>(GetParam()));
    const int fd = server.connect();
    for (const std::string_view piece : pieces) server.at(fd).incoming.emplace_back(piece);
    server.turn(static_cast<int>(pieces.size()) + 6);
    std::vector<int> statuses;
    std::vector<Method> methods;
    if (std::get<0>(GetParam())
            .bytes.starts_with("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2")) {
      methods = {Method::Get, Method::Head};
    }
    const auto responses = read_responses(server.at(fd).sent, methods);
    EXPECT_TRUE(responses) << server.at(fd).sent;
    for (const ReadResponse& response : responses.value_or(std::vector<ReadResponse>())) {
      if (!is_informational(response.status)) statuses.push_back(code(response.status));
    }
    if (!statuses.empty() && statuses.back() >= 400) {
      EXPECT_TRUE(server.at(fd).write_shut) << "an error of framing ends the connection";
      EXPECT_LE(calls, static_cast<int>(statuses.size()) - 1)
          << "no handler runs for a malformed request";
    }
    return statuses;
  }
};

TEST_P(ServerTable, AnswersOrRefusesAsTheTableSays) {
  const auto& message = std::get<0>(GetParam());
  EXPECT_EQ(serve({message.bytes}), expected_statuses(message.meaning));
}

TEST_P(ServerTable, GivesTheSameAnswersInSmallPieces) {
  const auto& message = std::get<0>(GetParam());
  const std::size_t size = message.bytes.size() > 4096 ? 97 : 1;
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < message.bytes.size(); i += size) {
    pieces.push_back(std::string_view(message.bytes).substr(i, size));
  }
  EXPECT_EQ(serve(pieces), expected_statuses(message.meaning));
}

INSTANTIATE_TEST_SUITE_P(
    Messages, ServerTable,
    testing::Combine(testing::ValuesIn(wire::read_message_table("requests.txt")),
                     testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring)),
    table_name);

}  // namespace
}  // namespace mastic::server
