#!/usr/bin/env python3
"""Asks a site with WebSockets through nginx and HAProxy, configured as the guide says.

    websocket_proxies_test.py PROGRAM

A proxy that is not installed is left out.
"""

import base64
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv.pop(1)
FILES = pathlib.Path(__file__).resolve().parent / "proxies"
PATIENCE = 20  # seconds, for what takes milliseconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class WebSocket:
    """The client's end: text, and nothing that browsers do not do."""

    def __init__(self, port, origin=None, host=None):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        fields = ["GET /echo HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", "Connection: Upgrade",
                  "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                  "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode()]
        if origin:
            fields.append("Origin: " + origin)
        self.socket.sendall(("\r\n".join(fields) + "\r\n\r\n").encode())
        self.input = self.socket.makefile("rb")
        self.status = int(self.input.readline().split()[1])
        while self.input.readline().strip():
            pass

    def send(self, text, opcode=1):
        data = text if isinstance(text, bytes) else text.encode()
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
        key = os.urandom(4)
        masked = bytes(byte ^ key[at % 4] for at, byte in enumerate(data))
        self.socket.sendall(bytes([0x80 | opcode]) + length + key + masked)

    def receive(self):
        opcode, size = self.input.read(2)
        if size == 126:
            size, = struct.unpack("!H", self.input.read(2))
        return opcode & 15, self.input.read(size)

    def close(self):
        self.input.close()
        self.socket.close()


class Proxies(unittest.TestCase):
    def start(self, arguments, **more):
        process = subprocess.Popen(arguments, text=True, **more)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def setUp(self):
        site = self.start([PROGRAM, "--bind", "127.0.0.1:0"], stderr=subprocess.PIPE)
        found = re.search(r"http://127\.0\.0\.1:(\d+)", site.stderr.readline())
        self.assertIsNotNone(found, "no URL in the first line that the program prints")
        self.port = found[1]
        self.site = site

    def start_proxy(self, name, arguments):
        program = find_program(name)
        if not program:
            self.skipTest(f"{name} is not installed")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        port = free_port()
        template = FILES / ("nginx.conf" if name == "nginx" else "haproxy.cfg")
        text = template.read_text().replace("8000", str(port)).replace("8080", self.port)
        config = pathlib.Path(folder.name) / template.name
        config.write_text(text)
        self.start([program, *(each.format(folder=folder.name, config=config) for each in arguments)],
                   stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), PATIENCE).close()
                return port
            except ConnectionRefusedError:
                self.assertLess(time.monotonic(), end, f"{name} does not listen")
                time.sleep(0.02)

    def check(self, port):
        line = WebSocket(port, origin=f"http://127.0.0.1:{port}")
        self.addCleanup(line.close)
        self.assertEqual(line.status, 101)
        for text in ["hi", "x" * 5000]:
            line.send(text)
            self.assertEqual(line.receive(), (1, text.encode()))
        line.send(struct.pack("!H", 1000), opcode=8)
        self.assertEqual(line.receive(), (8, struct.pack("!H", 1000)))

        other = WebSocket(port, origin="https://evil.example")
        self.addCleanup(other.close)
        self.assertEqual(other.status, 403)
        # As behind a proxy that speaks TLS: the page's origin begins with https.
        secure = WebSocket(port, origin="https://example.com", host="example.com")
        self.addCleanup(secure.close)
        self.assertEqual(secure.status, 403)

    def test_nginx_passes_sockets_on(self):
        self.check(self.start_proxy(
            "nginx", ["-p", "{folder}", "-c", "{config}", "-g", "daemon off; master_process off;"]))

    def test_haproxy_passes_sockets_on(self):
        self.check(self.start_proxy("haproxy", ["-db", "-f", "{config}"]))


if __name__ == "__main__":
    unittest.main()
