#!/usr/bin/env python3
"""Clients of other projects, as people use them: curl and wget against a site of files and uploads.

    interop_test.py SITE        SITE is what site.cc makes
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SITE = os.path.abspath(sys.argv.pop(1))
LARGE = os.urandom(3 << 20)
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent"}  # no settings of the user


class Clients(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.here = pathlib.Path(folder.name)
        self.files = self.here / "files"
        self.files.mkdir()
        (self.files / "large").write_bytes(LARGE)
        (self.files / "page.html").write_text('<a href="below/other.html">other</a>')
        (self.files / "below").mkdir()
        (self.files / "below" / "other.html").write_text('<a href="../large">large</a>')
        self.socket = self.here / "socket"
        self.server = subprocess.Popen([SITE, self.files, "--bind", "127.0.0.1:0", "--bind", f"unix:{self.socket}"],
                                       stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.origin = re.search(r"http://127\.0\.0\.1:\d+", self.server.stderr.readline())[0]

    def end(self):
        self.server.terminate()
        self.server.communicate(timeout=30)
        self.assertEqual(self.server.returncode, 0)

    def run_in_folder(self, *words):
        return subprocess.run(words, cwd=self.here, env=ENVIRONMENT, capture_output=True, timeout=60)

    def curl(self, target, *options):
        """What it wrote to its output, which ends with the status code."""
        run = self.run_in_folder("curl", "--silent", "--show-error", "--write-out", "%{http_code}", *options,
                                 self.origin + target)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def wget(self, target, *options):
        run = self.run_in_folder("wget", "--no-verbose", *options, self.origin + target)
        self.assertEqual(run.returncode, 0, run.stderr)


class Curl(Clients):
    def test_downloads_with_every_version_that_it_knows(self):
        for version in ("--http1.0", "--http1.1", "--http2"):  # the last asks to upgrade, and need not be heeded
            with self.subTest(version):
                self.assertEqual(self.curl("/large", version), LARGE + b"200")

    def test_continues_a_download(self):
        (self.here / "copy").write_bytes(LARGE[:1 << 20])
        self.assertEqual(self.curl("/large", "--continue-at", "-", "--output", "copy"), b"206")
        self.assertEqual((self.here / "copy").read_bytes(), LARGE)

    def test_asks_for_several_ranges(self):
        self.assertIn(b"multipart/byteranges", self.curl("/large", "--range", "0-9,20-29", "--include"))

    def test_does_not_download_again_what_it_has(self):
        self.assertEqual(self.curl("/large", "--etag-save", "tag", "--output", "copy"), b"200")
        self.assertEqual(self.curl("/large", "--etag-compare", "tag"), b"304")
        self.assertEqual(self.curl("/large", "--time-cond", "copy"), b"304")

    def test_uploads_with_a_length_and_in_chunks(self):
        (self.here / "upload").write_bytes(LARGE)
        for name, fields in {"sized": [], "chunked": ["--header", "Transfer-Encoding: chunked"]}.items():
            with self.subTest(name):
                self.assertEqual(self.curl(f"/uploads/{name}", "--upload-file", "upload", *fields), b"201")
                self.assertEqual((self.files / name).read_bytes(), LARGE)

    def test_waits_for_100_before_it_uploads(self):
        (self.here / "upload").write_bytes(LARGE)
        answer = self.curl("/uploads/waited", "--upload-file", "upload", "--header", "Expect: 100-continue",
                           "--expect100-timeout", "50", "--include", "--max-time", "40")
        self.assertRegex(answer, rb"^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n")

    def test_is_told_before_it_uploads_what_will_not_be_taken(self):
        with open(self.here / "huge", "wb") as file:
            file.truncate(65 << 20)
        answer = self.curl("/uploads/huge", "--upload-file", "huge", "--header", "Expect: 100-continue",
                           "--expect100-timeout", "50", "--max-time", "40", "--output", os.devnull)
        self.assertEqual(answer, b"413")
        self.assertFalse((self.files / "huge").exists())

    def test_sends_a_form(self):
        self.assertEqual(self.curl("/form", "--data-urlencode", "name=Ana & Bo"), b"hello Ana & Bo200")

    def test_asks_many_things_over_one_connection(self):
        urls = [f"{self.origin}/page.html"] * 50
        run = self.run_in_folder("curl", "--silent", "--write-out", "%{stderr}%{num_connects} ", *urls)
        self.assertEqual(sum(int(number) for number in run.stderr.split()), 1)

    def test_asks_for_many_things_at_once(self):
        urls = [word for number in range(30) for word in ("--output", f"{number}", f"{self.origin}/large")]
        self.assertEqual(self.run_in_folder("curl", "--silent", "--parallel", *urls).returncode, 0)
        for number in range(30):
            self.assertEqual((self.here / f"{number}").read_bytes(), LARGE)

    def test_connects_to_a_unix_socket(self):
        self.assertEqual(self.curl("/large", "--unix-socket", str(self.socket)), LARGE + b"200")

    def test_learns_the_head_alone(self):
        self.assertIn(b"Content-Length: %d\r\n" % len(LARGE), self.curl("/large", "--head"))


class Wget(Clients):
    def test_mirrors_a_site(self):
        self.wget("/page.html", "--recursive", "--level", "5", "--no-host-directories", "--directory-prefix", "mirror")
        for name in ("page.html", "below/other.html", "large"):
            self.assertEqual((self.here / "mirror" / name).read_bytes(), (self.files / name).read_bytes())

    def test_continues_a_download(self):
        (self.here / "large").write_bytes(LARGE[:2 << 20])
        self.wget("/large", "--continue")
        self.assertEqual((self.here / "large").read_bytes(), LARGE)

    def test_does_not_download_again_what_is_no_newer(self):
        self.wget("/large", "--timestamping")
        before = (self.here / "large").stat()
        self.wget("/large", "--timestamping")
        self.assertEqual((self.here / "large").stat(), before)


if __name__ == "__main__":
    unittest.main()
