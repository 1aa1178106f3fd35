#!/usr/bin/env python3
"""The program as an operator meets it: starts, serves, ends; and says what is wrong in one line.

    program_test.py PROGRAM     runs every test; the program is build/PRESET/mastic
"""

import contextlib
import http.client
import json
import os
import pathlib
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv.pop(1)


@contextlib.contextmanager
def serving(directory, *options, log=None):
    """A server on a port of its own; yields its process and the port. `log`: the file it logs to."""
    if log:
        options += ("--log-file", str(log))
    process = subprocess.Popen([PROGRAM, "serve", directory, "--bind", "127.0.0.1:0", *options],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = wait_for(lambda: text_of(log)) if log else process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, f"no URL in the start-up line: {line!r}"
        yield process, int(found.group(1))
    finally:
        process.kill()
        process.communicate()


def wait_for(look):
    """What `look` returns, as soon as that is something."""
    deadline = time.monotonic() + 20
    while not (seen := look()):
        assert time.monotonic() < deadline, "waited for 20 s in vain"
        time.sleep(0.005)
    return seen


def text_of(path):
    """The whole lines of a file; none while it is not there."""
    with contextlib.suppress(FileNotFoundError):
        return re.sub(r"[^\n]+\Z", "", path.read_text())
    return ""


def get(port, target, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", target, headers=fields)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=20)


class Serving(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        (self.root / "hello.txt").write_text("hello\n")

    def test_serves_and_ends_with_0_at_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with serving(self.root) as (process, port):
                answer, content = get(port, "/hello.txt")
                self.assertEqual((answer.status, content), (200, b"hello\n"))
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=20), 0)

    def test_answers_what_is_under_way_when_it_ends(self):
        (self.root / "large").write_bytes(os.urandom(8 << 20))
        with serving(self.root) as (process, port):
            client = socket.create_connection(("127.0.0.1", port), timeout=20)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            received = client.recv(1000)
            process.terminate()
            while piece := client.recv(65536):
                received += piece
            client.close()
            self.assertEqual(received.partition(b"\r\n\r\n")[2], (self.root / "large").read_bytes())
            self.assertEqual(process.wait(timeout=20), 0)

    def test_writes_an_access_log_that_nobody_can_forge(self):
        log = self.root / "access.log"
        with serving(self.root, "--access-log", "combined", "--access-log-file", str(log)) as (process, port):
            get(port, "/hello.txt", **{"User-Agent": 'a "quote"\\'})
            process.terminate()
            process.wait(timeout=20)
        self.assertRegex(log.read_text(),
                         r'^127\.0\.0\.1 - - \[[^]]+\] "GET /hello\.txt HTTP/1\.1" 200 6 "-" "a \\x22quote\\x22\\x5C" \d+\n$')

    def test_serves_a_unix_socket_too(self):
        path = self.root / "socket"
        with serving(self.root, "--bind", f"unix:{path}"):
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(20)
            client.connect(str(path))
            client.sendall(b"GET /hello.txt HTTP/1.0\r\n\r\n")
            self.assertIn(b"200 OK", client.recv(1000))
            client.close()


class Logging(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.log = self.root / "log"
        self.rotated = self.root / "log.1"

    def end(self, process):
        process.terminate()
        self.assertEqual(process.wait(timeout=20), 0)

    def test_json_is_an_object_a_line(self):
        with serving(self.root, "--log-format", "json", log=self.log) as (process, port):
            self.end(process)
        messages = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.assertEqual(list(messages[0]), ["time", "level", "logger", "message"])
        self.assertIn(f"127.0.0.1:{port}", messages[0]["message"])
        self.assertEqual(messages[-1]["message"], "ended")

    def test_levels_leave_out_what_is_below_them(self):
        path = self.root / "socket"
        process = subprocess.Popen([PROGRAM, "serve", self.root, "--bind", f"unix:{path}", "--log-level", "warning",
                                    "--log-level", "app=debug"], stderr=subprocess.PIPE, text=True)
        wait_for(path.exists)
        self.end(process)
        self.assertEqual(process.communicate()[1], "")

    def test_colours_are_for_terminals_that_want_them(self):
        for environment, expected in (({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)):
            with self.subTest(environment):
                ours, theirs = pty.openpty()
                process = subprocess.Popen([PROGRAM, "serve", self.root, "--bind", "127.0.0.1:0"], stderr=theirs,
                                           env={**os.environ, "NO_COLOR": "", **environment})
                os.close(theirs)
                line = os.read(ours, 1000)
                self.assertEqual(b"\x1b[32minfo\x1b[0m" in line, expected, line)
                self.end(process)
                os.close(ours)

    def test_the_access_log_follows_a_rotation_and_loses_no_line(self):
        with serving(self.root, "--access-log", "json", "--access-log-file", str(self.log)) as (process, port):
            get(port, "/before")
            wait_for(lambda: text_of(self.log))
            self.log.rename(self.rotated)
            asked = 1

            def ask_and_look():
                nonlocal asked
                get(port, "/after")
                asked += 1
                return text_of(self.log)
            wait_for(ask_and_look)
            self.end(process)
        lines = self.rotated.read_text().splitlines() + self.log.read_text().splitlines()
        self.assertEqual([json.loads(line)["target"] for line in lines], ["/before"] + ["/after"] * (asked - 1))

    def test_a_hang_up_opens_the_logs_anew_and_ends_nothing(self):
        with serving(self.root, log=self.log) as (process, port):
            self.log.rename(self.rotated)
            process.send_signal(signal.SIGHUP)
            self.assertIn("SIGHUP", wait_for(lambda: text_of(self.log)))
            self.assertEqual(get(port, "/")[0].status, 404)
            self.end(process)
        self.assertIn("ended", self.log.read_text())

    def test_what_the_server_refuses_is_in_the_access_log(self):
        with serving(self.root, "--access-log", "combined", "--access-log-file", str(self.log)) as (process, port):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                self.assertIn(b"400", client.recv(1000))
            self.end(process)
        self.assertRegex(self.log.read_text(), r'^127\.0\.0\.1 - - \[[^]]+\] "-" 400 \d+ "-" "-" 0\n$')


class Mistakes(unittest.TestCase):
    """Each gets one line that names it and the remedy."""

    def expect(self, code, pattern, *words):
        ended = run(*words)
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertRegex(ended.stderr, pattern)

    def test_a_wrong_command_or_option(self):
        self.expect(2, "no command 'serv'.*'serve'", "serv")
        self.expect(2, "--listng.*--listing", "serve", "/tmp", "--listng")
        self.expect(2, "which directory", "serve")
        self.expect(2, "one too many", "serve", "/tmp", "/usr")

    def test_a_wrong_value(self):
        self.expect(2, "--loops.*many", "serve", "/tmp", "--loops", "many")
        self.expect(2, "--header-timeout.*soon", "serve", "/tmp", "--header-timeout", "soon")
        self.expect(2, "--log-level.*loud.*LOGGER=LEVEL", "serve", "/tmp", "--log-level", "loud")
        self.expect(2, "--log-format.*xml.*json", "serve", "/tmp", "--log-format", "xml")
        self.expect(2, "--bind.*nowhere|nowhere.*HOST:PORT", "serve", "/tmp", "--bind", "nowhere")

    def test_values_that_could_not_work(self):
        self.expect(2, "--max-connections", "serve", "/tmp", "--max-connections", "0")
        self.expect(2, "--write-low-bytes", "serve", "/tmp", "--write-low-bytes", "1M")
        self.expect(2, "--header-timeout", "serve", "/tmp", "--header-timeout", "0s")
        self.expect(2, "--index", "serve", "/tmp", "--index", "../x")
        self.expect(2, "--cache-control", "serve", "/tmp", "--cache-control", "a\nb")
        self.expect(2, "--access-log", "serve", "/tmp", "--access-log-file", "/tmp/x")
        self.expect(2, "over 65535", "serve", "/tmp", "--bind", "127.0.0.1:65536")

    def test_a_directory_that_cannot_be_served(self):
        self.expect(1, "/no/such/place.*No such file", "serve", "/no/such/place")
        self.expect(1, "/etc/hostname.*[Dd]irectory", "serve", "/etc/hostname")

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.expect(1, f"127.0.0.1:{port}.*in use", "serve", "/tmp", "--bind", f"127.0.0.1:{port}")

    def test_a_log_that_cannot_be_opened(self):
        self.expect(1, "/no/such/log", "serve", "/tmp", "--bind", "127.0.0.1:0", "--access-log", "json",
                    "--access-log-file", "/no/such/log")
        self.expect(1, "/no/such/log.*--log-file", "serve", "/tmp", "--bind", "127.0.0.1:0",
                    "--log-file", "/no/such/log")


class Asking(unittest.TestCase):
    def test_help_and_version(self):
        self.assertIn("serve DIR", run("--help").stdout)
        self.assertIn("--max-header-bytes SIZE", run("serve", "--help").stdout)
        self.assertRegex(run("--version").stdout, r"^mastic \d+\.\d+\.\d+ \(.*\)\n$")


if __name__ == "__main__":
    unittest.main()
