"""Shared by the benchmarks: servers pinned to one core, load from another core, CPU time by the process clock."""

import contextlib
import dataclasses
import http.client
import json
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
BODY = b"Hello, world!\n"


@dataclasses.dataclass
class Ask:
    """A request, and the content that its answer must have."""
    path: str
    content: bytes
    type: str = "text/plain; charset=utf-8"
    sends: bytes = b""


HELLO = Ask("/", BODY)


@dataclasses.dataclass
class Plan:
    """The size of a run: the rounds, the seconds of each sample, and whether rows without a target are left out."""
    rounds: int
    seconds: float
    quick: bool


def row(name, values, unit, target=None):
    """A row from the rounds of one run: the median, the lowest and the highest."""
    return {"name": name, "value": statistics.median(values), "low": min(values), "high": max(values),
            "unit": unit, "target": target, "ok": None}


def quartile_row(name, values, unit, target=None):
    """A row whose spread is the middle half of the rounds, so that one disturbed round does not matter."""
    low, _, high = statistics.quantiles(values, method="inclusive")
    return {**row(name, values, unit, target), "low": low, "high": high, "rounds": values}


def ratio_row(name, ours, theirs, target=None, unit="of it"):
    return quartile_row(name, [a / b for a, b in zip(ours, theirs)], unit, target)


def take_turns(samples, count):
    """Calls each function of `samples` (name: function) once per round, in every second round backwards."""
    taken = {name: [] for name in samples}
    for at in range(count):
        for name in list(samples) if at % 2 == 0 else reversed(samples):
            taken[name].append(samples[name]())
    return taken


class Server:
    """A server process, pinned to `cores`, that listens on a free port and ends with the benchmark."""

    def __init__(self, name, command, asks=(HELLO,), cores="0"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.name = name
        words = [str(word) for word in command(self.port)]
        self.process = subprocess.Popen(["taskset", "-c", cores, *words], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.wait_until_ready()
        for ask in asks:
            self.check(ask)

    def wait_until_ready(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit(f"bench: {self.name} did not start")

    def check(self, ask):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        client.request("POST" if ask.sends else "GET", ask.path, ask.sends or None)
        answer = client.getresponse()
        seen = (answer.status, answer.headers["Content-Type"], answer.read())
        client.close()
        if seen != (200, ask.type, ask.content):
            self.stop()
            sys.exit(f"bench: {self.name} answers {ask.path} with {seen[0]}, {seen[1]}, {seen[2][:200]}")

    def cpu_ns(self):
        """The CPU time of all its threads, including those that have ended."""
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


@contextlib.contextmanager
def running(commands, asks=(HELLO,), cores="0"):
    """Starts a server for each name, checks its answers, and stops all servers at the end."""
    servers = {}
    try:
        for name, command in commands.items():
            servers[name] = Server(name, command, asks, cores)
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def load(server, ask=HELLO, cores="1", **options):
    """Runs `mastic load` against a server, from another core, and returns its result; `server_us` is CPU per answer.
    A single failure or closed connection ends the benchmark."""
    words = ["--process", str(server.process.pid), "--json", "--no-progress"]
    if server.name == "Pistache":  # which else announces that it closes the connection, but keeps it open
        words += ["--header", "Connection: keep-alive"]
    with contextlib.ExitStack() as stack:
        if ask.sends:
            content = stack.enter_context(tempfile.NamedTemporaryFile())
            content.write(ask.sends)
            content.flush()
            words += ["--content-file", content.name]
        for name, value in options.items():
            words += [f"--{name}", str(value)]
        done = subprocess.run(["taskset", "-c", cores, BUILD / "mastic", "load",
                               f"http://127.0.0.1:{server.port}{ask.path}", *words], capture_output=True, text=True)
    result = json.loads(done.stdout) if done.stdout else None
    if done.returncode != 0 or result["reconnects"] > 0:
        sys.exit(f"bench: {server.name} failed under load, {' '.join(words)}:\n{done.stdout}{done.stderr}")
    return result


def ms(seconds):
    """A duration as options spell it."""
    return f"{round(1000 * seconds)}ms"


def load_in_turns(servers, plan, ask=HELLO, **options):
    """For each server, the result of `load` in each round."""
    return take_turns({name: lambda server=server: load(server, ask, duration=ms(plan.seconds), **options)
                       for name, server in servers.items()}, plan.rounds)


def cpu(seen):
    """For each server, the CPU time per answer in each round, in microseconds."""
    return {name: [sample["server_us"] for sample in samples] for name, samples in seen.items()}


def wrk(server, connections, seconds, script=None):
    """The CPU time of the server in ns per request, under load from core 1."""
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


def allow_many_descriptors():
    """Raises the limit of descriptors for this process and the servers that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def require(*programs):
    for program in programs:
        if shutil.which(program) is None and not pathlib.Path(f"/usr/sbin/{program}").exists():
            sys.exit(f"bench: {program} is missing; ./dev setup bench installs it")
