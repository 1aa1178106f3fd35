#!/usr/bin/env python3
"""Tests the program that the README shows, from the outside.    readme_test.py PROGRAM"""

import json
import re
import subprocess
import sys
import unittest
import urllib.request

PROGRAM = sys.argv.pop(1)


class Teas(unittest.TestCase):
    def setUp(self):
        self.process = subprocess.Popen([PROGRAM, "--bind", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.process.communicate)
        self.addCleanup(self.process.kill)
        found = re.search(r"http://127\.0\.0\.1:\d+", self.process.stderr.readline())
        self.assertIsNotNone(found, "no URL in the first line that the program prints")
        self.url = found[0]

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def test_answers_as_the_readme_says(self):
        self.assertEqual(self.get("/hi/Ada"), "Hello, Ada!\n")
        self.assertEqual(json.loads(self.get("/teas")),
                         [{"name": "Assam", "minutes": 4}, {"name": "Sencha", "minutes": 2}])
        self.assertIn("Threads", self.get("/threads/"))

    def test_answers_others_while_a_report_is_made(self):
        report = subprocess.Popen(
            [sys.executable, "-c", "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read())",
             self.url + "/report"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(report.communicate)
        while "/report" not in self.get("/threads/"):  # until the server has it
            self.assertIsNone(report.poll(), "the report was made before the page showed it")
        self.assertEqual(self.get("/hi/Ada"), "Hello, Ada!\n")
        self.assertIsNone(report.poll(), "the greeting waited for the report")
        self.assertIn("All pots were washed.", report.communicate(timeout=20)[0])


if __name__ == "__main__":
    unittest.main()
