#!/usr/bin/python3
"""Tests how the API reference is made from a header that is hard to read."""

import pathlib
import tempfile
import unittest

import api_pages
import build_docs
import public_api

HEADER = '''// The head: `a < b`, and what *it* says of snake_case_names.
//
//     Thing thing;   // code

#pragma once

#include <concepts>
#include <cstddef>
#include <vector>

#define MASTIC_UNTOLD(x) (x)

/// A macro with a comment.
#if defined(__clang__)
#define MASTIC_TOLD 1
#else
#define MASTIC_TOLD
#endif

namespace mastic::one {

namespace detail {
struct Secret {};
}  // namespace detail

/// What has a size: a|b, `c|d`, std::vector<int>, x_ and _y.
template <class T>
concept Sized = requires(const T& value) {
  { value.size() } -> std::convertible_to<std::size_t>;
};

class Forward;

/// What users specialise.
template <class T>
struct Trait;

/// A Thing; see Thing::find and Missing::name.
template <class T, std::size_t N = (4 > 3 ? 1 : 2)>
  requires(N > 0)
class Thing {
 public:
  /// Makes one of `count`.
  explicit Thing(std::size_t count = {}) : count_(count) {}
  template <class U>
  Thing(U&& other, int) requires(sizeof(U) > 1);
  Thing(const Thing&) = delete;
  ~Thing() = default;

  /// Finds by number.
  [[nodiscard]] const T* find(std::size_t at,
                              bool strict = true) const;
  [[nodiscard]] const T* find(const T& value) const noexcept { return nullptr; }
  template <Sized S>
    requires requires(S s) { s.clear(); }
  void take(S sized) { sized.clear(); }
  friend bool operator==(const Thing&, const Thing&) { return true; }
  /// What becomes of it.
  enum class End { Gone, Kept };
  std::size_t count = 0;  ///< how many there are
  std::size_t Count = 0;

 private:
  std::size_t count_;
};

template <class T>
Thing(T) -> Thing<T>;

/// The same as before.
inline int leaning() { return 1; }

/// A short name.
using Things = std::vector<Thing<int>>;

}  // namespace mastic::one

namespace mastic::two {
/// Another Thing of that name.
struct Thing {};
/// Finds one::Thing in Things.
int find(const one::Things& things);
}  // namespace mastic::two
'''


class ApiReference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        source = pathlib.Path(cls.folder.name)
        (source / "mastic" / "one").mkdir(parents=True)
        (source / "mastic" / "one" / "thing.h").write_text(HEADER)
        (source / "mastic" / "mastic.h").write_text("namespace mastic {\nusing one::Thing;\n}\n")
        public_api.short_names.cache_clear()
        public_api.SOURCE = source
        public_api.FRONT_DOORS = ("mastic.h",)
        public_api.TOPICS = {"One": ("one", "thing")}
        cls.names = public_api.read_api()
        cls.thing = next(name for name in cls.names if name.full_name == "mastic::one::Thing")
        cls.page = api_pages.write_page("mastic/one/thing.h", cls.names)
        cls.faults = []
        public_api.check_sentences(cls.names, cls.faults)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def signatures(self, name):
        return [member.signature for member in self.thing.members if member.name == name]

    def test_lists_the_public_names(self):
        self.assertEqual([name.name for name in self.names if name.kind != "macro"],
                         ["Sized", "Trait", "Thing", "leaning", "Things", "Thing", "find"])

    def test_writes_signatures_without_bodies_and_attributes(self):
        self.assertEqual(self.thing.signature, "template <class T, std::size_t N = (4 > 3 ? 1 : 2)>\n"
                                               "  requires(N > 0)\nclass Thing")
        self.assertEqual(self.signatures("find"),
                         ["const T* find(std::size_t at,\n              bool strict = true) const",
                          "const T* find(const T& value) const noexcept"])
        self.assertEqual(self.signatures("take"),
                         ["template <Sized S>\n  requires requires(S s) { s.clear(); }\nvoid take(S sized)"])
        self.assertEqual(self.signatures("Thing")[:2],
                         ["explicit Thing(std::size_t count = {})",
                          "template <class U>\nThing(U&& other, int) requires(sizeof(U) > 1)"])

    def test_requires_a_sentence_for_each_name(self):
        self.assertEqual([fault.split(": ", 1)[1] for fault in self.faults],
                         ["MASTIC_UNTOLD has no comment",
                          "mastic::one::Thing::take has no comment",
                          "mastic::one::Thing::Count has no comment",
                          "the comment of mastic::one::leaning is not a sentence"])

    def test_keeps_the_text_of_comments(self):
        self.assertIn("The head: `a < b`, and what \\*it\\* says of snake_case_names.", self.page)
        self.assertIn("a|b, `c|d`, std::vector&lt;int&gt;, x\\_ and \\_y.", self.page)
        self.assertIn("```cpp\nThing thing;   // code\n```", self.page)

    def test_links_names_that_are_certain(self):
        self.assertIn("[Thing::find](#one.Thing.find) and Missing::name", self.page)
        self.assertIn("[one::Thing](#one.Thing) in", self.page)

    def test_gives_each_name_its_own_anchor(self):
        self.assertIn("## mastic::Thing { #one.Thing }", self.page)
        self.assertIn("## mastic::two::Thing { #two.Thing }", self.page)
        self.assertIn('id="one.Thing.count"', self.page)
        self.assertIn('id="one.Thing.Count"', self.page)

    def test_shows_what_to_include(self):
        self.assertIn("#include &lt;mastic/mastic.h&gt;", self.page)
        self.assertIn('href="../../../src/mastic/one/thing.h.html"', self.page)


class Markdown(unittest.TestCase):
    def test_indents_lists_by_four(self):
        self.assertEqual(build_docs.indented_by_four("Text\n- one\n  more\n  - two\n\n  also one\n\nEnd"),
                         "Text\n\n- one\n    more\n    - two\n\n    also one\n\nEnd")
        self.assertEqual(build_docs.indented_by_four("1. a\n\n   | x |\n   |---|\n2. b"),
                         "1. a\n\n    | x |\n    |---|\n2. b")

    def test_begins_quoted_code_at_the_margin(self):
        self.assertEqual(build_docs.dedented("a\n```cpp\n  if (x) {\n    y;\n  }\n```\n  b"),
                         "a\n```cpp\nif (x) {\n  y;\n}\n```\n  b")

    def test_leaves_code_alone(self):
        code = "```\n- not a list\n  - nor this\n```"
        self.assertEqual(build_docs.indented_by_four(code), code)
        self.assertEqual(build_docs.in_prose(f"a\n{code}\na", str.upper), f"A\n{code}\nA")


if __name__ == "__main__":
    unittest.main()
