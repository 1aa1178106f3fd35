"""The clients of `./dev bench soak`: what they share, and a connection that speaks HTTP without a library."""

import asyncio
import collections
import contextvars
import random
import re
import socket
import struct

LONGEST = 120  # seconds that a client may take between two rests
LIMIT = contextvars.ContextVar("the deadline of the client that runs")


class Failed(Exception):
    """An answer was wrong."""


class Load:
    """Shared by all clients: the server, the counts, the failures, and the pause between requests."""

    def __init__(self, port, server, cores):
        self.port = port
        self.cores = cores
        self.server = server
        self.done = collections.Counter()
        self.failures = []
        self.open = 0
        self.pause = 0.02
        self.ending = False

    async def rest(self):
        """Pauses. The pauses of a client do not count against its deadline: under little load they are long."""
        await asyncio.sleep(random.expovariate(1 / self.pause))
        LIMIT.get().reschedule(asyncio.get_running_loop().time() + LONGEST)

    def adapt(self, cores):
        """Adapts the pause. `cores` is what server and clients have used in the last second."""
        self.pause = min(max(self.pause * (1.25 if cores > 0.95 * self.cores else 0.97), 0.002), 2)


class Client:
    """A connection that speaks HTTP without a library, so that it can misbehave."""

    def __init__(self, load, receive_bytes=None):
        self.load = load
        self.receive_bytes = receive_bytes

    async def __aenter__(self):
        one = socket.socket()
        one.setblocking(False)
        if self.receive_bytes:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_bytes)
        try:
            await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", self.load.port))
            limit = self.receive_bytes or 1 << 16
            self.reader, self.writer = await asyncio.open_connection(sock=one, limit=limit)
        except BaseException:
            one.close()
            raise
        self.load.open += 1
        return self

    async def __aexit__(self, *error):
        self.load.open -= 1
        self.writer.close()

    def reset(self):
        """Closes the connection with a TCP reset."""
        self.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def head(self):
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head[9:12]), head.lower()

    async def answer(self, slowly=False):
        """Receives the next answer; returns its status and content."""
        status, head = await self.head()
        if b"transfer-encoding: chunked" in head:
            content = bytearray()
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                content += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
            return status, bytes(content)
        size = int(re.search(rb"content-length: (\d+)", head)[1])
        if not slowly:
            return status, await self.reader.readexactly(size)
        content = bytearray()
        while len(content) < size:
            piece = await self.reader.read(128 << 10)
            if not piece:
                raise Failed("the answer is incomplete")
            content += piece
            await asyncio.sleep(random.uniform(0, 0.1))
        return status, bytes(content)

    async def expect(self, content, slowly=False):
        got = await self.answer(slowly)
        if got != (200, content):
            raise Failed(f"{got[0]}, {len(got[1])} bytes instead of {len(content)}: {got[1][:80]!r}")


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: soak.example\r\n\r\n".encode()


def post(path, content):
    return f"POST {path} HTTP/1.1\r\nHost: soak.example\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
