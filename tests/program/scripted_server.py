"""A server whose answers are functions, so that it can misbehave in any way: for load_test.py."""

import contextlib
import itertools
import socket
import struct
import threading

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
RIGHT = HEAD + b"hello"


class Server:
    """A server whose answers are functions: `behaviour(number, connection)` answers the request `number`, counted
    from 0 over all connections, and returns False if the connection is to be closed."""

    def __init__(self, behaviour, family=socket.AF_INET, address=("127.0.0.1", 0)):
        self.behaviour = behaviour
        self.numbers = itertools.count()
        self.requests = 0
        self.connections = 0
        self.lock = threading.Lock()
        self.open = set()
        self.ends = False
        self.listener = socket.socket(family)
        if family == socket.AF_INET:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(address)
        self.listener.listen(128)
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.ends = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(20)
        with self.lock:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/"

    def accept(self):
        while not self.ends:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self.open.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        waiting = b""
        with contextlib.suppress(OSError), connection:
            while True:
                while b"\r\n\r\n" not in waiting:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    waiting += piece
                _, _, waiting = waiting.partition(b"\r\n\r\n")
                with self.lock:
                    self.requests += 1
                    number = next(self.numbers)
                if self.behaviour(number, connection) is False:
                    break
        with self.lock:
            self.open.discard(connection)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def sends(*answers):
    """A behaviour that sends the answers in turn; the first one always for the first request."""
    def behaviour(number, connection):
        connection.sendall(answers[number % len(answers)])
    return behaviour
