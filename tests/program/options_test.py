#!/usr/bin/env python3
"""Tests the options of an application from the outside: where they come from, which wins, and what is wrong.

    options_test.py SITE    runs every test; SITE is the program that is built from options_site.cc
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SITE = os.path.abspath(sys.argv.pop(1))
SECRET = "correct horse"  # the default in options_site.cc


def start(*words, cwd=None, **environment):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("APP_")}
    return subprocess.Popen([SITE, *words], env={**plain, **environment}, cwd=cwd, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(*words, **surroundings):
    """Runs the program until it ends by itself: its exit code, and what it printed."""
    process = start(*words, **surroundings)
    output, errors = process.communicate(timeout=20)
    return process.returncode, output, errors


def shown(*words, **surroundings):
    """The options of a program that serves, and what it printed before it did."""
    process = start("--bind", "127.0.0.1:0", *words, **surroundings)
    with contextlib.ExitStack() as at_end:
        at_end.callback(process.communicate)
        at_end.callback(process.kill)
        before = ""
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", line := process.stderr.readline())):
            assert line, f"the program ended: {before}"
            before += line
        connection = http.client.HTTPConnection("127.0.0.1", int(found.group(1)), timeout=20)
        connection.request("GET", "/")
        options = json.loads(connection.getresponse().read())
        connection.close()
    return options, before


class Sources(unittest.TestCase):
    def test_defaults(self):
        self.assertEqual(shown(), ({"database": "shop.db", "password_bytes": len(SECRET), "shelves": 3,
                                    "discount": 0.25, "peers": []}, ""))

    def test_the_command_line_has_the_last_word_and_the_environment_the_one_before(self):
        environment = {"APP_DATABASE": "environment.db", "APP_SHELVES": "5", "APP_PEERS": "north south"}
        options, _ = shown("--database", "line.db", "--peers=east", "--peers", "west", **environment)
        self.assertEqual(options["database"], "line.db")
        self.assertEqual(options["peers"], ["east", "west"])
        self.assertEqual(options["shelves"], 5)
        options, _ = shown(**environment)
        self.assertEqual(options["peers"], ["north", "south"])

    def test_a_variable_that_is_no_option_is_a_warning(self):
        _, before = shown(APP_HELP="1")
        self.assertEqual(before, "APP_HELP in the environment: warning: there is no such option, so it has no effect\n")
        options, before = shown(APP_DATABSE="other.db")
        self.assertEqual(options["database"], "shop.db")
        self.assertEqual(before, "APP_DATABSE in the environment: warning: there is no such option; "
                                 "did you mean APP_DATABASE?\n")


class File(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, content):
        (self.folder / "shop.ini").write_text(content)

    def test_yields_to_the_environment_and_to_the_command_line(self):
        self.write("[app:main]\ndatabase = data/%(ENV_STAGE)s.db\nshelves = 4\ndiscount = 0.5\n"
                   "peers = north\n    south\n"
                   "[server:main]\nbind = 127.0.0.1:1\n")
        options, before = shown("--config", str(self.folder / "shop.ini"), "--discount=1",
                                STAGE="test", APP_SHELVES="5")
        self.assertEqual(before, "")
        self.assertEqual(options["database"], str(self.folder / "data/test.db"))
        self.assertEqual(options["shelves"], 5)
        self.assertEqual(options["discount"], 1)
        self.assertEqual(options["peers"], ["north", "south"])

    def test_sets_the_options_of_the_server(self):
        self.write("[server:main]\nbind = unix:%(here)s/socket\ntransfer = teleport\n")
        code, _, errors = ended("--config", "shop.ini", cwd=self.folder)
        self.assertEqual(code, 2)
        self.assertIn("shop.ini:3: error: transfer: 'teleport' is not one of ", errors)

    def test_has_sections_of_other_names(self):
        self.write("[DEFAULT]\nset_here = 1\n[app:main]\nshelves = 4\n[app:test]\nuse = main\ndiscount = 1\n")
        options, _ = shown("--config", f"{self.folder}/shop.ini#test")
        self.assertEqual((options["shelves"], options["discount"]), (4, 1))

    def test_may_have_any_name(self):
        path = self.folder / "tea #1 50%20.ini"
        path.write_text("[app:main]\nshelves = 4\n[app:test]\nshelves = 5\n")
        self.assertEqual(shown("--config", str(path))[0]["shelves"], 4)
        self.assertEqual(shown("--config", f"{path}#test")[0]["shelves"], 5)

    def test_everything_wrong_is_reported_with_its_line(self):
        self.write("[app:main]\nshelves = many\nbind = :1\ncolour = red\npassword = xyzzy\n")
        code, output, errors = ended("--config", "shop.ini", cwd=self.folder, APP_DISCOUNT="half")
        self.assertEqual((code, output), (2, ""))
        self.assertEqual(errors,
                         "shop.ini:2: error: shelves: 'many' is not a whole number from 0 on\n"
                         "shop.ini:3: error: 'bind' belongs in [server:main]\n"
                         "shop.ini:4: error: there is no option 'colour'\n"
                         "APP_DISCOUNT in the environment: error: discount: 'half' is not a number; write one such as "
                         "12, 0.25 or 1e-3\n")

    def test_that_is_missing_is_an_error(self):
        code, _, errors = ended("--config", "other.ini", cwd=self.folder)
        self.assertEqual(code, 2)
        self.assertIn("other.ini", errors)


class Mistakes(unittest.TestCase):
    def test_everything_wrong_is_reported_at_once(self):
        code, output, errors = ended("--shelves", "few", APP_SHELVES="many", APP_DISCOUNT="half", APP_PASSWORD="xyzzy")
        self.assertEqual((code, output), (2, ""))
        name = os.path.basename(SITE)
        self.assertEqual(errors,
                         "APP_SHELVES in the environment: error: shelves: 'many' is not a whole number from 0 on\n"
                         "APP_DISCOUNT in the environment: error: discount: 'half' is not a number; write one such as "
                         "12, 0.25 or 1e-3\n"
                         f"{name}: --shelves: 'few' is not a whole number from 0 on\n")

    def test_the_application_checks_its_options(self):
        self.assertEqual(ended("--discount", "2"),
                         (2, "", f"{os.path.basename(SITE)}: discount must be at most 1\n"))

    def test_an_option_that_is_not_there(self):
        code, _, errors = ended("--databse=x")
        self.assertEqual(code, 2)
        self.assertIn("there is no option --databse; did you mean --database?", errors)

    def test_two_options_of_one_name_are_the_authors_mistake(self):
        code, _, errors = ended(SITE="clash")
        self.assertEqual(code, 1)
        self.assertRegex(errors, r"the application's option 'bind' \('What books are made with\.'\) has the name of "
                                 r"another option \('Address to listen on: [^\n]*'\); give it a name of its own\n\Z")

    def test_another_name_that_hides_an_option_is_the_authors_mistake(self):
        code, _, errors = ended(SITE="alias")
        self.assertEqual(code, 1)
        self.assertRegex(errors, r"the option 'bind' \('Address to listen on: [^\n]*'\) cannot be set, because its name is "
                                 r"another name of the option 'database'; leave that alias out\n\Z")

    def test_options_that_throw_are_one_line(self):
        name = os.path.basename(SITE)
        for site, message in (("mute", "nothing to say"), ("throw in check", "no ***")):
            self.assertEqual(ended(SITE=site, APP_PASSWORD="xyzzy"),
                             (1, "", f"{name}: the options of the application cannot be used: {message}\n"))

    def test_a_flag_that_is_turned_off_takes_no_value(self):
        self.assertIn("--no-debug takes no value; write --no-debug alone",
                      ended("--no-debug=1")[2])

    def test_no_message_shows_a_secret(self):
        self.assertIn("'***' is too short", ended("--password", "xyzzy", SITE="quote in check")[2])
        self.assertIn("cannot start: no ***\n", ended(SITE="throw in site", APP_PASSWORD="xyzzy")[2])
        self.assertIn("'***' is not a whole number", ended("--password=xyzzy", "--shelves=xyzzy")[2])
        self.assertIn("'***' is not a whole number", ended(APP_PASSWORD="xyzzy", APP_SHELVES="xyzzy")[2])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "shop.ini")
            pathlib.Path(path).write_text("[app:main]\npassword = xyzzy\nshelves = %(password)s\nuse = xyzzy\n"
                                          "[app:other]\npassword = xyzzy\nshelves = a xyzzy\n")
            for chosen, message in (("main", "there is no application '***'"), ("other", "'a ***' is not a whole")):
                errors = ended("--config", f"{path}#{chosen}", APP_PASSWORD="plugh")[2]
                self.assertIn(message, errors)
                self.assertNotIn("xyzzy", errors)

    def test_a_message_does_not_steer_the_terminal(self):
        self.assertIn(r"unexpected argument 'a\x1B[31m\x0Ab'", ended("a\x1b[31m\nb")[2])

    def test_a_name_that_no_command_line_can_have(self):
        code, _, errors = ended(SITE="odd name")
        self.assertEqual(code, 1)
        self.assertIn("'Tea-Pot' cannot be written on a command line; use lower-case letters, digits and _", errors)


class Help(unittest.TestCase):
    def test_lists_the_options_of_the_application_first_and_no_secret(self):
        code, output, errors = ended("--help", APP_SHELVES="many", APP_PASSWORD="xyzzy")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("--some-name by APP_SOME_NAME", output)
        self.assertIn(f"\nOptions of {os.path.basename(SITE)}:\n"
                      "  --database FILE  [shop.db]\n"
                      "      Where the teas are kept.\n"
                      "  --password TEXT\n"
                      "      What the bank asks for.\n"
                      "  --shelves N  [3]\n", output)
        self.assertLess(output.index("--database"), output.index("--bind"))
        self.assertNotIn(SECRET, output)
        self.assertNotIn("xyzzy", output)
        self.assertEqual(ended("-h"), (0, output, ""))


if __name__ == "__main__":
    unittest.main()
