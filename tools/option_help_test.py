#!/usr/bin/python3
"""Tests how the help of options is made from comments."""

import pathlib
import tempfile
import unittest

import option_help

HEADER = '''#pragma once

struct OptionTable {
  void count(const char* name, unsigned long& number, const char* meaning);
  void text(const char* name, const char*& value, const char* argument, const char* meaning);
};

struct Threads {
  /// Threads that say "no". Beyond it:
  /// see `log`.
  ///
  /// For C++ authors only.
  unsigned long most = 1;
};

struct Options {
  Threads threads;
  /// Type of files, such as `font/*`; see `most`.
  const char* share = "";
  const char* log = "";  ///< The file of `share`.
  unsigned long untold = 0;
  /// A text that is made at run time.
  unsigned long free = 0;
  void describe(OptionTable& table);
};
'''

SOURCE = '''#include "options.h"

const char* made_text();

void Options::describe(OptionTable& table) {
  unsigned long local = 0;
  table.count("max_threads", threads.most, "Another " "text.");
  table.text("share", share, "TYPE", "Type of files, such as 'font/*'; see --max-threads.");
  table.text("log_file", log, "PATH", "?");
  table.count("untold", untold, "A text without a comment.");
  table.count("free", free, made_text());
  table.count("local", local, "A text that stands here alone.");
}
'''


class OptionHelp(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name, "options.cc")
        self.source.write_text(SOURCE)
        self.source.with_name(".clang-format").write_text("{BasedOnStyle: Google, ColumnLimit: 100}")
        self.header = self.source.with_name("options.h")
        self.header.write_text(HEADER)

    def test_names_what_differs_and_the_remedy(self):
        self.assertEqual(option_help.check([self.source]), [
            f"{self.source}:7: the help of --max-threads differs from the comment of most ({self.header}:13): "
            "run tools/option_help.py --write",
            f"{self.source}:9: the help of --log-file differs from the comment of log ({self.header}:20): "
            "run tools/option_help.py --write",
            f"{self.header}:21: untold has no comment: write what the help of --untold has to say"])

    def test_writes_the_first_paragraph_with_the_names_of_options(self):
        option_help.check([self.source], writes=True)
        written = self.source.read_text()
        self.assertIn(r'"Threads that say \"no\". Beyond it: see --log-file.");', written)
        self.assertIn('"PATH", "The file of --share.");', written)
        self.assertEqual(len(option_help.check([self.source])), 1)  # only the comment is missing

    def test_leaves_other_help_alone(self):
        option_help.check([self.source], writes=True)
        self.assertEqual(self.source.read_text().splitlines()[-3:], SOURCE.splitlines()[-3:])

    def test_reports_what_the_compiler_reports(self):
        self.source.write_text("#include <OptionTable.h>\n")
        self.assertIn("file not found", option_help.check([self.source])[0])


if __name__ == "__main__":
    unittest.main()
