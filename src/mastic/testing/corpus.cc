#include "mastic/testing/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "mastic/base/arena.h"
#include "mastic/base/text.h"
#include "mastic/testing/escapes.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::testing {
namespace {

constexpr std::size_t kMostShown = 20;  // failed cases; more make no message better
constexpr std::size_t kMostShownBytes = 1000;

/// Takes a status from the front of a text, if it has one.
std::optional<int> take_status(std::string_view& text) {
  const auto status = base::parse_decimal(text.substr(0, 3));
  if (!status || text.size() < 3 || *status < 100) return std::nullopt;
  text.remove_prefix(3);
  return static_cast<int>(*status);
}

/// What "400", "400-499" or "200 to HEAD" says.
std::optional<CorpusCase::Answer> parse_answer(std::string_view text) {
  const auto first = take_status(text);
  if (!first) return std::nullopt;
  CorpusCase::Answer answer{.status = ExpectedStatus(*first)};
  if (text.starts_with('-')) {
    text.remove_prefix(1);
    const auto last = take_status(text);
    if (!last || *last < *first) return std::nullopt;
    answer.status = ExpectedStatus(*first, *last);
  }
  if (text.starts_with(" to ") && text.size() > 4) {
    answer.method = http::parse_method(text.substr(4));
    return answer;
  }
  return text.empty() ? std::optional(answer) : std::nullopt;
}

[[noreturn]] void throw_not_understood(std::string_view what) {
  throw std::invalid_argument("'" + std::string(what) +
                              "' is no expectation; testing/corpus.h has the list");
}

void append_lines(std::string& out, std::string_view mark, std::string_view bytes) {
  std::string_view left = bytes.substr(0, kMostShownBytes);
  while (!left.empty()) {
    const std::size_t size = std::min(left.find('\n'), left.size() - 1) + 1;
    append_escaped(out += mark, left.substr(0, size), true);
    out += '\n';
    left.remove_prefix(size);
  }
  if (bytes.size() > kMostShownBytes)
    out.append(mark).append("... ").append(std::to_string(bytes.size())).append(" bytes in all\n");
}

/// The method of the first request.
http::Method first_method(std::string_view bytes) {
  while (bytes.starts_with('\r') || bytes.starts_with('\n')) bytes.remove_prefix(1);
  return http::parse_method(bytes.substr(0, bytes.find(' ')));
}

/// What is wrong with one answer; empty when nothing is.
std::string fault_of(const CorpusCase::Answer& expected, const TestResponse& response) {
  const std::string status = std::to_string(static_cast<int>(response.status));
  if (!expected.status.includes(response.status))
    return "has the status " + status + ", and " + expected.status.to_string() + " was expected";
  for (const auto& [name, value] : expected.fields) {
    const auto is_this = [&](const http::Field& field) {
      return base::equal_ignoring_case(field.name, name) && field.value == value;
    };
    if (std::ranges::none_of(response.fields.view(), is_this))
      return "does not have the field " + name + ": " + value;
  }
  for (const std::string& name : expected.no_fields) {
    if (const auto value = response.field(name))
      return "has the field " + name + ": " + std::string(*value);
  }
  return {};
}

/// Reads the interim responses and the final response at the front of `bytes`, and removes them;
/// returns nullopt, and removes nothing, while they are incomplete. `ended` tells that no more bytes
/// came, which completes content without a length. Throws std::logic_error when `bytes` are not HTTP.
std::optional<TestResponse> read_response(std::string& bytes, http::Method method, bool ended) {
  using Kind = wire::http1::ResponseParser::Event::Kind;
  const wire::http1::Limits limits;
  TestResponse response;
  for (std::string_view left = bytes; !left.empty();) {
    // The parser of one response keeps the fields in `memory`; they are copied out below.
    base::Arena memory;
    wire::http1::ResponseParser parser(method, limits, memory);
    response.text.clear();
    for (bool more = true; more;) {
      auto event = parser.next(left);
      if (event.kind == Kind::NeedMore && ended) event = parser.end_of_input();
      if (event.kind == Kind::NeedMore) return std::nullopt;
      if (event.kind == Kind::Malformed) {
        throw std::logic_error("the answer is not HTTP: " + std::string(parser.fault().reason));
      }
      if (event.kind == Kind::Data) response.text += event.data;
      more = event.kind != Kind::End;
    }
    response.status = parser.head().status;
    response.fields = http::Fields(parser.head().fields);
    // 101 is informational by its number, but no other response follows it.
    const bool upgrades = response.status == http::Status::SwitchingProtocols;
    if (!is_informational(response.status) || upgrades) {
      bytes.erase(0, bytes.size() - left.size());
      return response;
    }
  }
  return std::nullopt;
}

/// What is wrong with the answers; empty when nothing is. Removes them from `bytes`.
std::string fault_of_answers(const CorpusCase& expected, std::string& bytes, bool ended) {
  for (std::size_t i = 0; i < expected.answers.size(); ++i) {
    const CorpusCase::Answer& answer = expected.answers[i];
    const bool is_head = answer.method == http::Method::Head;
    const http::Method method = i == 0 && !is_head ? first_method(expected.bytes) : answer.method;
    const auto response = read_response(bytes, method, ended);
    const std::string number = "answer " + std::to_string(i + 1) + " ";
    if (!response) return number + "of " + std::to_string(expected.answers.size()) + " is missing";
    if (const std::string fault = fault_of(answer, *response); !fault.empty())
      return number + fault;
  }
  if (expected.is_silent) {
    const auto response = read_response(bytes, first_method(expected.bytes), ended);
    if (response && response->status != http::Status::RequestTimeout)
      return "an answer has the status " + std::to_string(static_cast<int>(response->status)) +
             ", and no answer was expected";
    // Interim responses say that the server takes the request so far.
    if (!response && bytes.starts_with("HTTP/1.1 1")) bytes.clear();
  }
  if (bytes.empty()) return {};
  return "more came than was expected";
}

std::string fault_of(const CorpusCase& expected, const TestClient::RawAnswer& came,
                     std::optional<std::size_t> calls) {
  std::string bytes = came.bytes;
  std::string fault = fault_of_answers(expected, bytes, came.has_ended);
  if (!fault.empty()) return fault;
  const bool gave_up = expected.is_silent && !came.bytes.empty() && came.has_ended;
  if (expected.closes && *expected.closes != came.has_ended && !gave_up)
    return came.has_ended ? "the server closes the connection"
                          : "the server does not close the connection";
  const bool has_run = calls.value_or(0) > 0;
  if (calls && expected.handler && *expected.handler != has_run)
    return has_run ? "a handler runs" : "no handler runs";
  return {};
}

/// Runs a case. Returns the message of its failure; empty when it passes.
std::string run(TestClient& client, const CorpusCase& each, const CorpusOptions& options,
                const Where& where) {
  TestClient::RawAnswer came;
  std::string fault;
  try {
    const std::size_t before = options.handler_calls ? options.handler_calls() : 0;
    came = client.exchange_raw(each.bytes, where);
    const auto calls =
        options.handler_calls ? std::optional(options.handler_calls() - before) : std::nullopt;
    fault = fault_of(each, came, calls);
  } catch (const std::logic_error& error) {
    fault = error.what();
  }
  if (fault.empty()) return {};
  std::string message =
      each.file + ":" + std::to_string(each.line) + ": [" + each.name + "] " + fault + "\n";
  append_lines(message, "> ", each.bytes);
  append_lines(message, "< ", came.bytes);
  return message;
}

/// Reads one line of a file into its cases. Throws std::invalid_argument for any other line.
void read_line(std::vector<CorpusCase>& cases, std::string_view line) {
  if (line.starts_with('[') && line.ends_with(']')) {
    cases.push_back({.name = std::string(line.substr(1, line.size() - 2))});
  } else if (cases.empty()) {
    throw std::invalid_argument("a case begins with [its name]");
  } else if (line.starts_with("> ")) {
    cases.back().bytes += unescape(line.substr(2), true);
  } else if (line.starts_with("< ")) {
    cases.back().expect(line.substr(2));
  } else if (line.starts_with("= ") || line == "=") {
    cases.back().notes.emplace_back(line.substr(std::min<std::size_t>(2, line.size())));
  } else {
    throw std::invalid_argument("a line begins with [ or > or < or = or #");
  }
}

void read_corpus_file(std::vector<CorpusCase>& cases, const std::filesystem::path& path) {
  std::ifstream input(path);
  if (!input) throw std::logic_error("cannot read the corpus " + path.string());
  std::vector<CorpusCase> added;
  std::size_t number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    try {
      const std::size_t before = added.size();
      read_line(added, line);
      if (added.size() == before) continue;
      added.back().file = path.string();
      added.back().line = number;
    } catch (const std::invalid_argument& error) {
      throw std::logic_error(path.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  cases.insert(cases.end(), added.begin(), added.end());
}

}  // namespace

void CorpusCase::expect(std::string_view what) {
  if (auto answer = parse_answer(what)) {
    answers.push_back(*std::move(answer));
  } else if (what == "closes" || what == "stays open") {
    closes = what == "closes";
  } else if (what == "handler" || what == "no handler") {
    handler = what == "handler";
  } else if (what == "no answer") {
    is_silent = true;
  } else if (!answers.empty() && what.starts_with("no ")) {
    answers.back().no_fields.emplace_back(what.substr(3));
  } else if (!answers.empty() && what.contains(": ")) {
    const std::string_view field = base::take_until(what, ':');
    answers.back().fields.emplace_back(field, base::trim(what));
  } else {
    throw_not_understood(what);
  }
}

std::vector<CorpusCase> read_corpus(const std::string& path) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".txt") files.push_back(entry.path());
    }
    std::ranges::sort(files);
  } else {
    files.emplace_back(path);
  }
  std::vector<CorpusCase> cases;
  for (const std::filesystem::path& file : files) read_corpus_file(cases, file);
  if (cases.empty()) throw std::logic_error("the corpus " + path + " has no case");
  return cases;
}

void run_corpus(TestClient& client, const std::vector<CorpusCase>& cases,
                const CorpusOptions& options, Where where) {
  std::string shown;
  std::size_t failed = 0;
  for (const CorpusCase& each : cases) {
    // A case that says nothing would always pass.
    const bool says_nothing = each.answers.empty() && !each.is_silent && !each.closes;
    const std::string message = says_nothing ? each.file + ":" + std::to_string(each.line) + ": [" +
                                                   each.name + "] expects nothing\n"
                                             : run(client, each, options, where);
    if (!message.empty() && ++failed <= kMostShown) shown += "\n" + message;
  }
  if (failed == 0) return;
  throw std::logic_error(detail::to_text(where) + std::to_string(failed) + " of " +
                         std::to_string(cases.size()) + " cases fail" +
                         (failed > kMostShown ? "; the first are these:\n" : ":\n") + shown);
}

void run_corpus(TestClient& client, const std::string& path, const CorpusOptions& options,
                Where where) {
  std::vector<CorpusCase> cases;
  try {
    cases = read_corpus(path);
  } catch (const std::logic_error& error) {
    throw std::logic_error(detail::to_text(where) + error.what());
  }
  run_corpus(client, cases, options, where);
}

}  // namespace mastic::testing
