"""What an idle keep-alive connection keeps resident, after one request each."""

import resource
import socket

from http1_bench import hello
from measure import BODY, Server, row

CONNECTIONS = 8000


def open_and_ask(port):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = client.recv(65536)
    if not answer.endswith(BODY):
        raise SystemExit(f"bench: a wrong answer: {answer[:100]}")
    return client


def measure(quick):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = 2000 if quick else CONNECTIONS
    rows = []
    for transfer in ("syscall", "io_uring"):
        server = Server(transfer, lambda port, t=transfer: [*hello(t)(port), "--max-connections", "20000"])
        clients = []
        try:
            warm = [open_and_ask(server.port) for _ in range(200)]
            for client in warm:
                client.close()
            before = server.resident_bytes()
            clients = [open_and_ask(server.port) for _ in range(count)]
            used = (server.resident_bytes() - before) / count
            rows.append(row(f"{count} idle connections, {transfer}", [used], "bytes each", "<= 160"))
        finally:
            for client in clients:
                client.close()
            server.stop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return rows
