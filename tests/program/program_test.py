#!/usr/bin/env python3
"""Tests the program from the outside, as an operator uses it: how it starts, serves, ends and reports mistakes.

    program_test.py PROGRAM SITE    runs every test; PROGRAM is build/PRESET/mastic, and SITE is the
                                    program that is built from site.cc

Over 500 lines because all tests start a process, wait for it and end it in the same few ways.
"""

import contextlib
import http.client
import json
import os
import pathlib
import pty
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM, SITE = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))


@contextlib.contextmanager
def serving(directory, *options, log=None):
    """Starts a server on a free port and yields its process and the port. It logs to the file `log`, if given."""
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
    """Calls `look` until it returns something true, and returns that; fails after 20 seconds."""
    deadline = time.monotonic() + 20
    while not (seen := look()):
        assert time.monotonic() < deadline, "the condition did not become true within 20 s"
        time.sleep(0.005)
    return seen


def text_of(path):
    """The complete lines of a file; empty while the file does not exist."""
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

    def test_writes_an_access_log_that_clients_cannot_forge(self):
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


class Inheriting(unittest.TestCase):
    """A program that inherits a listening socket, from systemd or from a supervisor that restarts it."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        (self.root / "hello.txt").write_text("hello\n")

    def start(self, listener):
        """Starts a server, and returns its process and its first line once it serves."""
        number = listener.fileno()
        process = subprocess.Popen([PROGRAM, "serve", self.root, "--bind", f"fd:{number}"], pass_fds=[number],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process, process.stderr.readline()

    def end(self, process):
        process.terminate()
        self.assertEqual(process.wait(timeout=20), 0)

    def test_serves_clients_that_connected_before_it_started(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            client = socket.create_connection(("127.0.0.1", port), timeout=20)
            client.sendall(b"GET /hello.txt HTTP/1.0\r\n\r\n")
            process, line = self.start(listener)
            self.assertIn(f"http://127.0.0.1:{port}/", line)
            self.assertIn(b"200 OK", client.recv(1000))
            client.close()
            self.end(process)

    def test_leaves_a_unix_socket_where_it_was(self):
        path = self.root / "socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            process, line = self.start(listener)
            self.assertIn(f"unix:{path}", line)
            self.end(process)
            self.assertTrue(path.is_socket())

    def test_refuses_no_client_while_it_restarts(self):
        with socket.create_server(("127.0.0.1", 0), backlog=1000) as listener:
            port = listener.getsockname()[1]
            stop, faults, served = threading.Event(), [], [0, 0, 0]

            def ask(number):
                while not stop.is_set():
                    try:
                        _, content = get(port, "/hello.txt")
                        served[number] += 1
                        if content != b"hello\n":
                            faults.append(content)
                    except (OSError, http.client.HTTPException) as error:
                        faults.append(error)

            def wait_for_answers():
                enough = [count + 20 for count in served]
                wait_for(lambda: faults or all(now >= then for now, then in zip(served, enough)))

            clients = [threading.Thread(target=ask, args=[number]) for number in range(len(served))]
            process, _ = self.start(listener)
            for client in clients:
                client.start()
            for overlap in (True, False, True, False):
                wait_for_answers()
                if overlap:  # the next process starts before this one ends
                    after, _ = self.start(listener)
                    self.end(process)
                else:  # for a while no process accepts, and the clients wait
                    self.end(process)
                    after, _ = self.start(listener)
                process = after
            wait_for_answers()
            stop.set()
            for client in clients:
                client.join()
            self.end(process)
            self.assertEqual(faults, [])

    def test_says_what_the_descriptor_is_instead_of_a_socket(self):
        for number, words in ((0, "the descriptor is not a socket"), (999, "no such descriptor is open")):
            ended = subprocess.run([PROGRAM, "serve", self.root, "--bind", f"fd:{number}"], stdin=subprocess.DEVNULL,
                                   capture_output=True, text=True, timeout=20)
            self.assertEqual(ended.returncode, 1)
            self.assertIn(f"cannot listen on fd:{number}: ", ended.stderr)
            self.assertIn(words, ended.stderr)


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

    def test_json_is_one_object_per_line(self):
        with serving(self.root, "--log-format", "json", log=self.log) as (process, port):
            self.end(process)
        messages = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.assertEqual(list(messages[0]), ["time", "level", "logger", "message"])
        self.assertIn(f"127.0.0.1:{port}", messages[0]["message"])
        self.assertEqual(messages[-1]["message"], "ended")

    def test_leaves_out_messages_below_the_level(self):
        path = self.root / "socket"
        process = subprocess.Popen([PROGRAM, "serve", self.root, "--bind", f"unix:{path}", "--log-level", "warning",
                                    "--log-level", "app=debug"], stderr=subprocess.PIPE, text=True)
        wait_for(path.exists)
        self.end(process)
        self.assertEqual(process.communicate()[1], "")

    def test_uses_colours_on_terminals_without_NO_COLOR(self):
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

    def test_SIGHUP_reopens_the_logs_and_ends_nothing(self):
        with serving(self.root, log=self.log) as (process, port):
            self.log.rename(self.rotated)
            process.send_signal(signal.SIGHUP)
            self.assertIn("SIGHUP", wait_for(lambda: text_of(self.log)))
            self.assertEqual(get(port, "/")[0].status, 404)
            self.end(process)
        self.assertIn("ended", self.log.read_text())

    def test_rejected_requests_are_in_the_access_log(self):
        with serving(self.root, "--access-log", "combined", "--access-log-file", str(self.log)) as (process, port):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                self.assertIn(b"400", client.recv(1000))
            self.end(process)
        self.assertRegex(self.log.read_text(), r'^127\.0\.0\.1 - - \[[^]]+\] "-" 400 \d+ "-" "-" 0\n$')


def full_pipe():
    """A pipe whose buffer is full, as a pair of its reader and its writer."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 65536)
    os.set_blocking(writer, True)
    return os.fdopen(reader, "rb"), os.fdopen(writer, "wb")


