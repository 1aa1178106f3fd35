#include "mastic/testing/recorded.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "mastic/base/text.h"
#include "mastic/testing/difference.h"
#include "mastic/testing/escapes.h"
#include "mastic/testing/failure.h"

namespace mastic::testing {
namespace {

constexpr std::string_view kExchange = "==========\n";
constexpr std::string_view kAnswer = "----------\n";
constexpr std::string_view kOrigin = "<origin>";
constexpr std::size_t kShortest = 4;  // a shorter value would be found in other text by chance
constexpr std::string_view kHead =
    "# What was asked, and what came. MASTIC_WRITE_GOLDEN=1 makes the tests write it again.\n";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Whether the text at `at` stands alone, and is not a part of a longer word or number.
bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '_';
  };
  const bool before = at == 0 || !is_word(text[at - 1]);
  return before && (at + size == text.size() || !is_word(text[at + size]));
}

void replace_alone(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos;) {
    const bool alone = stands_alone(text, at, from.size());
    if (alone) text.replace(at, from.size(), to);
    at = text.find(from, at + (alone ? to.size() : 1));
  }
}

/// The content of a text file; nothing when there is no file.
std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Where the line `mark` begins at or after `from`; the end of the text without one.
std::size_t find_line(std::string_view text, std::string_view mark, std::size_t from = 0) {
  if (text.substr(from).starts_with(mark)) return from;
  const std::size_t found = text.find("\n" + std::string(mark), from);
  return found == text.npos ? text.size() : found + 1;
}

/// Compares a golden file with what came, or writes it.
void check_file(const std::string& path, const std::optional<std::string>& expected,
                const std::string& actual, const Where& where) {
  if (writes_golden_files()) {
    const std::string fault = expected != actual ? write_golden_file(path, actual) : "";
    if (!fault.empty()) throw std::logic_error(detail::to_text(where) + fault);
    return;
  }
  const std::string change = " the test with MASTIC_WRITE_GOLDEN=1 in the environment";
  if (!expected) {
    throw std::logic_error(detail::to_text(where) + "there is no file " + path + " in " +
                           std::filesystem::current_path().string() + "; to write it, run" +
                           change);
  }
  const std::string differs = difference(*expected, actual);
  if (differs.empty()) return;
  throw std::logic_error(detail::to_text(where) + path +
                         " has other exchanges (- recorded, + came):\n" + differs +
                         "If these are right, run" + change);
}

}  // namespace

Varying& Varying::leave_out(std::string_view field) {
  left_out_.emplace_back(field);
  return *this;
}
Varying& Varying::any(std::string_view name, const std::string& pattern, Where where) {
  return add(name, pattern, false, where);
}
Varying& Varying::same(std::string_view name, const std::string& pattern, Where where) {
  return add(name, pattern, true, where);
}
Varying& Varying::add(std::string_view name, const std::string& pattern, bool is_numbered,
                      const Where& where) {
  try {
    patterns_.push_back({std::string(name), std::regex(pattern), is_numbered});
  } catch (const std::regex_error& error) {
    throw std::invalid_argument(detail::to_text(where) + "'" + pattern + "', the pattern of " +
                                std::string(name) + ", is no regular expression: " + error.what());
  }
  return *this;
}

/// Writes exchanges, with names in place of the values that vary, and knows which name has which value.
class VaryingValues {
 public:
  VaryingValues(Varying varying, std::string origin)
      : varying_(std::move(varying)), origin_(std::move(origin)) {}

  /// The request as text, without the values that answers have given before.
  [[nodiscard]] std::string text_of(const TestRequest& request) const {
    const auto hide = [this](std::string text) { return with_known_names(std::move(text)); };
    std::string out;
    append_escaped(out, request.method + " " + hide(request.target), true);
    out += '\n';
    append_fields(out, request.fields, {"Host", "Cookie", "Content-Length"}, hide);
    append_content(out, hide(request.content));
    return out;
  }

