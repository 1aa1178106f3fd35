#!/usr/bin/env python3
"""The pages of the examples in headless Chromium, as people use them.

    examples_test.py FOLDER [TEST...]     FOLDER is build/PRESET/examples

With MASTIC_PICTURES=FOLDER in the environment, each page is also photographed into that folder, light, dark and as on
a phone; docs/pictures has some of these.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

from chromium import Chromium

EXAMPLES = pathlib.Path(sys.argv.pop(1)).resolve()
PICTURES = os.environ.get("MASTIC_PICTURES")


class Server:
    """An example that serves, on a free port or on `port`."""

    def __init__(self, program, *options, port=0):
        self._command = [EXAMPLES / program, *options]
        self.start(port)

    def start(self, port=0):
        self._process = subprocess.Popen([*self._command, "--bind", f"127.0.0.1:{port}"],
                                         stderr=subprocess.PIPE, text=True)
        line = self._process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, f"no URL in the start-up line: {line!r}"
        self.origin, self.port = found[0], int(found[1])

    def stop(self):
        self._process.terminate()
        log = self._process.communicate(timeout=30)[1]
        assert self._process.returncode == 0, log


class PageTest(unittest.TestCase):
    program = None  # below EXAMPLES

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Chromium())

    def setUp(self):
        self.server = self.serve()
        self.addCleanup(lambda: self.server.stop())

    def serve(self, *options):
        return Server(self.program, *options)

    def open(self, path="/", **window):
        page = self.browser.open(self.server.origin + path, **window)
        self.addCleanup(page.close)
        return page

    def assert_looks_right(self, page, name):
        """Checks the page for faults, wide and narrow, and photographs it if asked to."""
        for suffix, width, height, dark in (("", 1280, 800, False), ("-dark", 1280, 800, True), ("-phone", 500, 900, False)):
            page.resize(width, height, dark)
            self.assertEqual(page.faults(), [], f"{name}{suffix}")
            if PICTURES:
                page.screenshot(pathlib.Path(PICTURES) / f"{name}{suffix}.png", whole=False)
        page.resize(1280, 800)


class Tour(PageTest):
    program = "06-tour/tour"

    def test_greets(self):
        page = self.open()
        page.wait_for_text("#greeting", "Hello, Ada.")
        page.type("#who", "<b>Grace</b>")
        page.press("Enter")
        page.wait_for_text("#greeting", "Hello, <b>Grace</b>.")
        page.click("#loud")
        page.wait_for_text("#greeting", "<b>Grace</b>!!!")
        page.wait_for_text("#route-list", "/api/greeting/{name}")
        self.assert_looks_right(page, "tour")

    def test_counts_down(self):
        page = self.open()
        page.click("#count")
        page.wait_for_text("#countdown", "10 9 8 7 6 5 4 3 2 1 lift-off")

    def test_shows_the_messages_of_a_form_beside_its_fields(self):
        page = self.open("/guestbook")
        page.type("#message", "Hi <there>")
        page.click("form button")
        page.wait_for_text("#name-wrong", "Who are you?")
        page.type("#name", "Ada")
        page.errors.clear()  # Chromium notes the status 422
        self.assert_looks_right(page, "guestbook")
        page.click("form button")
        page.wait_for_text("blockquote", "Hi <there>")


if __name__ == "__main__":
    unittest.main()
