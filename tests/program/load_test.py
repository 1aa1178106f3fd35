#!/usr/bin/env python3
"""Tests `mastic load` from the outside: against `mastic serve`, and against a server that misbehaves.

    load_test.py PROGRAM    PROGRAM is build/PRESET/mastic
"""

import contextlib
import json
import os
import pathlib
import pty
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from scripted_server import HEAD, RIGHT, Server, reset, sends

PROGRAM = os.path.abspath(sys.argv.pop(1))


def load(url, *options, code=0, timeout=60, **more):
    """Runs `mastic load --json` and returns the result and what it wrote to standard error."""
    ended = subprocess.run([PROGRAM, "load", url, "--json", *map(str, options)], capture_output=True, text=True,
                           timeout=timeout, **more)
    assert ended.returncode == code, (ended.returncode, ended.stdout, ended.stderr)
    return json.loads(ended.stdout), ended.stderr


class Loading(unittest.TestCase):
    def load(self, behaviour, *options, code=0):
        with Server(behaviour) as server:
            result, _ = load(server.url, "--connections", 2, *options, code=code)
        self.server = server
        return result

    def assert_failed(self, result, kind, text):
        self.assertEqual(list(result["failed"]), [kind], result)
        self.assertIn(text, result["failed"][kind]["first"])
        self.assertEqual(result["failed"][kind]["count"], result["failures"])