class Site(unittest.TestCase):
    """Runs the program or the site on a Unix socket, so that no test has to read a port from the log."""

    environment = {}

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.socket = self.root / "socket"

    def begin(self, *options, words="", program=None, **how):
        """Starts the site, or `program`. `words` tells the site what to do (site.cc)."""
        process = subprocess.Popen([*(program or [SITE]), "--bind", f"unix:{self.socket}", *options], cwd=self.root,
                                   env={**os.environ, "SITE": words, **self.environment}, **how)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def connect(self):
        """Connects as soon as the server listens."""
        def try_to():
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(20)
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                client.connect(str(self.socket))
                return client
            client.close()
        return wait_for(try_to)

    def ask(self, target="/"):
        """Sends a GET request and returns the content of its answer; empty when there is none."""
        received = b""
        with self.connect() as client, contextlib.suppress(ConnectionError):
            client.sendall(f"GET {target} HTTP/1.0\r\n\r\n".encode())
            while piece := client.recv(65536):
                received += piece
        return received.partition(b"\r\n\r\n")[2].decode()

    def expect_end(self, process, code, number=signal.SIGTERM):
        if number:
            process.send_signal(number)
        self.assertEqual(process.wait(timeout=20), code)


class Ending(Site):
    """A signal ends the program in time, whatever hangs."""

    def test_although_its_log_is_not_read(self):
        for options in ((), ("--access-log", "json", "--access-log-file", "/dev/stderr")):
            with self.subTest(options):
                reader, writer = full_pipe()
                process = self.begin("--drain-timeout", "200ms", *options, stderr=writer)
                self.assertEqual(self.ask(), "here\n")
                self.expect_end(process, 0)
                reader.close(), writer.close()

    def test_although_its_access_log_is_not_read(self):
        reader, writer = full_pipe()
        process = self.begin("--access-log", "json", "--drain-timeout", "200ms", stdout=writer,
                             stderr=subprocess.PIPE)
        self.assertEqual(self.ask(), "here\n")
        self.expect_end(process, 0)
        reader.close(), writer.close()

    def test_although_its_log_is_a_fifo_without_a_reader(self):
        for option in (("--log-file",), ("--access-log", "json", "--access-log-file")):
            with self.subTest(option):
                fifo = self.root / "fifo"
                os.mkfifo(fifo)
                process = self.begin(*option, fifo, stderr=subprocess.PIPE)
                self.assertEqual(self.ask(), "here\n")
                process.send_signal(signal.SIGHUP)
                self.assertEqual(self.ask(), "here\n")
                self.expect_end(process, 0)
                fifo.unlink()

    def test_although_its_log_became_a_fifo_without_a_reader(self):
        log = self.root / "log"
        process = self.begin("--log-file", log)
        wait_for(lambda: text_of(log))
        log.unlink()
        os.mkfifo(log)
        process.send_signal(signal.SIGHUP)
        self.assertEqual(self.ask(), "here\n")
        self.expect_end(process, 0)

    def test_although_its_disk_is_full(self):
        process = self.begin("--log-file", "/dev/full", "--access-log", "json", "--access-log-file", "/dev/full")
        self.assertEqual(self.ask(), "here\n")
        self.expect_end(process, 0)

    def test_although_its_files_have_reached_their_limit(self):
        log = self.root / "log"
        process = self.begin("--log-file", log,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20)))
        self.assertEqual(self.ask(), "here\n")
        self.expect_end(process, 0)
        self.assertEqual(log.stat().st_size, 20)

    def test_at_once_at_the_second_signal_although_its_log_is_not_read(self):
        reader, writer = full_pipe()
        process = self.begin("--drain-timeout", "1h", stderr=writer)
        threads = []
        self.hang_in_a_handler(threads)
        process.terminate()
        wait_for(lambda: not self.socket.exists())
        self.expect_end(process, 3)
        threads[0].join()
        reader.close(), writer.close()

    def test_in_time_although_signals_keep_coming(self):
        for words, hang in (("", b"GET /hang HTTP/1.0\r\n\r\n"), ("socket-server", b"hang\n")):
            with self.subTest(words):
                process = self.begin("--drain-timeout", "1h", words=words, stderr=subprocess.PIPE)
                with self.connect() as client:
                    client.sendall(hang)
                    wait_for((self.root / "hangs").exists)
                    wait_for(lambda: process.terminate() or process.poll() is not None)
                self.expect_end(process, 3, number=None)
                (self.root / "hangs").unlink()
                self.socket.unlink(missing_ok=True)

    def test_gracefully_at_the_first_signal_although_it_drains_already_for_lost_threads(self):
        log = self.root / "log"
        process = self.begin("--log-file", log, "--recycle-if-lost-over", "1", "--hung-after", "10ms",
                             "--cancel-after", "10ms", "--abandon-after", "10ms", "--drain-timeout", "1h")
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(self.ask("/wait")))
        waiting.start()
        for _ in range(2):
            self.ask("/hang")
        wait_for(lambda: "too many threads are lost" in text_of(log))
        process.terminate()
        wait_for(lambda: "signal" in text_of(log))
        (self.root / "go").touch()
        waiting.join()
        self.assertEqual(answers, ["gone\n"])
        self.expect_end(process, 75, None)

    def hang_in_a_handler(self, threads):
        threads.append(threading.Thread(target=self.ask, args=["/hang"]))
        threads[0].start()
        wait_for((self.root / "hangs").exists)

    def test_while_the_site_hangs_in_its_construction_or_start(self):
        for word in ("make-hangs", "start-hangs"):
            with self.subTest(word):
                process = self.begin(words=word, stderr=subprocess.PIPE, text=True)
                wait_for((self.root / "hangs").exists)
                self.expect_end(process, -signal.SIGTERM)
                self.assertIn("the start has not completed in time; exiting anyway", process.stderr.read())
                (self.root / "hangs").unlink()

    def test_while_a_hook_or_a_destructor_hangs(self):
        for word in ("stop-hangs", "destructor-hangs"):
            with self.subTest(word):
                # Longer than the log takes to be written, or the process exits before the destructors.
                process = self.begin("--drain-timeout", "2s", words=word, stderr=subprocess.PIPE, text=True)
                self.assertEqual(self.ask(), "here\n")
                self.expect_end(process, 3)
                self.assertRegex(process.stderr.read(), "a hook or a destructor.*has not returned in time; exiting anyway")

    def test_although_the_site_had_threads_before(self):
        for words in ("", "ready-made"):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(words=words, number=number):
                    process = self.begin(words=words, stderr=subprocess.PIPE)
                    self.assertEqual(self.ask(), "here\n")
                    process.send_signal(signal.SIGHUP)
                    self.assertEqual(self.ask(), "here\n")
                    self.expect_end(process, 0, number)

    def test_and_its_child_processes_are_ended_by_signals_too(self):
        process = self.begin(stderr=subprocess.PIPE)
        for name in ("TERM", "HUP", "INT", "PIPE", "XFSZ"):
            number = getattr(signal, f"SIG{name}")
            self.assertEqual(int(self.ask(f"/child/{name}")) & 0x7f, number, name)
        self.expect_end(process, 0)

    def test_works_for_a_socket_server_too(self):
        reader, writer = full_pipe()
        for code, lines in ((0, b"hello\n"), (3, b"hello\nhang\n")):
            with self.subTest(lines):
                process = self.begin(words="socket-server", stderr=writer)
                with self.connect() as client:
                    client.sendall(lines)
                    self.assertEqual(client.recv(6), b"hello\n")
                    if b"hang" in lines:
                        wait_for((self.root / "hangs").exists)
                    self.expect_end(process, code)
        reader.close(), writer.close()

    def test_works_for_the_program_too(self):
        reader, writer = full_pipe()
        process = self.begin("--drain-timeout", "200ms", stderr=writer, program=[PROGRAM, "serve", self.root])
        (self.root / "file").write_text("content")
        self.assertEqual(self.ask("/file"), "content")
        self.expect_end(process, 0)
        reader.close(), writer.close()

    def test_while_its_help_or_an_error_waits_for_a_reader(self):
        for words, stream in ((("--help",), "stdout"), (("--no-such-option",), "stderr")):
            with self.subTest(words):
                reader, writer = full_pipe()
                process = self.begin(*words, **{stream: writer})
                self.expect_end(process, -signal.SIGTERM)
                reader.close(), writer.close()


