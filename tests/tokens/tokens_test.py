#!/usr/bin/env python3
"""The token test: every client checks that its answer has its own token, and no other client's.

    tokens_test.py SITE [--seconds N] [--rounds N] [--clients N] [-- OPTION...]

Clients send requests to handlers of every kind (site.cc), pipelined or not, upload forms, follow events, talk over
WebSockets, and disconnect or reset in the middle, while a disk is slow and child processes are spawned. Each round ends with SIGTERM during requests. The test counts answers:

    wrong     an answer with another token or status
    lost      a request without a complete answer, unless a drain explains it
    double    more bytes than were asked for

None of these may occur. The seed is printed, and `--seed N` repeats the choices of a run.
"""

import argparse
import collections
import http.client
import io
import multiprocessing
import os
import pathlib
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import websocket_client

FILE = b"".join(b"%015d\n" % line for line in range(131072))  # 2 MiB; numbered lines show what is wrong
TIMEOUT = 40  # seconds that a client waits for one answer


class Stopped(Exception):
    """The server closed the connection between two answers."""


def ask_for(kind, token, dice):
    """Returns the bytes of a request, and the expected body of its answer."""
    ms = dice.choice([0, 0, 1, 3, 8])
    if kind in ("echo", "pull"):
        content = f"<{token}>".encode() * dice.choice([1, 1, 40, 4000])
        if dice.random() < 0.5:
            cut = [dice.randrange(1, 2000) for _ in range(200)]
            framed, at = b"", 0
            while at < len(content):
                piece = content[at:at + cut[len(framed) % 200]]
                framed += b"%x\r\n%s\r\n" % (len(piece), piece)
                at += len(piece)
            return b"POST /%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n" % (
                kind.encode(), framed), content
        return b"POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (
            kind.encode(), len(content), content), content
    if kind == "form":
        content = f"<{token}>".encode() * dice.choice([1, 40, 4000, 40_000])
        form = (f'--cut\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n--cut\r\nContent-Disposition: '
                'form-data; name="file"; filename="f"\r\n\r\n').encode() + content + b"\r\n--cut--\r\n"
        return (b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=cut\r\nContent-Length: %d"
                b"\r\n\r\n%s" % (len(form), form)), f"<{token}>".encode() + content
    if kind == "file":
        return b"GET /files/large.txt HTTP/1.1\r\nHost: a\r\nX-Token: %s\r\n\r\n" % token.encode(), FILE
    pieces = dice.randrange(0, 9)
    head = f"GET /{kind}?token={token}&ms={ms}&pieces={pieces} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    if kind == "events":
        return head, f"data: <{token}>\n\n".encode() * pieces
    return head, f"<{token}>".encode() * (pieces if "stream" in kind else 1)


class Answers:
    """Reads answers from a socket and accepts nothing that is not well-formed."""

    def __init__(self, client):
        self.client = client
        self.rest = b""

    def more(self):
        data = self.client.recv(262144)
        if not data:
            raise EOFError(self.rest[:80])
        self.rest += data

    def until(self, mark):
        while (at := self.rest.find(mark)) < 0:
            self.more()
        taken, self.rest = self.rest[:at], self.rest[at + len(mark):]
        return taken

    def exactly(self, size):
        parts, have = [self.rest], len(self.rest)
        while have < size:
            data = self.client.recv(262144)
            if not data:
                raise EOFError(f"{have} of {size} bytes of content")
            parts.append(data)
            have += len(data)
        whole = b"".join(parts)
        self.rest = whole[size:]
        return whole[:size]

    def next(self):
        """Returns the status, the body and whether the connection stays open."""
        head = self.until(b"\r\n\r\n").split(b"\r\n")
        if not head[0].startswith(b"HTTP/1.1 "):
            raise ValueError(f"a status line {head[0][:80]!r}")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head[1:])}
        if b"content-length" in fields:
            body = self.exactly(int(fields[b"content-length"]))
        else:
            body = b""
            while (size := int(self.until(b"\r\n"), 16)) > 0:
                body += self.exactly(size)
                self.until(b"\r\n")
            self.until(b"\r\n")
        return int(head[0][9:12]), body, fields.get(b"connection", b"").lower() != b"close"


