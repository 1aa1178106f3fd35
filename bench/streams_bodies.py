"""Rows of `./dev bench streams` about content: uploads of gigabytes, forms with files, and a plot of the memory.

The clients are this process, because only the CPU time of the server counts.
"""

import contextlib
import socket
import tempfile
import threading
import time

import peers
import plot
from measure import BUILD, Server, ratio_row, row, take_turns

GIB = 1 << 30
LARGE = 4 * GIB
BLOCK = memoryview(bytes(range(256)) * 4096)  # 1 MiB
MOST_PRIVATE = 32  # MiB


def exchange(server, request, size, tail=b""):
    """Sends `request` with `size` bytes of content, and returns the CPU seconds of the server until its answer."""
    before = server.cpu_ns()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request)
        for at in range(0, size, len(BLOCK)):
            client.sendall(BLOCK[:size - at])
        client.sendall(tail)
        answer = client.recv(65536)
    if not answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 201 ")):
        raise SystemExit(f"bench: {server.name} answers an upload with {answer[:200]}")
    return (server.cpu_ns() - before) / 1e9


def upload(server, size):
    return exchange(server, b"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size, size)


def upload_form(server, size, path="/multipart"):
    head = b'--tea\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    tail = b"\r\n--tea--\r\n"
    return exchange(server, b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=tea\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (path.encode(), len(head) + size + len(tail), head), size, tail)


def download(server, path, size):
    received, buffer = -1, bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % path.encode())
        while received != 0:
            received = client.recv_into(buffer)
            size -= received
    if size > 0:
        raise SystemExit(f"bench: {path} lacks {size} bytes")


class Memory:
    """Samples the private memory of a server, in MiB, while a block of code runs."""

    def __init__(self, server):
        self.server = server
        self.samples = []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.sample)

    def __enter__(self):
        self.begin = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.ending.set()
        self.thread.join()

    def sample(self):
        while not self.ending.wait(0.02):
            self.samples.append((time.monotonic() - self.begin, self.server.resident_bytes() / (1 << 20)))

    def peak(self):
        return max(mib for _, mib in self.samples)


@contextlib.contextmanager
def site(transfer):
    """The site, in whose folder uploads are stored; one at a time."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        command = peers.streams(peers.OURS[transfer], "--max-upload-bytes", 2 * GIB, "--max-part-bytes", 2 * GIB,
                                "--upload-directory", folder, folder=folder)
        server = Server(transfer, command, asks=())
        try:
            yield server
        finally:
            server.stop()


def memory_rows(size):
    """The memory of a large upload and of two large downloads, and a plot of them."""
    panels, found = [], []
    for transfer in peers.OURS:
        series = {}
        with site(transfer) as server:
            for name, run in (("upload to a file", lambda: upload(server, size)),
                              ("download of the file", lambda: download(server, "/uploaded", size)),
                              ("download of a generator", lambda: download(server, f"/produced?bytes={size}", size))):
                with Memory(server) as memory:
                    run()
                series[name] = memory.samples
                found.append(row(f"{name}, {size / GIB:g} GiB: peak private memory, {transfer}", [memory.peak()], "MiB",
                                 f"<= {MOST_PRIVATE}"))
        panels.append((f"Private memory, MiB: {transfer}", series))
    (BUILD / "streams.svg").write_text(
        plot.lines(f"Memory of the server while {size / GIB:g} GiB come and go", panels, "seconds"))
    return found


def rows(plan):
    size, rounds = (GIB, 3) if plan.quick else (LARGE, 5)
    found = memory_rows(size)
    for transfer in peers.OURS:
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(site(transfer))
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp"))
            floor = Server("floor", peers.floor("upload", f"{folder}/floor"), asks=())
            stack.callback(floor.stop)
            cpu = take_turns({"floor": lambda: upload(floor, size), "ours": lambda: upload(server, size)}, rounds)
            found.append(ratio_row(f"upload of {size / GIB:g} GiB to a file: {transfer} / floor", cpu["ours"], cpu["floor"],
                                   "<= 1.3"))
            cpu = take_turns({"form": lambda: upload_form(server, GIB), "plain": lambda: upload(server, GIB),
                              "parts": lambda: upload_form(server, GIB, "/parts"),
                              "struct": lambda: upload_form(server, GIB, "/form")}, rounds)
            found.append(ratio_row(f"form with a file of 1 GiB: {transfer} / plain upload", cpu["form"], cpu["plain"],
                                   "<= 1.25"))
            found += [ratio_row(f"form with a file of 1 GiB, {how}: {transfer} / plain upload", cpu[name], cpu["plain"])
                      for name, how in (("parts", "saved part by part"), ("struct", "kept from a struct"))]
    return found