class Making(Site):
    """The site is made only when there is something to serve, and its exceptions are reported in one line."""

    def test_is_skipped_for_help_and_for_a_mistake(self):
        for words, code in ((("--help",), 0), (("--version",), 0), (("--no-such-option",), 2), (("--loops", "many"), 2)):
            process = self.begin(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.expect_end(process, code, number=None)
            self.assertEqual(list(self.root.iterdir()), [], words)

    def test_is_skipped_for_help_although_the_options_contradict_each_other(self):
        process = self.begin("--access-log-file", "x", "--help", stdout=subprocess.PIPE, text=True)
        self.expect_end(process, 0, number=None)
        self.assertIn("--access-log-file", process.stdout.read())
        self.assertEqual(list(self.root.iterdir()), [])

    def test_is_skipped_when_the_help_cannot_be_printed(self):
        for program in ([SITE, "--help"], [SITE, "--version"], [PROGRAM, "--help"], [PROGRAM, "serve", "--help"]):
            with open("/dev/full", "w") as full:
                ended = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(ended.returncode, 1, program)
            self.assertIn("standard output cannot be written", ended.stderr)

    def test_reports_an_exception_and_ends_with_1(self):
        log = self.root / "log"
        for options in ((), ("--log-file", log)):
            process = self.begin(*options, words="make-throws", stderr=subprocess.PIPE, text=True)
            self.expect_end(process, 1, number=None)
            said = process.stderr.read()
            self.assertRegex(said, "error server: cannot start: no database at db.example\n$")
            self.assertEqual(said.count("\n"), 1)
        self.assertIn("no database at db.example", log.read_text())


class Crashing(Site):
    """A crash is reported with its request and its place; then the process ends by the signal, as it would have."""

    # AddressSanitizer must not handle these signals itself.
    environment = {"ASAN_OPTIONS": "use_sigaltstack=0:" + ":".join(
        f"handle_{name}=0" for name in ("segv", "sigbus", "sigfpe", "sigill", "abort"))}

    def crash(self, target, *options, code=-signal.SIGSEGV, words=""):
        """Makes the site crash, and returns what it writes to standard error."""
        process = self.begin(*options, words=words, stderr=subprocess.PIPE, text=True)
        if target:
            self.assertEqual(self.ask(target), "")
        self.expect_end(process, code, number=None)
        return process.stderr.read()

    def test_by_each_signal(self):
        for how, number in (("segv", signal.SIGSEGV), ("call", signal.SIGSEGV), ("fpe", signal.SIGFPE),
                            ("ill", signal.SIGILL), ("abort", signal.SIGABRT), ("terminate", signal.SIGABRT),
                            ("overflow", signal.SIGSEGV)):
            with self.subTest(how):
                said = self.crash(f"/crash/{how}?page=2&token=secret", code=-number)
                self.assertRegex(said, rf" error server: crashed by {number.name}\b.*: GET "
                                       rf"/crash/{how}\?page=2&token=\*\*\*  id=[a-z0-9]{{13}} route=/crash/{{how}}\n")
                self.assertRegex(said, r" error server: #\d+ \S*/program_site\+0x[0-9a-f]+  id=\w+\n")

    def test_says_why(self):
        self.assertIn("by std::terminate, for no way on", self.crash("/crash/terminate", code=-signal.SIGABRT))
        self.assertIn("(stack overflow)", self.crash("/crash/overflow"))
        self.assertIn("SIGSEGV at 0x0,", self.crash("/crash/segv"))

    def test_on_every_kind_of_thread_that_runs_handlers(self):
        for place in ("blocking", "task", "worker"):
            for how in ("segv", "overflow"):
                with self.subTest(place=place, how=how):
                    said = self.crash(f"/{place}/crash/{how}")
                    self.assertRegex(said, rf": GET /{place}/crash/{how}  id=\w+ route=/{place}/crash/{{how}}\n")
        self.assertRegex(self.crash("/below/crash/segv"), r"  id=\w+ route=/below/crash/{how}\n")

    def test_without_a_request(self):
        self.assertRegex(self.crash("/thread/crash/segv"), r"crashed by SIGSEGV at 0x0, in thread \d+ \(importer\)\n")
        self.assertIn("(importer)\n", self.crash("/thread/crash/overflow"))
        self.assertIn(": the background task 'restock'\n", self.crash(None, words="background-crashes"))
        self.assertIn("crashed by SIGSEGV at 0x0, in thread", self.crash(None, words="make-crashes"))

    def test_in_a_socket_server(self):
        process = self.begin(words="socket-server", stderr=subprocess.PIPE, text=True)
        with self.connect() as client:
            client.sendall(b"crash\n")
            self.expect_end(process, -signal.SIGSEGV, number=None)
        self.assertIn("crashed by SIGSEGV at 0x0, in thread", process.stderr.read())

    def test_names_addresses_that_addr2line_understands(self):
        said = self.crash("/crash/segv")
        module, offset = re.search(r"#0 (\S+)\+(0x[0-9a-f]+)", said).groups()
        told = subprocess.run(["addr2line", "-Cfe", module, offset], capture_output=True, text=True).stdout
        self.assertRegex(told, r"crash\(.*\n.*site\.cc:\d+")

    def test_is_reported_in_the_log_file_too(self):
        log = self.root / "log"
        self.crash("/crash/segv", "--log-file", log, "--log-format", "json")
        crash = next(record for line in log.read_text().splitlines()
                     if "crashed" in (record := json.loads(line))["message"])
        self.assertEqual(crash["route"], "/crash/{how}")
        self.assertEqual((crash["level"], crash["logger"]), ("error", "server"))

    def test_although_standard_error_is_not_read(self):
        reader, writer = full_pipe()
        process = self.begin(stderr=writer)
        self.assertEqual(self.ask("/crash/segv"), "")
        self.expect_end(process, -signal.SIGSEGV, number=None)
        reader.close(), writer.close()

    def test_calls_the_earlier_handler_of_the_signal(self):
        said = self.crash("/crash/segv", code=42, words="own-reporter")
        self.assertIn("crashed by SIGSEGV", said)
        self.assertTrue(said.endswith("a reporter of its own\n"), said)


class Poor(Site):
    """When the system refuses something, the program serves without it or reports it in one line."""

    # LeakSanitizer needs a thread, too, and would report that it gets none.
    environment = {"ASAN_OPTIONS": "detect_leaks=0"}

    def test_without_standard_streams(self):
        process = self.begin("--access-log", "json",
                             preexec_fn=lambda: [os.close(stream) for stream in (0, 1, 2)])
        self.assertEqual(self.ask(), "here\n")
        for stream in (0, 1, 2):
            self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{stream}"), "/dev/null")
        self.expect_end(process, 0)

    @unittest.skipIf(os.getuid() != 0, "must run as root, to become another user")
    def test_without_the_threads_it_needs(self):
        os.chmod(self.root, 0o777)
        lines = set()
        for threads in range(1, 20):
            def become_another():
                resource.setrlimit(resource.RLIMIT_NPROC, (threads, threads))
                os.setgid(64321)
                os.setuid(64321)  # a user without any other process
            process = self.begin("--loops", "2", words="no-threads", stderr=subprocess.PIPE, text=True,
                                 preexec_fn=become_another)
            said = wait_for(lambda: process.stderr.readline() or process.poll())
            if "is served on" in said:
                self.assertEqual(self.ask(), "here\n")
                self.expect_end(process, 0)
                break
            self.expect_end(process, 1, number=None)
            self.assertRegex(said, "cannot start a thread; raise the limit.*: Resource temporarily unavailable\n$")
            self.assertEqual(process.stderr.read(), "")
            lines.add(threads)
        self.assertGreater(len(lines), 2, "the threads of the log, of signals and of loops must each fail once")
        self.assertLess(threads, 19, "with enough threads it serves")


class Mistakes(unittest.TestCase):
    """Each mistake is reported in one line that names it and the remedy."""

    def expect(self, code, pattern, *words):
        ended = run(*words)
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertRegex(ended.stderr, pattern)

    def test_a_wrong_command_or_option(self):
        self.expect(2, "no command 'serv'.*'serve'", "serv")
        self.expect(2, "--listng.*--listing", "serve", "/tmp", "--listng")
        self.expect(2, "no site given", "serve")
        self.expect(2, "one directory is served", "serve", "/tmp", "/usr")

    def test_a_wrong_value(self):
        self.expect(2, "--loops.*many", "serve", "/tmp", "--loops", "many")
        self.expect(2, "--header-timeout.*soon", "serve", "/tmp", "--header-timeout", "soon")
        self.expect(2, "--log-level.*loud.*LOGGER=LEVEL", "serve", "/tmp", "--log-level", "loud")
        self.expect(2, "--log-format.*xml.*json", "serve", "/tmp", "--log-format", "xml")
        self.expect(2, "--bind.*nowhere|nowhere.*HOST:PORT", "serve", "/tmp", "--bind", "nowhere")

    def test_a_value_that_cannot_work(self):
        self.expect(2, "--max-connections", "serve", "/tmp", "--max-connections", "0")
        self.expect(2, "--write-low-bytes", "serve", "/tmp", "--write-low-bytes", "1M")
        self.expect(2, "--header-timeout", "serve", "/tmp", "--header-timeout", "0s")
        self.expect(2, "--index", "serve", "/tmp", "--index", "../x")
        self.expect(2, "--cache-control", "serve", "/tmp", "--cache-control", "a\nb")
        self.expect(2, "--access-log", "serve", "/tmp", "--access-log-file", "/tmp/x")
        self.expect(2, "over 65535", "serve", "/tmp", "--bind", "127.0.0.1:65536")

    def test_a_directory_that_cannot_be_served(self):
        self.expect(1, "/no/such/place.*No such file", "serve", "/no/such/place")
        self.expect(1, "/dev/null.*not a regular file", "serve", "/dev/null")

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
        self.assertRegex(run("--help").stdout, r"\n  serve +serve a site")
        self.assertIn("--max-header-bytes SIZE", run("serve", "--help").stdout)
        self.assertRegex(run("--version").stdout, r"^mastic \d+\.\d+\.\d+ \(.*\)\n$")


if __name__ == "__main__":
    unittest.main()
