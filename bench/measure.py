"""What the benchmarks share: servers pinned to one core, load from another, CPU by the process clock."""

import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
BODY = b"Hello, world!\n"


def row(name, values, unit, target=None):
    """A row from the paired rounds of one run."""
    return {"name": name, "value": statistics.median(values), "low": min(values), "high": max(values),
            "unit": unit, "target": target, "ok": None}


class Server:
    """A process on core 0 that listens on a port of its own, and ends with the benchmark."""

    def __init__(self, name, command):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.name = name
        words = [str(word).replace("PORT", str(self.port)) for word in command(self.port)]
        self.process = subprocess.Popen(["taskset", "-c", "0", *words], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.wait_until_ready()

    def wait_until_ready(self):
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as client:
                    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    answer = client.recv(65536)
                    if not (answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(BODY)):
                        sys.exit(f"bench: {self.name} does not answer as it should: {answer[:200]}")
                    return
            except OSError:
                time.sleep(0.02)
        sys.exit(f"bench: {self.name} did not start")

    def cpu_ns(self):
        """CPU of all its threads, those that ended too."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2)

    def resident_bytes(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"Private_Dirty:\s+(\d+) kB", text)[1]) * 1024

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def wrk(server, connections, seconds, script=None):
    """CPU of the server in ns per request, under load from core 1."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if script:
        command += ["-s", str(script)]
    before = server.cpu_ns()
    text = subprocess.run([*command, f"http://127.0.0.1:{server.port}/"], capture_output=True, text=True,
                          check=True).stdout
    used = server.cpu_ns() - before
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"bench: {server.name} failed under load:\n{text}")
    return used / int(re.search(r"(\d+) requests in", text)[1])


def require(program):
    if shutil.which(program) is None and not pathlib.Path(f"/usr/sbin/{program}").exists():
        sys.exit(f"bench: {program} is missing; ./dev setup bench installs it")
