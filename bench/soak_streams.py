"""The soak's clients of streams: WebSockets, topics, events and uploads."""

import asyncio
import os
import random
import re
import struct
import zlib

from soak_client import Client, Failed, post

OPENING = ("GET {} HTTP/1.1\r\nHost: soak.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{}\r\n")
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
COMPRESSED, FINAL = 0x40, 0x80


def masked(payload, first):
    """A frame of a client; `first` is its first byte."""
    size = len(payload)
    head = (bytes((first, 0x80 | size)) if size < 126 else bytes((first, 0xfe)) + struct.pack("!H", size)
            if size < 1 << 16 else bytes((first, 0xff)) + struct.pack("!Q", size))
    key = os.urandom(4)
    keys = (key * (size // 4 + 1))[:size]
    return head + key + (int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")).to_bytes(size, "big")


class Socket(Client):
    """A WebSocket."""

    async def open(self, path, fields=""):
        self.inflater = zlib.decompressobj(-15)  # one for all messages: the server keeps its window
        await self.send(OPENING.format(path, fields).encode())
        status, head = await self.head()
        if status != 101:
            raise Failed(f"{path} was answered with {status} instead of 101")
        return head

    async def frame(self):
        """The next frame: its first byte, and its payload."""
        first, size = await self.reader.readexactly(2)
        if size >= 126:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
        return first, await self.reader.readexactly(size)

    async def message(self):
        """The next message. Pings are answered, pongs ignored."""
        whole, compressed = b"", False
        while True:
            first, payload = await self.frame()
            kind = first & 15
            if kind == PING:
                await self.send(masked(payload, FINAL | PONG))
            elif kind == CLOSE:
                raise Failed(f"the WebSocket was closed: {payload!r}")
            elif kind != PONG:
                compressed = compressed or bool(first & COMPRESSED)
                whole += payload
                if first & FINAL:
                    return self.inflater.decompress(whole + b"\0\0\xff\xff") if compressed else whole

    async def expect_message(self, expected):
        got = await self.message()
        if got != expected:
            raise Failed(f"a message of {len(got)} bytes instead of {len(expected)}: {got[:80]!r}")

    async def leave(self, code=1000):
        """The closing handshake, begun by this side."""
        await self.send(masked(struct.pack("!H", code) + b"done", FINAL | CLOSE))
        await self.expect_close(code)

    async def expect_close(self, *codes):
        while True:
            first, payload = await self.frame()
            if first & 15 == CLOSE:
                break
        if int.from_bytes(payload[:2], "big") not in codes:
            raise Failed(f"a WebSocket was closed with {payload!r}, not with {codes}")
        if await self.reader.read(1):
            raise Failed("bytes came after the closing handshake")


def some_message():
    return random.randbytes(random.choice([0, 20, 20, 125, 1000, 70_000, random.randint(0, 300_000)]))


def in_frames(message, kind):
    """A message as frames, in several fragments or in one, sometimes with pings between."""
    if random.random() < 0.6:
        return masked(message, FINAL | kind)
    cuts = sorted(random.randint(0, len(message)) for _ in range(random.randint(1, 5)))
    pieces = [message[a:b] for a, b in zip([0, *cuts], [*cuts, len(message)])]
    frames = [masked(piece, (kind if at == 0 else 0) | (FINAL if at == len(pieces) - 1 else 0))
              for at, piece in enumerate(pieces)]
    return masked(b"ping", FINAL | PING).join(frames)


# ---- honest clients: everything that they ask for must happen ----


async def talk(load):
    """Sends messages to handlers of both kinds, alone and several at once, and gets each back."""
    async with Socket(load) as client:
        await client.open(random.choice(["/ws/echo", "/ws/echo-events"]))
        for _ in range(random.randint(1, 60)):
            messages = [some_message() for _ in range(random.choice([1, 1, 1, 8]))]
            sending = asyncio.create_task(client.send(b"".join(in_frames(each, BINARY) for each in messages)))
            for each in messages:
                await client.expect_message(each)
            await sending
            load.done["message"] += len(messages)
            await load.rest()
        await client.leave(random.choice([1000, 1001, 3000, 4999]))


async def compress(load):
    """The same, compressed."""
    async with Socket(load) as client:
        if b"permessage-deflate" not in await client.open("/ws/compressed", DEFLATE):
            raise Failed("compression was not agreed on")
        for _ in range(random.randint(1, 20)):
            message = b"tea and coffee " * random.randint(0, 20_000)
            coder = zlib.compressobj(wbits=-15)
            coded = coder.compress(message) + coder.flush(zlib.Z_SYNC_FLUSH)
            await client.send(masked(coded[:-4], FINAL | COMPRESSED | TEXT))
            await client.expect_message(message)
            load.done["compressed message"] += 1
            await load.rest()
        await client.leave()


async def stay_open(load):
    """A quiet WebSocket."""
    async with Socket(load) as client:
        await client.open(random.choice(["/ws/echo", "/ws/echo-events"]))
        await asyncio.sleep(random.uniform(1, 30))
        await client.send(masked(b"still here", FINAL | TEXT))
        await client.expect_message(b"still here")
        await client.leave()
        load.done["quiet WebSocket"] += 1


class Order:
    """Checks that the messages of each publisher arrive in their order. Some may be missing."""

    def __init__(self):
        self.last = {}

    def take(self, message):
        publisher, number = message.split()
        if int(number) <= self.last.get(publisher, 0):
            raise Failed(f"{message} came after {self.last[publisher]}")
        self.last[publisher] = int(number)


async def publish(load):
    name = os.urandom(4).hex()
    async with Client(load) as client:
        for number in range(1, random.randint(2, 100)):
            await client.send(post("/publish", b"%s %d" % (name.encode(), number)))
            await client.expect(b"published\n")
            load.done["published"] += 1
            await load.rest()


async def listen(load):
    """Gets what publishers publish."""
    async with Socket(load) as client:
        await client.open("/ws/topic")
        order, until = Order(), asyncio.get_running_loop().time() + random.uniform(0.5, 20)
        while asyncio.get_running_loop().time() < until:
            order.take(await client.message())
            load.done["heard"] += 1
        await client.send(masked(struct.pack("!H", 1000), FINAL | CLOSE))


async def follow_events(load):
    """The same as events, sometimes from where an earlier stream ended."""
    order, field = Order(), b""
    for _ in range(random.randint(1, 4)):
        async with Client(load) as client:
            await client.send(b"GET /events HTTP/1.1\r\nHost: a\r\n" + field + b"\r\n")
            status, _ = await client.head()
            if status != 200:
                raise Failed(f"events were answered with {status}")
            for _ in range(random.randint(1, 60)):
                event = b""
                while b"data:" not in event:  # heartbeats and resets have none
                    size = int(await client.reader.readuntil(b"\r\n"), 16)
                    event = await client.reader.readexactly(size)
                    await client.reader.readexactly(2)
                for data in re.findall(rb"^data: ?(.+)$", event, re.M):
                    order.take(data)
                if ids := re.findall(rb"^id: ?(.+)$", event, re.M):
                    field = b"Last-Event-ID: %s\r\n" % ids[-1]
                load.done["event"] += 1


async def send_files(load):
    """Uploads to a file, and as a form of several files."""
    async with Client(load) as client:
        content = random.randbytes(random.randint(1, 3 << 20))
        await client.send(b"PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(content) + content)
        await client.expect(b"%d %d\n" % (len(content), sum(content)))
        load.done["file"] += 1
        files = [random.randbytes(random.choice([10, 50_000, 600_000])) for _ in range(random.randint(1, 4))]
        parts = [b'--tea\r\nContent-Disposition: form-data; name="files"; filename="f%d"\r\n\r\n' % at + file + b"\r\n"
                 for at, file in enumerate(files)]
        form = b"".join(parts) + b"--tea--\r\n"
        await client.send(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=tea\r\n"
                          b"Content-Length: %d\r\n\r\n" % len(form) + form)
        await client.expect(b"".join(b"f%d %d %d\n" % (at, len(file), sum(file)) for at, file in enumerate(files)))
        load.done["form"] += 1
        await load.rest()


# ---- misbehaving clients ----

MALFORMED = [(b"\x81\x03tea", 1002), (masked(b"tea", 0xf1), 1002), (masked(b"tea", FINAL | 3), 1002),
             (masked(b"tea", FINAL), 1002), (masked(b"tea", PING), 1002), (masked(b"x" * 126, FINAL | PING), 1002),
             (masked(b"\xff", FINAL | TEXT), 1007), (masked(b"\x03", FINAL | CLOSE), 1002),
             (masked(b"\x03\xed", FINAL | CLOSE), 1002), (b"\x82\xff" + struct.pack("!Q", 1 << 40) + b"mask", 1009)]


async def break_frames(load):
    async with Socket(load) as client:
        await client.open("/ws/echo")
        frame, code = random.choice(MALFORMED)
        await client.send(frame)
        await client.expect_close(code)
        load.done["malformed frame"] += 1
        await load.rest()


async def break_off(load):
    """Resets at any moment: within a frame, within echoes, within an upload or a stream of events."""
    path = random.choice(["/ws/echo", "/ws/echo-events", "/ws/topic", "/events", "/form", "/upload"])
    async with Socket(load) as client:
        if path.startswith("/ws"):
            await client.open(path)
            sent = in_frames(random.randbytes(100_000), BINARY) * 3
        elif path == "/events":
            sent = b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n"
        else:
            sent = (b"PUT" if path == "/upload" else b"POST") + (
                b" %s HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=tea\r\n"
                b"Content-Length: 9000000\r\n\r\n--tea\r\nContent-Disposition: form-data; name=\"files\"; filename=\"f\"\r\n\r\n"
                % path.encode()) + bytes(3_000_000)
        client.writer.write(sent[:random.randint(0, len(sent))])
        await asyncio.sleep(random.choice([0, 0, random.uniform(0, 0.05)]))
        client.reset()
        load.done["broken off"] += 1
    await load.rest()


async def never_read(load):
    """Subscribes, and does not read what comes."""
    async with Socket(load, receive_bytes=4096) as client:
        await client.open("/ws/topic")
        client.writer.transport.pause_reading()
        await asyncio.sleep(random.uniform(1, 20))
        client.reset()
        load.done["deaf"] += 1


KINDS = {talk: 16, compress: 3, stay_open: 20, publish: 2, listen: 12, follow_events: 8, send_files: 4,
         break_frames: 3, break_off: 6, never_read: 3}
