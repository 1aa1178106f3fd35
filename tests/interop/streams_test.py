#!/usr/bin/env python3
"""Clients of other projects over WebSockets, events and uploads: Python's websockets, Node's ws, and curl.

    streams_test.py SITE        SITE is what streams_site.cc makes

Every case runs directly, behind nginx and behind HAProxy. It needs the Python packages of the system.
"""

import asyncio
import gzip
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

import proxies
import websockets
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

SITE = os.path.abspath(sys.argv.pop(1))
HERE = pathlib.Path(__file__).parent
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent"}  # no settings of the user
SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20]
LARGE = os.urandom(1 << 20) * 40


class Site:
    """The site in a process of its own, below a temporary folder."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.here = pathlib.Path(self.folder.name)
        self.process = subprocess.Popen([SITE, self.here, "--bind", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", self.process.stderr.readline())[1])

    def end(self):
        self.process.terminate()
        _, said = self.process.communicate(timeout=60)
        self.folder.cleanup()
        if self.process.returncode != 0:
            raise AssertionError(f"the site ended with {self.process.returncode}: {said}")


class Cases:
    """What every test has: the site, and perhaps a proxy before it."""

    proxy = None

    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.end)
        port = cls.site.port
        if cls.proxy:
            before = cls.proxy(port)
            cls.addClassCleanup(before.end)
            port = before.port
        cls.address = f"127.0.0.1:{port}"

    def connect(self, path, **options):
        return websockets.connect(f"ws://{self.address}{path}", **{"compression": None, "max_size": None, **options})

    def curl(self, path, *options):
        """What curl wrote to its output, which ends with the status code."""
        run = subprocess.run(["curl", "--silent", "--show-error", "--write-out", "%{http_code}", "--max-time", "60", *options,
                              f"http://{self.address}{path}"], cwd=self.site.here, env=ENVIRONMENT, capture_output=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout


class PythonClient(Cases):
    async def test_echoes_text_and_bytes_of_every_size(self):
        for path in ("/echo", "/echo-events"):
            async with self.connect(path) as socket:
                for size in SIZES:
                    for message in (os.urandom(size), "é" * (size // 2), "t" * size):
                        await socket.send(message)
                        self.assertEqual(await socket.recv(), message)

    async def test_puts_fragments_together(self):
        async with self.connect("/echo") as socket:
            for pieces in (["one ", "", "two"], [b"\x00" * 70000, b"\xff" * 70000], ["é"] * 500):
                await socket.send(pieces)
                self.assertEqual(await socket.recv(), type(pieces[0])().join(pieces))

    async def test_receives_a_message_in_pieces(self):
        async with self.connect("/pieces") as socket:
            await socket.send("3000000")
            self.assertEqual(len(await socket.recv()), 3_000_000)

    async def test_keeps_the_order_of_a_thousand_messages(self):
        async with self.connect("/echo") as socket:
            for number in range(1000):
                await socket.send(f"{number}")
            self.assertEqual([await socket.recv() for _ in range(1000)], [f"{number}" for number in range(1000)])

    async def test_compresses_in_every_way(self):
        for server, client in ((False, False), (False, True), (True, False), (True, True)):
            for bits, own_bits in ((None, None), (9, 9), (12, True), (15, 15)):
                offer = ClientPerMessageDeflateFactory(server, client, bits, own_bits)
                with self.subTest(server=server, client=client, bits=bits):
                    async with self.connect("/compressed", extensions=[offer]) as socket:
                        self.assertEqual(len(socket.extensions), 1)
                        for message in ("", "tea", "tea and coffee " * 20_000, os.urandom(100_000), b"\x00" * 500_000):
                            await socket.send(message)
                            self.assertEqual(await socket.recv(), message)
                        await socket.send(["tea ", "and ", "coffee"] * 100)
                        self.assertEqual(await socket.recv(), "tea and coffee" * 100)

    async def test_is_not_compressed_unless_the_route_asks_for_it(self):
        async with self.connect("/echo", compression="deflate") as socket:
            self.assertEqual(socket.extensions, [])
            await socket.send("tea")
            self.assertEqual(await socket.recv(), "tea")

    async def test_gets_an_answer_to_a_ping(self):
        async with self.connect("/echo") as socket:
            await asyncio.wait_for(await socket.ping(b"are you there?"), 10)

    async def test_answers_the_pings_of_the_server(self):
        async with self.connect("/pinged", ping_interval=None) as socket:
            self.assertEqual(await asyncio.wait_for(socket.recv(), 20), "still here")  # after several pings

    async def test_is_closed_with_a_code_and_a_reason(self):
        for code in (1000, 1001, 1011, 1013, 3000, 4999):
            async with self.connect(f"/close?code={code}&reason=enough") as socket:
                with self.assertRaises(ConnectionClosed):
                    await socket.recv()
                self.assertEqual((socket.close_code, socket.close_reason), (code, "enough"))

    async def test_closes_with_a_code_and_a_reason(self):
        for code in (1000, 1003, 3001, 4001):
            async with self.connect("/watched") as socket, self.connect("/watching") as watch:
                self.assertEqual(await watch.recv(), "ready")
                await socket.close(code, "done")
                self.assertEqual(socket.close_code, code)
                self.assertEqual(await asyncio.wait_for(watch.recv(), 10), f"{code} done by the client")

    async def test_is_closed_for_what_it_must_not_send(self):
        for path, message, code in (("/echo", "t" * (5 << 20), 1009), ("/json", "[1", 1007)):
            async with self.connect(path) as socket:
                with self.assertRaises(ConnectionClosed):
                    await socket.send(message)
                    await socket.recv()
                self.assertEqual(socket.close_code, code)

    async def test_agrees_on_a_subprotocol(self):
        async with self.connect("/protocol", subprotocols=["chat.v9", "chat.v2", "chat"]) as socket:
            self.assertEqual(socket.subprotocol, "chat.v2")

    async def test_is_refused(self):
        for path, origin, status in (("/nowhere", None, 404), ("/echo", "http://elsewhere.example", 403)):
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                async with self.connect(path, origin=origin):
                    pass
            self.assertEqual(refused.exception.status_code, status)

    async def test_may_come_from_the_same_origin(self):
        async with self.connect("/echo", origin=f"http://{self.address}"):
            pass

    async def test_gets_what_another_client_publishes(self):
        async with self.connect("/topic") as one, self.connect("/topic") as other:
            self.assertEqual((await one.recv(), await other.recv()), ("ready", "ready"))
            for number in range(100):
                await one.send(f"{number}")
            for socket in (one, other):
                self.assertEqual([await socket.recv() for _ in range(100)], [f"{number}" for number in range(100)])


class NodeClient(Cases):
    def test_passes_all_cases(self):
        modules = ENVIRONMENT | {"NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}
        run = subprocess.run(["node", HERE / "ws_client.js", f"http://{self.address}"], env=modules, capture_output=True,
                             text=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


class Curl(Cases):
    def test_uploads_a_form_with_files(self):
        (self.site.here / "large").write_bytes(LARGE)
        (self.site.here / "small").write_bytes(b"tea")
        answer = self.curl("/form", "--form", "title=Green & black", "--form", "files=@large;filename=a \"b\".bin",
                           "--form", "files=@small;type=text/plain")
        self.assertEqual(answer[-3:], b"200")
        self.assertEqual(json.loads(answer[:-3]), {
            "title": "Green & black",
            "files": [{"name": 'a "b".bin', "type": "application/octet-stream", "size": len(LARGE)},
                      {"name": "small", "type": "text/plain", "size": 3}]})

    def test_uploads_a_large_file(self):
        (self.site.here / "large").write_bytes(LARGE)
        for name, fields in {"sized": [], "chunked": ["--header", "Transfer-Encoding: chunked"]}.items():
            self.assertEqual(self.curl(f"/uploads/{name}", "--data-binary", "@large", *fields), b"201")
            self.assertEqual((self.site.here / f"uploaded-{name}").read_bytes(), LARGE)

    def test_receives_events_as_they_happen(self):
        run = subprocess.Popen(["curl", "--silent", "--no-buffer", f"http://{self.address}/ticks"], stdout=subprocess.PIPE,
                               env=ENVIRONMENT)
        with run:
            for number in (1, 2, 3):  # each comes only when this test has asked for it
                self.assertEqual(self.curl("/tick"), b"204")
                while (line := run.stdout.readline()) and not line.startswith(b"data:"):
                    pass
                self.assertEqual(line, b"data: tick %d\n" % number)
            run.terminate()

    def test_sends_compressed_content(self):
        (self.site.here / "content.gz").write_bytes(gzip.compress(b"tea and coffee " * 1000))
        coded = ("--data-binary", "@content.gz", "--header", "Content-Encoding: gzip")
        self.assertEqual(self.curl("/decoded", *coded), b"15000200")
        refused = self.curl("/not-decoded", *coded, "--header", "Content-Type: application/json", "--include")
        self.assertRegex(refused, rb"(?is)^HTTP/1.1 415 .*\r\nAccept-Encoding: ")


class CurlHandshake(Cases, unittest.TestCase):
    """Directly only, because a proxy answers some of these itself."""

    KEY = ("--header", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    UPGRADE = ("--header", "Connection: Upgrade", "--header", "Upgrade: websocket")
    VERSION = ("--header", "Sec-WebSocket-Version: 13")

    def test_is_told_what_a_handshake_lacks(self):
        for status, fields in {b"426": self.UPGRADE + self.KEY + ("--header", "Sec-WebSocket-Version: 8"),
                               b"400": self.UPGRADE + self.VERSION}.items():
            self.assertEqual(self.curl("/echo", *fields, "--output", os.devnull), status)
        self.assertIn(self.curl("/echo", "--output", os.devnull), (b"400", b"426"))  # a page instead of a client
        self.assertEqual(self.curl("/echo", *self.UPGRADE, *self.KEY, *self.VERSION, "--request", "POST",
                                   "--output", os.devnull), b"405")


class Draining(Cases, unittest.IsolatedAsyncioTestCase):
    async def test_is_told_that_the_server_restarts(self):
        site = Site()
        async with websockets.connect(f"ws://127.0.0.1:{site.port}/echo") as socket:
            site.process.send_signal(signal.SIGTERM)
            with self.assertRaises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 60)
            self.assertEqual(socket.close_code, 1012)
        site.process.wait(60)
        site.end()


def every_way(cases, base):
    """The cases directly and behind each proxy, as classes that unittest finds."""
    ways = {"Directly": None, "BehindNginx": staticmethod(proxies.nginx), "BehindHaproxy": staticmethod(proxies.haproxy)}
    return {cases.__name__ + way: type(cases.__name__ + way, (cases, base), {"proxy": proxy, "__module__": __name__})
            for way, proxy in ways.items()}


globals().update(every_way(PythonClient, unittest.IsolatedAsyncioTestCase))
globals().update(every_way(NodeClient, unittest.TestCase))
globals().update(every_way(Curl, unittest.TestCase))


if __name__ == "__main__":
    unittest.main()
