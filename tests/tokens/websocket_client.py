"""The WebSockets of the token test: every message comes back with the token of its WebSocket and with its own."""

import os
import struct

TEXT, CLOSE, PING, PONG, FINAL = 1, 8, 9, 10, 0x80


class Closed(ConnectionError):
    """The server has closed the WebSocket."""


def masked(payload, first):
    size = len(payload)
    head = bytes((first, 0x80 | size)) if size < 126 else bytes((first, 0xfe)) + struct.pack("!H", size)
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))


def open_websocket(client, answers, path):
    """Returns the status."""
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    return int(answers.until(b"\r\n\r\n")[9:12])


def frame(answers):
    first, size = answers.exactly(2)
    if size >= 126:
        size = int.from_bytes(answers.exactly(2 if size == 126 else 8), "big")
    return first, answers.exactly(size)


def message(client, answers):
    """The next message. The server fragments none here."""
    while True:
        first, payload = frame(answers)
        if first == FINAL | PING:
            client.sendall(masked(payload, FINAL | PONG))
        elif first == FINAL | CLOSE:
            raise Closed(payload)
        elif first == FINAL | TEXT:
            return payload
        elif first != FINAL | PONG:
            raise ValueError(f"a frame that begins with {first:#x}")


def in_frames(text, dice):
    if dice.random() < 0.7:
        return masked(text, FINAL | TEXT)
    cut = dice.randrange(len(text) + 1)
    return masked(text[:cut], TEXT) + masked(b"", FINAL | PING) + masked(text[cut:], FINAL)


def converse(client, answers, token, dice):
    """Sends messages, alone and several at once. Returns how many have come back as they must, and raises ValueError for
    the first that has not."""
    right = 0
    for _ in range(dice.randrange(1, 25)):
        texts = [f"{dice.choice([0, 0, 1, 4])} {token}-{number}{'!' * dice.choice([0, 200, 20_000])}".encode()
                 for number in range(dice.choice([1, 1, 1, 6]))]
        client.sendall(b"".join(in_frames(text, dice) for text in texts))
        for text in texts:
            got = message(client, answers)
            if got != b"<%s> %s" % (token.encode(), text):
                raise ValueError(f"{got[:80]!r} came back for {text[:80]!r}")
            right += 1
    if dice.random() < 0.7:  # otherwise the connection is closed without a handshake
        client.sendall(masked(struct.pack("!H", 1000), FINAL | CLOSE))
        try:
            message(client, answers)
        except Closed:
            return right
        raise ValueError("a message came after the last one")
    return right
