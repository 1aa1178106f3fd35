#include <array>
#include <optional>
#include <stdexcept>

#include "mastic/base/text.h"
#include "mastic/testing/html/charset.h"
#include "mastic/testing/html/failure.h"
#include "mastic/testing/html/selector.h"

namespace mastic::testing::html {

using Combinator = Selector::Combinator;
using Simple = Selector::Simple;
using Kind = Simple::Kind;

namespace {

struct PseudoClass {
  std::string_view name;
  Kind kind;
  int step = 0;
  int offset = 0;
};

/// Pseudo-classes without arguments.
constexpr std::array<PseudoClass, 17> kPlain = {{{"first-child", Kind::Nth, 0, 1},
                                                 {"last-child", Kind::NthLast, 0, 1},
                                                 {"first-of-type", Kind::NthOfType, 0, 1},
                                                 {"last-of-type", Kind::NthLastOfType, 0, 1},
                                                 {"only-child", Kind::Nth},
                                                 {"only-of-type", Kind::NthOfType},
                                                 {"empty", Kind::Empty},
                                                 {"root", Kind::Root},
                                                 {"checked", Kind::Checked},
                                                 {"disabled", Kind::Disabled},
                                                 {"enabled", Kind::Enabled},
                                                 {"required", Kind::Required},
                                                 {"optional", Kind::Optional},
                                                 {"read-only", Kind::ReadOnly},
                                                 {"link", Kind::Link},
                                                 {"any-link", Kind::Link},
                                                 {"scope", Kind::Root}}};
/// Those with an argument.
constexpr std::array<PseudoClass, 9> kWithArgument = {{{"not", Kind::Not},
                                                       {"is", Kind::Is},
                                                       {"where", Kind::Is},
                                                       {"has", Kind::Has},
                                                       {"contains", Kind::HasText},
                                                       {"nth-child", Kind::Nth},
                                                       {"nth-last-child", Kind::NthLast},
                                                       {"nth-of-type", Kind::NthOfType},
                                                       {"nth-last-of-type", Kind::NthLastOfType}}};

bool begins_name(char c) {
  return base::is_alpha(c) || c == '_' || c == '-' || c == '\\' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

/// A parser by recursive descent; it recurses for the lists within pseudo-classes only.
class SelectorParser {
 public:
  explicit SelectorParser(std::string_view text) : text_(text) {}

  Selector parse() {
    Selector selector;
    selector.list_ = list(false, 0);
    if (!at_end()) fail("unexpected '" + std::string(1, peek()) + "'");
    return selector;
  }

 private:
  static constexpr int kMaxNesting = 32;

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
  }
  bool skip_spaces() {
    const std::size_t before = at_;
    while (!at_end() && is_space(peek())) ++at_;
    return at_ != before;
  }
  void expect(char c, std::string_view remedy) {
    skip_spaces();
    if (!take(c)) fail(remedy);
  }
  [[noreturn]] void fail(std::string_view why) const {
    throw std::logic_error("selector '" + std::string(text_) + "', character " +
                           std::to_string(at_ + 1) + ": " + std::string(why));
  }

  std::vector<Selector::Complex> list(bool is_relative, int nesting) {
    if (nesting > kMaxNesting) fail("pseudo-classes are nested more than 32 deep");
    std::vector<Selector::Complex> list;
    do {
      list.push_back(complex(is_relative, nesting));
      skip_spaces();
    } while (take(','));
    return list;
  }

  Selector::Complex complex(bool is_relative, int nesting) {
    Selector::Complex parts;
    skip_spaces();
    Combinator next = combinator(false);
    if (next != Combinator::None && !is_relative) {
      fail(
          "a selector cannot begin with a combinator; put the name of an element, or *, before it");
    }
    if (next == Combinator::None && is_relative) next = Combinator::Descendant;
    while (true) {
      skip_spaces();
      parts.push_back(compound(nesting));
      parts.back().combinator = next;
      const bool is_apart = skip_spaces();
      next = combinator(is_apart);
      if (next == Combinator::None || at_end() || peek() == ',' || peek() == ')') break;
    }
    if (next != Combinator::None && next != Combinator::Descendant) {
      fail("the selector ends in a combinator; put what it leads to behind it");
    }
    return parts;
  }

  /// The combinator here: that of a sign, else Descendant if there was white space.
  Combinator combinator(bool is_apart) {
    if (take('>')) return Combinator::Child;
    if (take('+')) return Combinator::Next;
    if (take('~')) return Combinator::Later;
    return is_apart ? Combinator::Descendant : Combinator::None;
  }

  Selector::Compound compound(int nesting) {
    Selector::Compound compound;
    auto& conditions = compound.conditions;
    if (take('*')) {
      conditions.push_back({.kind = Kind::Any});
    } else if (begins_name(peek()) && !at_end()) {
      conditions.push_back({.kind = Kind::Type, .name = name()});
    }
    while (!at_end()) {
      if (take('#')) {
        conditions.push_back({.kind = Kind::Id, .name = name()});
      } else if (take('.')) {
        conditions.push_back({.kind = Kind::Class, .name = name()});
      } else if (take('[')) {
        conditions.push_back(attribute());
      } else if (take(':')) {
        conditions.push_back(pseudo_class(nesting));
      } else {
        break;
      }
    }
    if (!conditions.empty()) return compound;
    if (at_end())
      fail("the selector ends too early; here should be a name, *, #id, .class, [ or :");
    fail("here should be a name, *, #id, .class, [ or :, and not '" + std::string(1, peek()) +
         "'; put quotes around a value, and \\ before a sign that is part of a name");
  }

  std::string name() {
    std::string name;
    while (!at_end()) {
      const char c = peek();
      if (c == '\\') {
        ++at_;
        escape(name);
      } else if (begins_name(c) || base::is_digit(c)) {
        name += c;
        ++at_;
      } else {
        break;
      }
    }
    if (name.empty()) fail("here should be a name");
    return name;
  }

  /// What follows a backslash: up to six hexadecimal digits with a blank, or any character.
  void escape(std::string& out) {
    if (at_end()) fail("the selector ends in a backslash");
    if (base::hex_value(peek()) < 0) {
      out += text_[at_++];
      return;
    }
    char32_t code = 0;
    for (int i = 0; i < 6 && base::hex_value(peek()) >= 0; ++i) {
      code = code * 16 + static_cast<char32_t>(base::hex_value(text_[at_++]));
    }
    if (is_space(peek())) ++at_;
    append_character(
        out, code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0xFFFD : code);
  }

  std::string string_or_name(std::string_view remedy) {
    const char quote = peek();
    if (quote != '"' && quote != '\'') {
      if (!begins_name(quote) && !base::is_digit(quote)) fail(remedy);
      return name();
    }
    const std::size_t begin = at_++;
    std::string value;
    while (!at_end() && peek() != quote) {
      const char c = text_[at_++];
      if (c == '\\') {
        escape(value);
      } else {
        value += c;
      }
    }
    if (!take(quote)) {
      at_ = begin;
      fail("the text in quotes does not end; put " + std::string(1, quote) + " behind it");
    }
    return value;
  }

  Simple attribute() {
    skip_spaces();
    Simple simple{.kind = Kind::HasAttribute, .name = base::lower_case(name())};
    skip_spaces();
    if (take(']')) return simple;
    static constexpr std::string_view kSigns = "~|^$*";
    static constexpr std::array kKinds = {Kind::HasWord, Kind::HasLanguage, Kind::Begins,
                                          Kind::Ends, Kind::Contains};
    const std::size_t sign = at_end() ? kSigns.npos : kSigns.find(peek());
    simple.kind = sign == kSigns.npos ? Kind::Equals : kKinds[sign];
    if (sign != kSigns.npos) ++at_;
    if (!take('=')) fail("here should be ], =, ~=, |=, ^=, $= or *=");
    skip_spaces();
    simple.value = string_or_name("here should be a value; put quotes around it");
    skip_spaces();
    if (base::to_lower(peek()) == 'i') {
      simple.ignores_case = true;
      ++at_;
    } else if (base::to_lower(peek()) == 's') {
      ++at_;
    }
    expect(']', "here should be ]; put quotes around a value that is not a plain name");
    return simple;
  }

  Simple pseudo_class(int nesting) {
    if (peek() == ':') fail("pseudo-elements such as ::before are not elements of a page");
    const std::size_t begin = at_;
    const std::string word = base::lower_case(name());
    const bool has_argument = take('(');
    std::vector<std::string_view> names;
    for (const PseudoClass& each : has_argument
                                       ? std::vector(kWithArgument.begin(), kWithArgument.end())
                                       : std::vector(kPlain.begin(), kPlain.end())) {
      names.push_back(each.name);
      if (each.name == word) return has_argument ? with_argument(each.kind, nesting) : plain(each);
    }
    at_ = begin;
    const auto meant = base::nearest(word, names);
    std::string all;
    for (const std::string_view each : names) all.append(all.empty() ? "" : ", ").append(each);
    fail("there is no pseudo-class :" + word + (has_argument ? "()" : "") +
         (meant ? "; did you mean :" + std::string(*meant) + "?" : "; there are " + all));
  }

  static Simple plain(const PseudoClass& which) {
    Simple simple{.kind = which.kind, .step = which.step, .offset = which.offset};
    if (which.name.starts_with("only-")) {
      // The only one is the first one and the last one.
      simple.kind = Kind::Is;
      const bool is_of_type = which.kind == Kind::NthOfType;
      Selector both;
      both.list_ = {{{Combinator::None,
                      {{.kind = which.kind, .offset = 1},
                       {.kind = is_of_type ? Kind::NthLastOfType : Kind::NthLast, .offset = 1}}}}};
      simple.inner.push_back(std::move(both));
    }
    return simple;
  }

  Simple with_argument(Kind kind, int nesting) {
    Simple simple{.kind = kind};
    skip_spaces();
    if (kind == Kind::HasText) {
      simple.value = string_or_name("here should be a text in quotes");
    } else if (kind == Kind::Is || kind == Kind::Not || kind == Kind::Has) {
      Selector inner;
      inner.list_ = list(kind == Kind::Has, nesting + 1);
      simple.inner.push_back(std::move(inner));
    } else {
      nth(simple);
    }
    expect(')', "here should be )");
    return simple;
  }

  /// an+b, odd or even.
  void nth(Simple& simple) {
    constexpr std::string_view kRemedy =
        "here should be a number, odd, even, or a formula such as 2n+1";
    std::string formula;
    while (!at_end() && peek() != ')' && formula.size() < 40) {
      if (!is_space(peek())) formula += base::to_lower(peek());
      ++at_;
    }
    if (formula == "odd") formula = "2n+1";
    if (formula == "even") formula = "2n";
    std::string_view rest = formula;
    const std::size_t n = rest.find('n');
    if (n != rest.npos) {
      std::string_view step = rest.substr(0, n);
      rest.remove_prefix(n + 1);
      if (step.starts_with('+')) step.remove_prefix(1);
      const auto number = step.empty() ? 1 : step == "-" ? -1 : integer(step, kRemedy);
      simple.step = static_cast<int>(number);
      if (rest.empty()) return;
      if (rest[0] != '+' && rest[0] != '-') fail(kRemedy);
    }
    if (rest.starts_with('+')) rest.remove_prefix(1);
    simple.offset = static_cast<int>(integer(rest, kRemedy));
  }

  [[nodiscard]] std::int64_t integer(std::string_view text, std::string_view remedy) const {
    const auto number = base::parse_integer(text);
    if (!number || *number > 1'000'000 || *number < -1'000'000) fail(remedy);
    return *number;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Selector Selector::parse(std::string_view css) { return SelectorParser(css).parse(); }
Selector Selector::parse(std::string_view css, const std::source_location& where) {
  try {
    return parse(css);
  } catch (const std::logic_error& error) {
    fail_at(where, error.what());
  }
}

}  // namespace mastic::testing::html
