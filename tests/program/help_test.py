#!/usr/bin/env python3
"""Tests what helps people to write commands: completion in a shell, the manual page, and --help.

    help_test.py PROGRAM    PROGRAM is build/PRESET/mastic
"""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))


class HelpTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text=""):
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def printed(self, *words):
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=True, timeout=20).stdout

    def commands(self):
        return re.findall(r"(?m)^  ([a-z]+) ", self.printed("--help").partition("SITE is")[0])


class Completion(HelpTest):
    def complete(self, *words):
        script = 'source <("$0" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mastic; ' \
                 'printf "%s\\n" "${COMPREPLY[@]}"'
        ended = subprocess.run(["bash", "-c", script, PROGRAM, *words], cwd=self.folder, capture_output=True,
                               text=True, timeout=20)
        self.assertEqual(ended.stderr, "")
        return ended.stdout.splitlines()

    def typed_in_bash(self, text):
        """The words that a command line has when `text` and a tab are typed in an interactive bash."""
        self.write("bashrc", f'PS1="ready$ "; source <("{PROGRAM}" completion bash)\n'
                             'mastic() { printf "<%s>" "$@"; echo " end"; }\n')
        terminal, theirs = pty.openpty()
        with subprocess.Popen(["bash", "--init-file", "bashrc", "-i"], cwd=self.folder, stdin=theirs, stdout=theirs,
                              stderr=theirs, start_new_session=True,
                              env={**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8", "HISTFILE": ""}) as bash:
            seen = b""
            try:
                for wanted, line in ((b"ready$ ", text.encode() + b"\t\n"), (b" end", b"")):
                    while wanted not in seen:
                        self.assertTrue(select.select([terminal], [], [], 20)[0], seen)
                        seen += os.read(terminal, 1 << 16)
                    os.write(terminal, line)
            finally:
                bash.kill()
        os.close(theirs)
        os.close(terminal)
        return re.findall("<(.*?)>", seen.decode())

    def test_bash_quotes_files_and_no_other_words(self):
        for name in ("my site.ini", "a*b$x.ini", "it's.ini", "oolong.so"):
            self.write(name)
        (self.folder / "routes").mkdir()
        for text, words in (("mastic check my", ["check", "my site.ini"]),
                            ("mastic check my\\ s", ["check", "my site.ini"]),
                            ("mastic check 'my s", ["check", "my site.ini"]),
                            ("mastic check a", ["check", "a*b$x.ini"]),
                            ("mastic check it", ["check", "it's.ini"]),
                            ("mastic rou", ["routes"]),
                            ("mastic points ool", ["points", "oolong.so"]),
                            ("mastic check --format=js", ["check", "--format=json"]),
                            ("mastic serve --log-file=my", ["serve", "--log-file=my site.ini"])):
            self.assertEqual(self.typed_in_bash(text), words, text)

    def test_bash_completes_commands_options_values_and_sites(self):
        self.write("site.ini")
        self.write("public/index.html")
        self.assertEqual(self.complete("mastic", "se"), ["serve"])
        self.assertIn("check", self.complete("mastic", ""))
        self.assertEqual(self.complete("mastic", "serve", "--log-f"), ["--log-format", "--log-file"])
        self.assertEqual(self.complete("mastic", "serve", "--log-format", "j"), ["json"])
        self.assertEqual(self.complete("mastic", "check", "s"), ["site.ini"])
        self.assertEqual(self.complete("mastic", "check", "pub"), ["public"])
        self.assertIn("static", self.complete("mastic", "points", ""))
        self.assertEqual(self.complete("mastic", "completion", "z"), ["zsh"])

    def test_bash_completes_values_after_an_equals_sign_and_names_with_spaces(self):
        self.assertEqual(self.complete("mastic", "serve", "--log-format", "="), ["auto", "text", "colour", "json"])
        self.assertEqual(self.complete("mastic", "serve", "--log-format", "=", "j"), ["json"])
        self.write("my site.ini")
        self.assertEqual(self.complete("mastic", "check", "my"), ["my site.ini"])

    def test_other_shells_and_the_manual_name_every_command(self):
        commands = self.commands()
        self.assertIn("request", commands)
        for words in (("completion", "zsh"), ("completion", "fish"), ("manual",)):
            text = self.printed(*words)
            for command in commands:
                self.assertIn(command, text)
        ended = subprocess.run([PROGRAM, "completion", "tcsh"], capture_output=True, text=True, timeout=20)
        self.assertEqual(ended.returncode, 2)
        self.assertIn("bash, zsh or fish", ended.stderr)


class Pages(HelpTest):
    @unittest.skipUnless(shutil.which("man"), "there is no man")
    def test_the_manual_page_renders_without_warnings(self):
        self.write("mastic.1", self.printed("manual"))
        ended = subprocess.run(["man", "--warnings", "-l", "mastic.1"], cwd=self.folder, capture_output=True, text=True,
                               env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}, timeout=20)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("mastic serve SITE", ended.stdout)
        self.assertEqual(ended.stdout.count("SITE is one of"), 1)
        self.assertIn("use = mastic#static", ended.stdout)
        self.assertIn("SEE ALSO", ended.stdout)

    def test_every_command_has_a_help_that_fits_a_terminal(self):
        for command in self.commands():
            text = self.printed(command, "--help")
            self.assertRegex(text, rf"^mastic {command}(.*\n)+\nExit codes: ")
            self.assertLessEqual(max(map(len, text.splitlines())), 80, text)
            self.assertEqual(self.printed(command, "-h"), text)


if __name__ == "__main__":
    unittest.main()
