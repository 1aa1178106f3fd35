#include "mastic/testing/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "mastic/base/text.h"
#include "mastic/mastic.h"
#include "mastic/testing/test_server.h"

namespace mastic::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kCorpus = R"(# Some of everything.
[a request is answered]
> GET / HTTP/1.1\r\nHost: a\r\n\r\n
< 200
< Content-Length: 2
< no Connection
< stays open
< handler

[two requests, and the second is HEAD]
> GET / HTTP/1.1\r\nHost: a\r\n\r\n
> HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n
< 200
< 200 to HEAD
< Content-Length: 2
< closes

[two lengths that differ]
> POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{2*a}
< 400-499
< closes
< no handler
= a note

[a part of a request]
> GET / HTTP/1.1\r\nHost:\x20
< no answer
< stays open
)";

struct Corpus : ::testing::Test {
  Corpus() { std::filesystem::create_directories(folder); }
  ~Corpus() override { std::filesystem::remove_all(folder); }
  [[nodiscard]] std::string write(std::string_view text) const {
    std::ofstream(folder + "/cases.txt") << text;
    return folder + "/cases.txt";
  }
  [[nodiscard]] App make_site() {
    Router site;
    site.get("/", [this] {
      ++calls;
      return "hi";
    });
    return site;
  }
  /// The message of a corpus that fails.
  std::string fault_of(std::string_view text) {
    TestClient client(make_site());
    const std::string path = write(text);
    const unsigned line = std::source_location::current().line() + 2;
    try {
      run_corpus(client, path, options);
    } catch (const std::logic_error& error) {
      std::string message = error.what();
      while (message.contains(folder)) message.erase(message.find(folder), folder.size() + 1);
      const std::string place = "corpus_test.cc:" + std::to_string(line) + ": ";
      EXPECT_TRUE(message.starts_with(place)) << message;
      return message.starts_with(place) && !message.contains("cases fail")
                 ? message.substr(place.size())
                 : message;
    }
    return "nothing fails";
  }

  std::atomic<std::size_t> calls = 0;
  const CorpusOptions options{.handler_calls = [this] { return calls.load(); }};
  const std::string folder = ::testing::TempDir() + "mastic-corpus-" +
                             ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(Corpus, RunsInMemoryAndOverASocket) {
  (void)write(kCorpus);
  TestClient client(make_site());
  run_corpus(client, folder, options);
  EXPECT_EQ(calls, 3U);
  TestServer server(make_site());
  auto connected = TestClient::connect(server.url());
  run_corpus(connected, folder, options);
}

TEST_F(Corpus, SaysWhatIsWrongWithWhichCase) {
  EXPECT_THAT(fault_of("\n[x]\n> GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\n< 404\n"),
              HasSubstr(": 1 of 1 cases fail:\n\n"
                        "cases.txt:2: [x] answer 1 has the status 200, and 404 was expected\n"
                        "> GET / HTTP/1.1\\r\\n\n> Host: a\\r\\n\n> \\r\\n\n"
                        "< HTTP/1.1 200 OK\\r\\n\n"));
}

TEST_F(Corpus, ChecksEachThingThatACaseSays) {
  const auto fault = [this](std::string_view expected) {
    return fault_of("[x]\n> GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\n< 200\n" +
                    std::string(expected) + "\n");
  };
  EXPECT_EQ(fault("< handler"), "nothing fails");
  EXPECT_THAT(fault("< Vary: Accept"),
              HasSubstr("answer 1 does not have the field Vary: Accept\n"));
  EXPECT_THAT(fault("< no Content-Length"),
              HasSubstr("answer 1 has the field Content-Length: 2\n"));
  EXPECT_THAT(fault("< closes"), HasSubstr("[x] the server does not close the connection\n"));
  EXPECT_THAT(fault("< no handler"), HasSubstr("[x] a handler runs\n"));
  EXPECT_THAT(fault("< 200"), HasSubstr("[x] answer 2 of 2 is missing\n"));
  EXPECT_THAT(fault_of("[x]\n> GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\n< no answer\n"),
              HasSubstr("[x] an answer has the status 200, and no answer was expected\n"));
  EXPECT_THAT(fault_of("[x]\n> {2*GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n}\n< 200\n"),
              HasSubstr("[x] more came than was expected\n"));
  EXPECT_THAT(fault_of("[x]\n> GET\n"), HasSubstr("cases.txt:1: [x] expects nothing\n"));
}

TEST_F(Corpus, RefusesALineThatItDoesNotUnderstand) {
  EXPECT_EQ(fault_of("> GET"), "cases.txt:1: a case begins with [its name]");
  EXPECT_EQ(fault_of("[x]\nGET"), "cases.txt:2: a line begins with [ or > or < or = or #");
  EXPECT_EQ(fault_of("[x]\n> \\q"),
            "cases.txt:2: '\\q' is no escape; write \\\\ \\r \\n \\t \\0 or \\xHH");
  EXPECT_EQ(fault_of("[x]\n> {9*a"), "cases.txt:2: '{9*a' is not {NUMBER*TEXT}");
  EXPECT_EQ(fault_of("[x]\n> {99999999999*a}"), "cases.txt:2: '{99999999999*a}' is too long");
  EXPECT_EQ(fault_of("[x]\n< 20"),
            "cases.txt:2: '20' is no expectation; testing/corpus.h has the list");
  EXPECT_EQ(fault_of("[x]\n< 200\n< 499-400"),
            "cases.txt:3: '499-400' is no expectation; testing/corpus.h has the list");
  EXPECT_EQ(fault_of("# x"), "the corpus cases.txt has no case");
}

/// What the meaning of a request in requests.txt demands of a server: an answer for each complete
/// request, up to the first that is malformed or closes.
void expect_meaning(CorpusCase& each) {
  bool closes = false;
  bool is_connect = false;
  std::vector<std::string> answers;
  std::string method;
  for (const std::string& line : each.notes) {
    std::string_view words = line;
    const std::string first(base::take_until(words, ' '));
    if (first == "malformed") {
      answers.emplace_back(words.substr(0, 3));
      closes = true;
    } else if (line == "end") {
      answers.push_back("200 to " + method);
      if (closes) break;
    } else if (words.contains(" HTTP/1.") || words.starts_with("HTTP/1.")) {
      method = first;
      is_connect = is_connect || first == "CONNECT";
      closes = words.contains(" close");
    }
  }
  if (is_connect) answers = {"501"};
  for (const std::string& answer : answers) each.expect(answer);
  if (answers.empty()) each.expect("no answer");
  if (!answers.empty() && !is_connect) each.expect(closes ? "closes" : "stays open");
}

TEST_F(Corpus, RunsTheTableOfRequestsAgainstALiveServer) {
  std::vector<CorpusCase> cases =
      read_corpus(MASTIC_SOURCE_DIR "/src/mastic/wire/messages/requests.txt");
  EXPECT_GT(cases.size(), 170U);
  for (CorpusCase& each : cases) expect_meaning(each);
  const auto echo = [](Request& request) { return std::string(request.text()); };
  TestClient client((App(echo)));
  run_corpus(client, cases);
  // Over a socket, only waiting shows that nothing else comes; so those go there that end by themselves.
  std::erase_if(cases, [](const CorpusCase& each) { return each.closes != true; });
  EXPECT_GT(cases.size(), 130U);
  TestServer server((App(echo)));
  auto connected = TestClient::connect(server.url());
  run_corpus(connected, cases);
}

}  // namespace
}  // namespace mastic::testing