  /// The answer as text. Values that a pattern finds get their names.
  [[nodiscard]] std::string text_of(const TestResponse& response) {
    const auto hide = [this](std::string text) { return with_names(std::move(text)); };
    std::string out;
    for (const http::Status each : response.interim) out += status_line(each);
    out += status_line(response.status);
    append_fields(out, response.fields,
                  {"Date", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive"},
                  hide);
    for (const http::Field field : response.trailers.view()) {
      append_escaped(out, "trailer " + hide(line_of(field)), true);
      out += '\n';
    }
    append_content(out, hide(response.text));
    return out;
  }

  /// The text of a request with the values of this run. Throws std::logic_error for a name that no
  /// answer has given a value.
  [[nodiscard]] std::string with_values(std::string text) const {
    replace_all(text, kOrigin, origin_);
    for (const auto& [value, name] : names_) replace_all(text, name, value);
    for (const Varying::Pattern& pattern : varying_.patterns_) {
      const std::size_t found = text.find("<" + pattern.name + (pattern.is_numbered ? " " : ">"));
      if (found == text.npos) continue;
      throw std::logic_error("no answer before has given a value for " +
                             text.substr(found, text.find('>', found) + 1 - found));
    }
    return text;
  }

 private:
  static std::string status_line(http::Status status) {
    return std::to_string(static_cast<int>(status)) + " " + std::string(reason_phrase(status)) +
           "\n";
  }
  static std::string line_of(const http::Field& field) {
    return std::string(field.name) + ": " + std::string(field.value);
  }

  template <class F>
  void append_fields(std::string& out, const http::Fields& fields,
                     std::vector<std::string> left_out, const F& hide) const {
    left_out.insert(left_out.end(), varying_.left_out_.begin(), varying_.left_out_.end());
    for (const http::Field field : fields.view()) {
      const auto is_this = [&](const std::string& name) {
        return base::equal_ignoring_case(name, field.name);
      };
      if (std::ranges::any_of(left_out, is_this)) continue;
      append_escaped(out, hide(line_of(field)), true);
      out += '\n';
    }
  }

  static void append_content(std::string& out, const std::string& content) {
    if (content.empty()) return;
    std::string escaped;
    append_escaped(escaped, content, false);
    escaped += '\n';
    // A line of content must not look like the line that ends it.
    for (const std::string_view mark : {kExchange, kAnswer}) {
      for (std::size_t at = find_line(escaped, mark); at < escaped.size();
           at = find_line(escaped, mark, at)) {
        escaped.replace(at, 1, mark == kExchange ? "\\x3D" : "\\x2D");
      }
    }
    out.append("\n").append(escaped);
  }

  [[nodiscard]] std::string with_known_names(std::string text) const {
    replace_all(text, origin_, kOrigin);
    for (const auto& [value, name] : names_) {
      if (value.size() >= kShortest) replace_alone(text, value, name);
    }
    return text;
  }

  [[nodiscard]] std::string with_names(std::string text) {
    replace_all(text, origin_, kOrigin);
    for (const Varying::Pattern& pattern : varying_.patterns_) {
      std::string named;
      std::smatch match;
      std::string::const_iterator from = text.begin();
      while (from != text.end() && std::regex_search(from, text.cend(), match, pattern.pattern)) {
        const auto& value = match[match.size() > 1 ? 1 : 0];
        named.append(from, value.first).append(name_of(pattern, value.str()));
        // A match without characters would be found again and again.
        from = value.second;
        if (value.length() == 0 && from != text.end()) named += *from++;
      }
      text = named.append(from, text.cend());
    }
    return with_known_names(std::move(text));
  }

  std::string name_of(const Varying::Pattern& pattern, const std::string& value) {
    if (value.empty()) return {};
    if (!pattern.is_numbered) return "<" + pattern.name + ">";
    const auto known =
        std::ranges::find(names_, value, &std::pair<std::string, std::string>::first);
    if (known != names_.end()) return known->second;
    const std::string name =
        "<" + pattern.name + " " + std::to_string(++counts_[pattern.name]) + ">";
    names_.emplace_back(value, name);
    return name;
  }

  Varying varying_;
  std::string origin_;
  std::vector<std::pair<std::string, std::string>> names_;  ///< of values, in the order they came
  std::map<std::string, int> counts_;
};

Recording::Recording(TestClient& client, std::string path, Varying varying)
    : client_(client),
      path_(std::move(path)),
      values_(std::make_unique<VaryingValues>(std::move(varying), client.origin())) {
  client_.on_answer([this](const TestResponse& response) {
    text_.append(kExchange).append(values_->text_of(response.request()));
    text_.append(kAnswer).append(values_->text_of(response));
  });
}

Recording::~Recording() {
  client_.on_answer(nullptr);
  if (!is_checked_) report_failure("the recording of " + path_ + " was not checked");
}

void Recording::check(Where where) {
  is_checked_ = true;
  const auto file = read_file(path_);
  const std::string head = file ? file->substr(0, find_line(*file, kExchange)) : std::string(kHead);
  check_file(path_, file, head + text_, where);
}

namespace {

/// Reads the request of a file, and sends it.
TestResponse send_recorded(TestClient& client, std::string_view text, const VaryingValues& values,
                           const Where& where) {
  const auto bytes = [&](std::string_view part) {
    return values.with_values(unescape(part, false));
  };
  std::string_view first = base::take_until(text, '\n');
  const std::string whole(first);
  const std::string method(base::take_until(first, ' '));
  if (method.empty() || first.empty())
    throw std::logic_error("'" + whole + "' is not METHOD TARGET");
  const std::string target = bytes(first);
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty() && !text.starts_with('\n')) {
    std::string_view line = base::take_until(text, '\n');
    if (!line.contains(':'))
      throw std::logic_error("'" + std::string(line) + "' is not NAME: VALUE");
    const std::string name(base::take_until(line, ':'));
    fields.emplace_back(name, bytes(base::trim(line)));
  }
  if (!text.empty()) text.remove_prefix(1);  // the empty line
  if (text.ends_with('\n')) text.remove_suffix(1);
  return client.request(method, target, FieldList(fields.begin(), fields.end()), bytes(text),
                        where);
}

}  // namespace

void replay(TestClient& client, const std::string& path, const Varying& varying, Where where) {
  const auto file = read_file(path);
  if (!file) return check_file(path, file, {}, where);
  VaryingValues values(varying, client.origin());
  const std::string_view text = *file;
  std::size_t at = find_line(text, kExchange);
  std::string actual(text.substr(0, at));
  if (at == text.size()) throw std::logic_error(detail::to_text(where) + path + " has no exchange");
  while (at < text.size()) {
    const std::size_t end = find_line(text, kExchange, at + kExchange.size());
    const std::size_t answer = std::min(find_line(text, kAnswer, at), end);
    const std::string_view request =
        text.substr(at + kExchange.size(), answer - at - kExchange.size());
    try {
      const TestResponse response = send_recorded(client, request, values, where);
      actual.append(text.substr(at, answer - at)).append(kAnswer).append(values.text_of(response));
    } catch (const std::exception& error) {
      const auto line = std::ranges::count(text.substr(0, at), '\n') + 2;
      throw std::logic_error(path + ":" + std::to_string(line) + ": " + error.what());
    }
    at = end;
  }
  check_file(path, file, actual, where);
}

}  // namespace mastic::testing