KINDS = ["quick"] * 6 + ["task"] * 3 + ["block", "marked", "taskblock", "taskrun", "stream", "taskstream", "echo", "echo",
                                         "pull", "end", "spawn", "fault", "file", "form", "form", "events"]


class Client:
    def __init__(self, port, number, seed, until, draining, counts, faults):
        self.port, self.number, self.until, self.draining = port, number, until, draining
        self.dice = random.Random(f"{seed}/{number}")
        self.counts, self.faults, self.asked = counts, faults, 0

    def run(self):
        while time.monotonic() < self.until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT) as client:
                    if self.dice.random() < 0.25:
                        self.converse(client)
                    else:
                        self.talk(client)
            except ConnectionRefusedError:
                if not self.draining.is_set():
                    self.fault("lost", "refused")
                return
            except (ConnectionError, socket.timeout) as error:
                self.after(error, "connecting or sending")

    def fault(self, kind, what):
        self.counts[kind] += 1
        if len(self.faults) < 20:
            self.faults.append(f"{kind}: client {self.number}: {what}")

    def after(self, error, what):
        """Counts a connection that ended early. A drain excuses this; nothing excuses a timeout."""
        if isinstance(error, socket.timeout) or not self.draining.is_set():
            self.fault("lost", f"{what}: {error!r}")
        else:
            self.counts["late"] += 1

    def talk(self, client):
        answers = Answers(client)
        for _ in range(self.dice.randrange(1, 30)):
            if time.monotonic() > self.until:
                return
            batch = []
            for _ in range(self.dice.choice([1, 1, 1, 4, 12])):
                kind = self.dice.choice(KINDS)
                token = f"{self.number}-{self.asked}-{self.dice.randrange(10**9)}"
                self.asked += 1
                request, body = ask_for(kind, token, self.dice)
                batch.append((kind, token, request, body))
            leaves = self.dice.random()
            if leaves < 0.06:
                return self.leave(client, b"".join(each[2] for each in batch), leaves < 0.03)
            was_draining = self.draining.is_set()
            client.sendall(b"".join(each[2] for each in batch))
            for place, each in enumerate(batch):
                if not self.take(answers, place, *each, was_draining):
                    return
        if answers.rest:
            self.fault("double", f"superfluous bytes {answers.rest[:80]!r}")

    def converse(self, client):
        """Opens a WebSocket, over which every message must come back with both tokens."""
        answers = Answers(client)
        token = f"{self.number}-{self.asked}-{self.dice.randrange(10**9)}"
        self.asked += 1
        path = self.dice.choice(["/ws", "/ws", "/ws-events", "/ws-blocking"])
        try:
            status = websocket_client.open_websocket(client, answers, f"{path}?token={token}")
            if status == 101:
                self.counts["right"] += websocket_client.converse(client, answers, token, self.dice)
            elif status == 503:
                self.counts["busy"] += 1
            else:
                self.fault("wrong", f"{path} was answered with {status}")
        except (ValueError, IndexError) as error:
            self.fault("wrong", f"{path} for {token}: {error}")
        except (EOFError, ConnectionError, socket.timeout) as error:
            self.after(error, path)

    def leave(self, client, bytes_of, reset):
        """Disconnects in the middle of the request or of the answer."""
        client.sendall(bytes_of[:self.dice.randrange(1, len(bytes_of) + 1)])
        if self.dice.random() < 0.5:
            client.settimeout(0.05)
            try:
                client.recv(self.dice.randrange(1, 5000))
            except socket.timeout:
                pass
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.counts["left"] += 1

    def take(self, answers, place, kind, token, _, expected, was_draining):
        try:
            status, body, stays = answers.next()
        except (EOFError, ConnectionError, socket.timeout) as error:
            if place > 0 and not was_draining and not self.draining.is_set():
                self.fault("lost", f"/{kind}, behind {place} others: {error!r}")
            else:
                self.after(error, f"/{kind}")
            return False
        except (ValueError, IndexError) as error:
            self.fault("wrong", f"/{kind}: {error!r}")
            return False
        if kind == "fault":
            good = status == 409 and token.encode() in body
        else:
            good = status == 200 and body == expected
        if not good and status == 503:
            self.counts["busy"] += 1
        elif not good and kind == "events" and status == 200 and self.was_ended_early(token, body, expected):
            self.counts["late"] += 1
        elif not good:
            self.fault("wrong", f"/{kind} for {token}: {status} {body[:80]!r}, {len(body)} bytes")
        self.counts["right"] += good
        return stays

    def was_ended_early(self, token, body, expected):
        """Says whether these are the first events of a stream that a drain ended between two events."""
        event = f"data: <{token}>\n\n".encode()
        return self.draining.is_set() and expected.startswith(body) and len(body) % len(event) == 0


