#!/usr/bin/env python3
"""Builds build/profiled: a release build that is optimised with a profile.

The first build makes programs that record how they run. A few of them are run and get typical requests. The
second build uses the recorded profile. The clients here are slow, which does not matter, because a profile
has counts and no times.
"""

import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "profiled"
PROGRAMS = ["hello", "tour", "instructions_site"]
HOST = "Host: 127.0.0.1:8080\r\n"
BROWSER = ("Host: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101\r\n"
           "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: en,de;q=0.5\r\n"
           "Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\nCookie: session=5f2c9a; theme=dark\r\n"
           "Cache-Control: max-age=0\r\n")


def get(path, fields=HOST):
    return f"GET {path} HTTP/1.1\r\n{fields}\r\n".encode()


def post(path, kind, content):
    return (f"POST {path} HTTP/1.1\r\n{HOST}Content-Type: {kind}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n{content}").encode()


# Program, working directory, and its requests: the bytes, how many are pipelined, and how often they are sent.
TRAINING = [
    ("examples/01-hello/hello", None, [(get("/"), 1, 20000), (get("/"), 16, 1000), (get("/", BROWSER), 1, 10000),
                                       (get("/missing"), 1, 500)]),
    ("bench/instructions_site", "files", [(get("/task"), 1, 10000), (get("/files/1k.bin"), 1, 10000),
                                          (get("/files/1k.bin", BROWSER), 1, 3000)]),
    ("examples/06-tour/tour", None, [(get("/api/greeting/you?loud=1"), 1, 5000), (get("/guestbook", BROWSER), 1, 500),
                                     (get("/api/routes"), 1, 500), (get("/", BROWSER), 1, 1000),
                                     (post("/guestbook", "application/x-www-form-urlencoded", "name="), 1, 500)]),
]


def run(*command, **options):
    subprocess.run([str(word) for word in command], check=True, **options)


def configure(profile):
    run("cmake", "--preset", "profiled", f"-DMASTIC_PROFILE={profile}", cwd=ROOT, stdout=subprocess.DEVNULL)


def build(*targets):
    run("cmake", "--build", BUILD, *(["--target", *targets] if targets else []))


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.left = b""

    def ask(self, request, together):
        self.socket.sendall(request * together)
        for _ in range(together):
            self.take_answer()

    def take_answer(self):
        while (end := self.left.find(b"\r\n\r\n")) < 0:
            self.receive()
        length = re.search(rb"\r\nContent-Length: (\d+)\r\n", self.left[:end + 2])
        size = end + 4 + (int(length[1]) if length else 0)
        while len(self.left) < size:
            self.receive()
        self.left = self.left[size:]

    def receive(self):
        more = self.socket.recv(1 << 16)
        if not more:
            sys.exit("build_profiled: a server closed the connection before the answer was complete")
        self.left += more


def train(program, folder, questions):
    """Runs a program with each way to transfer bytes. It gets the requests and ends, which writes the profile."""
    for transfer in ["syscall", "auto"]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen([BUILD / program, "--bind", f"127.0.0.1:{port}", "--loops", "1",
                                   "--transfer", transfer, "--log-file", "/dev/null"], cwd=folder)
        try:
            wait_for(server, port)
            for request, together, times in questions:
                clients = [Client(port) for _ in range(8)]
                for number in range(times):
                    clients[number % 8].ask(request, together)
            server.send_signal(signal.SIGTERM)
            if code := server.wait(timeout=60):
                sys.exit(f"build_profiled: {program} exited with {code}")
        finally:
            server.kill()  # does nothing if it has ended


def wait_for(server, port):
    for _ in range(200):
        if server.poll() is not None:
            sys.exit(f"build_profiled: {server.args[0]} exited with {server.returncode}")
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit(f"build_profiled: {server.args[0]} does not listen")


def main():
    for old in BUILD.rglob("*.gcda"):
        old.unlink()
    configure("record")
    build("mastic_program", *PROGRAMS)
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "1k.bin").write_bytes(bytes(1024))
        for program, where, questions in TRAINING:
            train(program, folder if where else ROOT, questions)
    configure("use")
    build("mastic_program", "instructions_clients", *PROGRAMS)


if __name__ == "__main__":
    main()
