#!/usr/bin/env python3
"""Uploads to a server that saves what it gets, and measures the server.

    upload.py [BYTES [ROUNDS]]

starts bench/floor/upload.cc and bench/streams/upload_site.cc in turn, on one processor each time, and prints what they
took: for the bytes of a file alone, for the same file in a form whose parts the handler saves, and for a handler that
takes the form as a struct. `upload` is for other benchmarks: it sends one upload and measures the process that takes it.
"""

import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BUILD = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "release" / "bench"
BOUNDARY = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"  # as browsers write them
FORM_BEGIN = b'--' + BOUNDARY + b'\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
FORM_END = b"\r\n--" + BOUNDARY + b"--\r\n"
PIECE = memoryview(os.urandom(1 << 20))
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """The CPU time of a process in user space and in the kernel, as a pair."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / TICK, int(fields[12]) / TICK


def private_bytes(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kib) << 10 for kib in re.findall(r"^Private_(?:Clean|Dirty): +(\d+) kB", text, re.M))


class Peak(threading.Thread):
    """The largest private memory of a process while a `with` block runs, looked at ten times a second."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.bytes, self.over = pid, private_bytes(pid), threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            self.bytes = max(self.bytes, private_bytes(self.pid))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def upload(port, pid, size, path="/upload", multipart=False):
    """Sends `size` bytes, alone or as the file of a form. Returns user and system seconds of the process `pid`, its peak of private memory in bytes,
    and the seconds that passed."""
    user, system = cpu_seconds(pid)
    begun = time.monotonic()
    with Peak(pid) as peak, socket.create_connection(("127.0.0.1", port)) as connection:
        begin, end = (FORM_BEGIN, FORM_END) if multipart else (b"", b"")
        fields = f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n" if multipart else ""
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: bench\r\n{fields}"
                           f"Content-Length: {len(begin) + size + len(end)}\r\n\r\n".encode() + begin)
        for left in range(size, 0, -len(PIECE)):
            connection.sendall(PIECE[:left])
        connection.sendall(end)
        answer = connection.recv(4096)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the upload was answered with {answer[:200]!r}")
    passed = time.monotonic() - begun
    user_after, system_after = cpu_seconds(pid)
    return user_after - user, system_after - system, peak.bytes, passed


def warm(folder, size):
    """Fills `size` bytes of the page cache and frees them. A virtual machine gives free memory back to its host after
    a few seconds, and the first write to a page that has to come from the host costs several times as much."""
    path = pathlib.Path(folder) / "warm"
    with path.open("wb", buffering=0) as file:
        for left in range(size, 0, -len(PIECE)):
            file.write(PIECE[:left])
    path.unlink()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command):
    """Starts a server and returns its process, once it accepts connections."""
    port = free_port()
    process = subprocess.Popen([each.format(port=port) for each in command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, port
        except ConnectionRefusedError:
            time.sleep(0.05)
    process.kill()
    sys.exit(f"upload: {command[0]} does not listen")


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 30
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory(dir=os.environ.get("UPLOAD_DIRECTORY")) as folder:
        floor = [str(BUILD / "floor_upload"), "{port}", f"{folder}/file"]
        mastic = [str(BUILD / "upload_site"), f"{folder}/file", "--bind", "127.0.0.1:{port}", "--loops", "1",
                  *sys.argv[3:]]
        servers = {"floor": (floor, "/upload"), "mastic": (mastic, "/upload"), "parts": (mastic, "/parts"),
                   "form": (mastic, "/form")}
        totals = {name: [] for name in servers}
        for _ in range(rounds):
            for name, (command, path) in servers.items():
                process, port = start(command)
                warm(folder, size)
                try:
                    user, system, peak, passed = upload(port, process.pid, size, path, path != "/upload")
                finally:
                    process.terminate()
                    process.wait()
                totals[name].append(user + system)
                print(f"{name:<8} user {user:6.2f} s  system {system:6.2f} s  peak {peak / (1 << 20):6.1f} MiB private"
                      f"  {passed:6.2f} s", flush=True)
                os.unlink(f"{folder}/file")
        for name, other in (("mastic", "floor"), ("parts", "mastic"), ("form", "mastic")):
            ratios = [mine / its for mine, its in zip(totals[name], totals[other])]
            print(f"CPU time of {name} against {other}: {statistics.median(ratios):.2f} "
                  f"({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