class RightAnswers(Loading):
    def test_sends_exactly_the_requests_that_are_asked_for_after_the_first_one(self):
        result = self.load(sends(RIGHT), "--requests", 100)
        self.assertEqual((result["answers"], result["failures"], result["reconnects"]), (100, 0, 0))
        self.assertEqual(self.server.requests, 101)
        self.assertEqual(self.server.connections, 3)
        self.assertEqual(result["bytes"], 100 * len(RIGHT))

    def test_sends_them_also_pipelined_and_at_a_rate(self):
        for options in (("--pipeline", 8), ("--rate", 20000), ("--rate", 20000, "--pipeline", 8, "--seed", 3)):
            result = self.load(sends(RIGHT), "--requests", 100, *options)
            self.assertEqual((result["answers"], self.server.requests), (100, 101), options)

    def test_takes_every_framing_and_other_chunks(self):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        result = self.load(sends(chunked + b"5\r\nhello\r\n0\r\n\r\n", chunked + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
                           "--requests", 50)
        self.assertEqual((result["answers"], result["failures"]), (50, 0))

        def until_close(_, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhello")
            return False
        result = self.load(until_close, "--requests", 50)
        self.assertEqual((result["answers"], result["failures"]), (50, 0))
        self.assertGreaterEqual(self.server.connections, 51)

    def test_takes_interim_answers(self):
        result = self.load(sends(b"HTTP/1.1 100 Continue\r\n\r\n" + RIGHT, RIGHT), "--requests", 50)
        self.assertEqual((result["answers"], result["failures"]), (50, 0))

    def test_takes_other_dates_but_no_other_values_of_fields(self):
        def dated(number, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:%02d GMT\r\n"
                               b"Content-Length: 5\r\n\r\nhello" % (number % 60))
        self.assertEqual(self.load(dated, "--requests", 100)["answers"], 100)

    def test_reconnects_when_the_server_closes_connections_between_answers(self):
        def says_so(_, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
            return False

        def at_every_third(number, connection):
            connection.sendall(RIGHT)
            return number % 3 != 2
        for behaviour in (says_so, at_every_third):
            for pipeline in (1, 5):
                result = self.load(behaviour, "--requests", 60, "--pipeline", pipeline)
                self.assertEqual((result["answers"], result["failures"]), (60, 0), result)
                self.assertGreaterEqual(result["reconnects"], 15)

    def test_answers_may_vary_if_only_the_status_is_checked(self):
        def counted(number, connection):
            content = str(number).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content))
        self.assertEqual(self.load(counted, "--requests", 50, "--check", "status")["answers"], 50)
        result = self.load(counted, "--requests", 50, code=1)
        self.assert_failed(result, "different", "differs from the first answer")

    def test_sends_the_method_the_fields_and_the_content(self):
        seen = []

        def serve(listener):
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    for _ in range(1):
                        bytes_ = b""
                        while not bytes_.endswith(b"tea=\x00assam"):
                            bytes_ += connection.recv(65536)
                        seen.append(bytes_)
                        connection.sendall(RIGHT)
        with tempfile.NamedTemporaryFile() as file, socket.create_server(("127.0.0.1", 0)) as listener:
            file.write(b"tea=\x00assam")
            file.flush()
            thread = threading.Thread(target=serve, args=(listener,), daemon=True)
            thread.start()
            port = listener.getsockname()[1]
            load(f"http://localhost:{port}/teas?kind=1#part", "--requests", 1, "--connections", 1, "--method", "PUT",
                 "--header", "Accept: */*", "--header", "X-Tea:1", "--content-file", file.name)
            thread.join(20)
        self.assertEqual(seen, [b"PUT /teas?kind=1 HTTP/1.1\r\nHost: localhost:%d\r\nAccept: */*\r\nX-Tea: 1\r\n"
                                b"Content-Type: application/octet-stream\r\nContent-Length: 10\r\n\r\n"
                                b"tea=\x00assam" % port] * 2)


class WrongAnswers(Loading):
    def test_counts_other_content_and_goes_on_with_the_connection(self):
        result = self.load(sends(RIGHT, RIGHT, HEAD + b"hullo"), "--requests", 99, code=1)
        self.assert_failed(result, "different", "at byte 1: 'ullo' instead of 'ello'")
        self.assertEqual((result["answers"], result["failures"], result["reconnects"]), (66, 33, 0))

    def test_counts_other_statuses(self):
        busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"
        result = self.load(sends(RIGHT, busy), "--requests", 50, code=1)
        self.assert_failed(result, "status", "503 instead of 200")
        self.assertEqual((result["answers"], result["failures"]), (25, 25))
        result = self.load(sends(RIGHT, busy), "--requests", 50, "--expect", "200-599", "--check", "status")
        self.assertEqual(result["answers"], 50)

    def test_counts_resets_half_answers_and_garbage_and_goes_on(self):
        def half(number, connection):
            connection.sendall(RIGHT if number % 4 else RIGHT[:-2] if number else RIGHT)
            return bool(number % 4) or number == 0

        def resets(number, connection):
            if number == 0 or number % 4:
                connection.sendall(RIGHT)
                return True
            connection.sendall(RIGHT[:10])
            return reset(connection)

        for behaviour, kind, text in ((half, "closed", f"after {len(RIGHT) - 2} bytes of an answer"),
                                      (resets, "reset", "Connection reset by peer"),
                                      (sends(RIGHT, RIGHT, RIGHT, b"HTTP/9 what\r\n\r\n"), "malformed", "malformed")):
            result = self.load(behaviour, "--requests", 60, code=1)
            self.assert_failed(result, kind, text)
            self.assertGreater(result["answers"], 30)
            self.assertEqual(result["answers"] + result["failures"], 60, kind)

    def test_counts_bytes_that_belong_to_no_answer(self):
        result = self.load(sends(RIGHT, RIGHT, RIGHT + b"more"), "--requests", 60, code=1)
        self.assertEqual(list(result["failed"]), ["malformed"])
        self.assertGreaterEqual(result["answers"], 40)

    def test_counts_requests_that_are_never_answered(self):
        def silent_sometimes(number, connection):
            if number % 8 or number == 0:
                connection.sendall(RIGHT)
        with Server(silent_sometimes) as server:
            result, _ = load(server.url, "--connections", 8, "--requests", 40, "--timeout", "2s", code=1)
        self.assert_failed(result, "timeout", "no complete answer within 2s")
        self.assertEqual((result["answers"], result["failures"]), (35, 5))

    def test_ends_when_nothing_works_any_more(self):
        def once(number, connection):
            if number == 0:
                connection.sendall(RIGHT)
        with Server(once) as server:
            result, errors = load(server.url, "--connections", 2, "--timeout", "1s", "--duration", "1h", code=1)
        self.assertEqual((result["answers"], list(result["failed"])), (0, ["timeout"]))
        self.assertIn("there was no answer for 2s", errors)

    def test_counts_refused_connections(self):
        with Server(None) as server:
            def closes_everything(_, connection):
                connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
                server.ends = True
                with contextlib.suppress(OSError):
                    server.listener.shutdown(socket.SHUT_RDWR)
                server.listener.close()
                return False
            server.behaviour = closes_everything
            result, errors = load(server.url, "--connections", 2, "--timeout", "1s", code=1)
        # A connection that waited in the queue of the listener when it was closed is reset instead.
        reset = result["failed"].pop("reset", {"count": 0})["count"]
        self.assertLessEqual(reset, 2)
        result["failures"] -= reset
        self.assert_failed(result, "refused", "connect: Connection re")  # fused, or reset
        self.assertIn("so the run was ended", errors)


class FirstAnswer(Loading):
    """Nothing is measured unless one request was answered."""

    def refused(self, behaviour, *options):
        with Server(behaviour) as server:
            ended = subprocess.run([PROGRAM, "load", server.url, "--json", *options], capture_output=True, text=True,
                                   timeout=60)
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        self.assertEqual(server.requests, 1)
        return ended.stderr

    def test_has_to_be_complete_and_well_formed(self):
        self.assertIn("malformed", self.refused(sends(b"SSH-2.0-OpenSSH\r\n\r\n")))
        self.assertIn("no complete answer within 1s, after 10 bytes",
                      self.refused(sends(RIGHT[:10]), "--timeout", "1s"))
        self.assertIn("closed the connection without an answer", self.refused(lambda _, connection: False))
        self.assertIn("after 20 bytes", self.refused(lambda _, connection: connection.sendall(RIGHT[:20]) or False))
        self.assertIn("more than one answer", self.refused(sends(RIGHT + RIGHT)))

    def test_has_to_have_the_status_that_is_expected(self):
        missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        self.assertIn("404 instead of 200 to 299", self.refused(sends(missing), "--expect", "2xx"))
        with Server(sends(missing)) as server:
            result, errors = load(server.url, "--requests", 10, "--connections", 1)
        self.assertEqual(result["answers"], 10)
        self.assertIn("the first answer has the status 404", errors)

    def test_wrong_usage_ends_with_2_and_an_unreachable_server_with_1(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        for code, text, *words in (
                (1, "more files than", "http://localhost/", "--connections", "18446744073709551615"),
                (2, "write the URL"), (2, "write one URL", "http://localhost/", "x"),
                (2, "TLS is not there yet", "https://localhost/"),
                (2, "http://127.0.0.1:8080/path", "localhost:80"),
                (2, "--connections", "http://localhost/", "--connections", "0"),
                (2, "--rate", "http://localhost/", "--rate", "-1"),
                (2, "not a status", "http://localhost/", "--expect", "ok"),
                (2, "--content or --content-file", "http://localhost/", "--content", "a", "--content-file", "b"),
                (2, "/does/not/exist", "http://localhost/", "--content-file", "/does/not/exist"),
                (2, "--echo or --publish", "ws://localhost/"),
                (2, "more than 1G", "http://localhost/", "--pipeline", "1000000000"),
                (2, "up to 1G", "ws://localhost/", "--echo", "2G"),
                (2, "not the id of a process", "http://localhost/", "--process", "4194305"),
                (2, "'Name: value'", "http://localhost/", "--header", "Accept"),
                (1, "is not known", "http://does-not-exist.invalid/"),
                (1, "Connection refused", f"http://127.0.0.1:{port}/"),
                (1, "No such file", "unix:/does/not/exist"),
                (1, "there is no process", "http://localhost/", "--process", "4194304")):
            ended = subprocess.run([PROGRAM, "load", *words], capture_output=True, text=True, timeout=60)
            self.assertEqual((ended.returncode, ended.stdout), (code, ""), (words, ended.stderr))
            self.assertIn(text, ended.stderr)
            self.assertEqual(ended.stderr.count("\n"), 1)

    def test_too_few_descriptors_are_named_with_the_remedy(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        with Server(sends(RIGHT)) as server:
            ended = subprocess.run([PROGRAM, "load", server.url, "--connections", "100"], capture_output=True,
                                   text=True, timeout=60, preexec_fn=limit)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("ulimit -n", ended.stderr)
        self.assertEqual(server.requests, 0)


@contextlib.contextmanager
def serving(folder, bind):
    process = subprocess.Popen([PROGRAM, "serve", str(folder), "--bind", bind], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    try:
        yield process, process.stderr.readline()
    finally:
        process.kill()
        process.communicate()


class WebSockets(unittest.TestCase):
    OPENED = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")

    def echo(self, number, connection):
        """Opens a WebSocket and sends each message back; `self.change` may change it."""
        connection.sendall(self.OPENED)
        while head := connection.recv(6, socket.MSG_WAITALL):
            mask, size = head[2:], head[1] & 127
            masked = connection.recv(size, socket.MSG_WAITALL)
            text = bytes(byte ^ mask[at % 4] for at, byte in enumerate(masked))
            with self.lock:
                self.messages += 1
                text = self.change(self.messages, text)
            connection.sendall(bytes([0x81, size]) + text)
        return False

    def setUp(self):
        self.lock = threading.Lock()
        self.messages = 0
        self.change = lambda number, text: text

    def test_every_message_has_to_come_back(self):
        with Server(self.echo) as server:
            url = server.url.replace("http:", "ws:")
            result, _ = load(url, "--echo", 20, "--requests", 100, "--connections", 2)
            self.assertEqual((result["answers"], result["failures"], self.messages), (100, 0, 100))
            self.change = lambda number, text: text if number % 10 else text[::-1]
            result, _ = load(url, "--echo", 20, "--requests", 100, "--connections", 2, code=1)
            self.assertEqual(list(result["failed"]), ["different"])
            failed = result["failed"]["different"]
            self.assertEqual(failed["count"], 10)
            self.assertRegex(failed["first"], "^a message differs from the one that was sent, at "
                                              "byte [0-9]+: '.+' instead of '.+'$")
            self.assertEqual(result["answers"], 90)

    def test_a_message_is_published_to_all(self):
        opened, lock = set(), threading.Lock()

        def publish(_, connection):
            with lock:
                opened.add(connection)
            connection.sendall(self.OPENED)
            while head := connection.recv(6, socket.MSG_WAITALL):
                mask, size = head[2:], head[1] & 127
                masked = connection.recv(size, socket.MSG_WAITALL)
                with lock:
                    for each in opened:
                        with contextlib.suppress(OSError):  # the connection that only asked
                            each.sendall(bytes([0x81, size]) + bytes(b ^ mask[i % 4] for i, b in enumerate(masked)))
            return False
        with Server(publish) as server:
            result, _ = load(server.url, "--publish", 20, "--duration", "100ms", "--connections", 3)
        self.assertGreaterEqual(result["answers"], 3)
        self.assertEqual(result["answers"] % 3, 0)

    def test_the_server_is_asked_for_one_first(self):
        with Server(sends(RIGHT)) as server:
            ended = subprocess.run([PROGRAM, "load", server.url, "--echo", "20"], capture_output=True, text=True,
                                   timeout=60)
        self.assertEqual((ended.returncode, server.requests), (1, 1))
        self.assertIn("did not open a WebSocket: HTTP/1.1 200 OK", ended.stderr)


class WithServe(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "hello.txt").write_text("hello\n" * 1000)

    def test_measures_a_site_over_ip_names_and_unix_sockets(self):
        with serving(self.folder, "127.0.0.1:0") as (server, line):
            port = re.search(r":(\d+)/", line)[1]
            for host in ("127.0.0.1", "localhost"):
                result, _ = load(f"http://{host}:{port}/hello.txt", "--requests", 500, "--process", server.pid)
                self.assertEqual((result["answers"], result["failures"]), (500, 0))
                self.assertGreater(result["server_us"], 0)
                self.assertGreater(result["own_us"], 0)
                self.assertLessEqual(result["latency_us"]["p50"], result["latency_us"]["max"])
        with serving(self.folder, f"unix:{self.folder}/site.sock"):
            result, _ = load(f"unix:{self.folder}/site.sock:/hello.txt", "--requests", 500, "--pipeline", 3)
            self.assertEqual((result["answers"], result["failures"]), (500, 0))

    def test_measures_for_a_time_after_a_warm_up_at_a_rate(self):
        with serving(self.folder, "127.0.0.1:0") as (_, line):
            url = re.search(r"http://\S+/", line)[0] + "hello.txt"
            result, _ = load(url, "--duration", "200ms", "--warm-up", "10ms", "--rate", 500, "--connections", 4)
            self.assertGreater(result["answers"], 0)
            self.assertGreaterEqual(result["seconds"], 0.2)
            self.assertEqual(result["failures"], 0)

    def test_survives_a_server_that_goes_away(self):
        with serving(self.folder, "127.0.0.1:0") as (server, line):
            url = re.search(r"http://\S+/", line)[0] + "hello.txt"
            loading = subprocess.Popen([PROGRAM, "load", url, "--json", "--timeout", "1s", "--duration", "1h",
                                        "--process", str(server.pid)],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            wait_for_connections(loading.pid, 64)
            server.kill()
            server.wait()
            output, errors = loading.communicate(timeout=60)
        self.assertEqual(loading.returncode, 1)
        self.assertIn("refused", json.loads(output)["failed"], errors)

    def test_says_that_it_was_interrupted_before_the_first_answer(self):
        asked = threading.Event()

        def be_silent(_, connection):
            asked.set()
            connection.recv(65536)
            connection.recv(65536)
            return False

        with Server(be_silent) as server:
            with subprocess.Popen([PROGRAM, "load", server.url], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as loading:
                self.assertTrue(asked.wait(30))
                loading.send_signal(signal.SIGINT)
                _, errors = loading.communicate(timeout=30)
        self.assertNotEqual(loading.returncode, 0)
        self.assertIn("interrupted while the first answer had not come", errors)

    def test_is_interrupted_with_the_result_so_far(self):
        with serving(self.folder, "127.0.0.1:0") as (_, line):
            url = re.search(r"http://\S+/", line)[0] + "hello.txt"
            loading = subprocess.Popen([PROGRAM, "load", url, "--json", "--duration", "1h", "--warm-up", "0s"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            wait_for_connections(loading.pid, 64)
            loading.send_signal(signal.SIGINT)
            output, errors = loading.communicate(timeout=60)
        result = json.loads(output)
        self.assertTrue(result["interrupted"])
        self.assertIn("interrupted", errors)

    def on_a_terminal(self, *options, **environment):
        """What a terminal gets of both streams."""
        terminal, theirs = pty.openpty()
        with serving(self.folder, "127.0.0.1:0") as (_, line):
            url = re.search(r"http://\S+/", line)[0] + "hello.txt"
            process = subprocess.Popen([PROGRAM, "load", url, "--duration", "600ms", "--warm-up", "0s", *options],
                                       stdout=theirs, stderr=theirs, env={**os.environ, **environment})
            os.close(theirs)
            seen = b""
            with contextlib.suppress(OSError):  # the terminal has no more writers
                while select.select([terminal], [], [], 60)[0] and (piece := os.read(terminal, 1 << 16)):
                    seen += piece
            self.assertEqual(process.wait(60), 0)
        os.close(terminal)
        return seen.decode()

    def test_shows_its_progress_on_a_terminal(self):
        seen = self.on_a_terminal(TERM="xterm", LC_ALL="C.UTF-8")
        self.assertIn("▕", seen)
        self.assertIn("left", seen)
        self.assertIn("█", seen.rpartition("\x1b[J")[2])
        plain = self.on_a_terminal(TERM="dumb", LC_ALL="C")
        self.assertNotIn("\x1b", plain)
        self.assertIn("/s now", plain)
        self.assertTrue(plain.isascii())
        self.assertNotIn("/s now", self.on_a_terminal("--no-progress", TERM="xterm", LC_ALL="C"))


def wait_for_connections(process, count):
    """Waits until a process has so many sockets."""
    while True:
        found = 0
        for link in pathlib.Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since
                found += os.readlink(link).startswith("socket:")
        if found >= count:
            return


if __name__ == "__main__":
    unittest.main()
