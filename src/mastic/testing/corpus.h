// Cases of raw bytes that are sent to a server, and what must come back: for parsers, limits and attacks.
//
//     # Framing that two servers could understand differently.
//     [two lengths that differ]
//     > POST / HTTP/1.1\r\nHost: a\r\n
//     > Content-Length: 1\r\nContent-Length: 2\r\n\r\nab
//     < 400
//     < Connection: close
//     < closes
//     < no handler
//
//     # comment          a comment, at the beginning of a line
//     [name]             begins a case; the name says which behaviour it shows
//     > bytes            is sent; the lines of a case are joined without a line feed
//     < 400              the next answer has this status
//     < 400-499          or one of a range
//     < 200 to HEAD      it answers a request by HEAD, so it has no content
//     < Name: value      that answer has this field, among others
//     < no Name          that answer has no field of this name
//     < closes           the server closes the connection then
//     < stays open       it does not
//     < no answer        nothing comes, because the request is not complete; except 408, when the
//                        server loses patience: in memory, time jumps that far
//     < handler          a handler runs
//     < no handler       no handler runs
//     = text             a note for other readers of the file
//
// In bytes, \r \n \t \0 \\ and \xHH are C escapes, and {100*a} is a hundred letters a. A case says all answers
// that come, except interim ones (1xx). The first answer is to the method that the bytes begin with.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/test_client.h"

namespace mastic::testing {

/// A case of a corpus.
struct CorpusCase {
  /// An answer that must come.
  struct Answer {
    ExpectedStatus status;                                    ///< its status
    http::Method method = http::Method::Get;                  ///< what is answered
    std::vector<std::pair<std::string, std::string>> fields;  ///< fields that it has
    std::vector<std::string> no_fields;  ///< names of fields that it does not have
  };

  std::string name;             ///< which behaviour it shows
  std::string file;             ///< for messages
  std::size_t line = 0;         ///< where the case begins in `file`
  std::string bytes;            ///< what is sent
  std::vector<Answer> answers;  ///< all answers that must come, in their order
  std::optional<bool> closes;   ///< whether the server closes the connection, if the case says so
  std::optional<bool> handler;  ///< whether a handler runs, if the case says so
  bool is_silent = false;       ///< nothing comes
  std::vector<std::string> notes;  ///< the lines that begin with =

  /// Adds what a line says after `< `, such as "400". Throws std::invalid_argument when it says nothing
  /// of the kind.
  void expect(std::string_view what);
};

/// Reads the cases of a file, or of all files of a folder that end in .txt. Throws std::logic_error,
/// with file and line, for a line of any other kind.
[[nodiscard]] std::vector<CorpusCase> read_corpus(const std::string& path);

/// How cases run.
struct CorpusOptions {
  /// How many handlers have run so far, for cases that say whether one runs:
  ///
  ///     site.get("/", [&calls] { ++calls; return "hi"; });
  ///     run_corpus(client, "corpus", {.handler_calls = [&calls] { return calls; }});
  ///
  /// Without it, these lines are left out, as for a server of another process.
  std::function<std::size_t()> handler_calls;
};

/// Sends each case over a connection of its own, and compares. Works for every client; one of
/// TestClient::direct takes the way through a connection. Throws std::logic_error when cases fail; the
/// message has the place of each in its file, what is wrong, the request and what came.
void run_corpus(TestClient& client, const std::vector<CorpusCase>& cases,
                const CorpusOptions& options = {}, Where where = Where::current());
/// Runs the cases of a file or a folder.
void run_corpus(TestClient& client, const std::string& path, const CorpusOptions& options = {},
                Where where = Where::current());

}  // namespace mastic::testing