def clients(port, numbers, seed, until, draining, results):
    import threading
    counts, faults = collections.Counter(), []
    threads = [threading.Thread(target=Client(port, number, seed, until, draining, counts, faults).run)
               for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((counts, faults))


def play(site, options, files, seconds, number, seed, log):
    """Runs one round: a server, its clients, and SIGTERM. Returns the counts and the faults."""
    environment = os.environ | {"TOKENS_FILES": files, "TOKENS_SLOW_DISK_MS": "4"}
    server = subprocess.Popen([site, "--bind", "127.0.0.1:0", "--log-file", log, *options], env=environment)
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", pathlib.Path(log).read_text()
                                      if pathlib.Path(log).exists() else "")):
            if time.monotonic() > deadline or server.poll() is not None:
                raise SystemExit(f"the site did not start; see {log}")
            time.sleep(0.01)
        port = int(found[1])
        draining, results = multiprocessing.Event(), multiprocessing.Queue()
        until = time.monotonic() + seconds + 5  # the clients continue into the drain
        groups = [multiprocessing.Process(target=clients, args=(port, range(at, number, 4), f"{seed}", until, draining,
                                                                results)) for at in range(4)]
        for group in groups:
            group.start()
        time.sleep(seconds)
        draining.set()
        server.send_signal(signal.SIGTERM)
        counts, faults = collections.Counter(), []
        for _ in groups:
            more, said = results.get(timeout=TIMEOUT * 4)
            counts.update(more)
            faults += said
        for group in groups:
            group.join()
        code = server.wait(timeout=60)
        if code != 0:
            counts["died"] += 1
            faults.append(f"the server exited with {code}")
        return counts, faults
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site")
    parser.add_argument("--seconds", type=float, default=4, help="length of a round until its SIGTERM")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    own = sys.argv[1:]
    options = own[own.index("--") + 1:] if "--" in own else []
    chosen = parser.parse_args(own[:own.index("--")] if "--" in own else own)
    print(f"seed {chosen.seed}", flush=True)
    total, failed = collections.Counter(right=0, wrong=0, lost=0, double=0, died=0), False
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "large.txt").write_bytes(FILE)
        for number in range(chosen.rounds):
            log = f"{folder}/log{number}"
            counts, faults = play(chosen.site, options, folder, chosen.seconds, chosen.clients,
                                  f"{chosen.seed}/{number}", log)
            total.update(counts)
            if faults:
                failed = True
                print("\n".join(faults))
                print(pathlib.Path(log).read_text()[-6000:])
    print(", ".join(f"{name} {count}" for name, count in sorted(total.items())))
    mostly_right = total["right"] > 10 * total["busy"]
    return 0 if mostly_right and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
