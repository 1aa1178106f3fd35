"""The resident memory of an idle keep-alive connection after one request."""

import socket

from measure import BODY, Server, allow_many_descriptors, row
from peers import PEERS, floor, hello, write_files

CONNECTIONS = 8000


def connect(port, asks):
    client = socket.create_connection(("127.0.0.1", port))
    if asks:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = client.recv(65536)
        if not answer.endswith(BODY):
            raise SystemExit(f"bench: a wrong answer: {answer[:100]}")
    return client


def bytes_each(name, command, count, asks=True):
    """The growth of the server's own memory per connection, after 200 connections that warm it up."""
    server = Server(name, command, asks=())
    clients = []
    try:
        for client in [connect(server.port, asks) for _ in range(200)]:
            client.close()
        before = server.resident_bytes()
        clients = [connect(server.port, asks) for _ in range(count)]
        return (server.resident_bytes() - before) / count
    finally:
        for client in clients:
            client.close()
        server.stop()


def measure(quick):
    allow_many_descriptors()
    write_files()
    count = 2000 if quick else CONNECTIONS
    at = f"{count} idle connections, "
    rows = []
    for transfer in ("syscall", "io_uring"):
        command = hello(transfer, 1, "--max-connections", 20_000)
        rows.append(row(at + transfer, [bytes_each(transfer, command, count)], "bytes each", "<= 160"))
    if quick:
        return rows
    for name in [name for name in ("nginx", "h2o", "Beast") if name in PEERS]:
        rows.append(row(at + name, [bytes_each(name, PEERS[name], count)], "bytes each"))
    empty = bytes_each("idle floor", floor("idle"), count, asks=False)
    return rows + [row(at + "floor that keeps nothing", [empty], "bytes each")]
