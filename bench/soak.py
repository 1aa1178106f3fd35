"""Mixed load for an hour: ./dev bench soak [--minutes N] [--cores N].

Clients of all kinds (KINDS below and in soak_streams.py) talk to one server over loopback at the same time, while its memory,
descriptors and connections are recorded every second. Writes build/bench/soak.json and soak.svg. Exits with 0
when memory and descriptors are flat (the median of the last tenth exceeds that of the second tenth by at most
SLACK), no request of an honest client has failed, no connection is left when the clients are gone, and the
server exits with 0. The load adapts, so that server and clients together use N cores; by default all cores but
half of one.
"""

import argparse
import asyncio
import json
import os
import pathlib
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import plot
import soak_streams
from conditions import conditions
from measure import BUILD
from soak_client import LIMIT, LONGEST, Client, Failed, Load, get, post

SITE = BUILD / "bench" / "soak_site"
HELLO = b"Hello, world!\n"
FILE = bytes(range(256)) * 4096  # 1 MiB: sent from the disk cache
SLACK = {"private_kib": 1.05, "descriptors": 1.05}  # as a factor
LITTLE = {"private_kib": 1024, "descriptors": 12}   # always allowed, for small figures


QUICK = [("/", HELLO), ("/", HELLO), ("/", HELLO), ("/sleep", b"slept\n"), ("/block", b"blocked\n"),
         ("/files/small", FILE[:1024])]
LARGE = [("/large", b"l" * (1 << 20)), ("/stream", b"s" * (4 << 20)), ("/files/large", FILE)]

# ---- honest clients: all their requests must be answered correctly ----


async def keep_alive(load):
    """Many requests over one connection."""
    async with Client(load) as client:
        for _ in range(random.randint(1, 200)):
            path, content = random.choice(QUICK)
            await client.send(get(path))
            await client.expect(content)
            load.done["request"] += 1
            await load.rest()


async def pipeline(load):
    async with Client(load) as client:
        for _ in range(random.randint(1, 20)):
            asked = random.choices(QUICK, k=random.randint(2, 60))
            await client.send(b"".join(get(path) for path, _ in asked))
            for _, content in asked:
                await client.expect(content)
            load.done["pipelined"] += len(asked)
            await load.rest()


async def download(load):
    async with Client(load) as client:
        for path, content in random.choices(LARGE, k=3):
            await client.send(get(path))
            await client.expect(content)
            load.done["download"] += 1
            await load.rest()


async def upload(load):
    """Sends large content to a handler that gathers it and sends it back, and to one that pulls it."""
    async with Client(load) as client:
        content = random.randbytes(random.randint(1, 1 << 20))
        sending = asyncio.create_task(client.send(post("/echo", content)))
        await client.expect(content)
        await sending
        load.done["echo"] += 1
        await load.rest()
        await client.send(b"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(32):
            await client.send(b"20000\r\n" + bytes(0x20000) + b"\r\n")
        await client.send(b"0\r\n\r\n")
        await client.expect(b"%d\n" % (32 * 0x20000))
        load.done["upload"] += 1
        await load.rest()


async def read_slowly(load):
    async with Client(load, receive_bytes=32 << 10) as client:
        path, content = random.choice([LARGE[0], LARGE[2]])
        await client.send(get(path))
        await client.expect(content, slowly=True)
        load.done["slow reader"] += 1


async def write_slowly(load):
    """Sends the head a few bytes at a time, then the content in small pieces."""
    async with Client(load) as client:
        content = random.randbytes(random.randint(1000, 40_000))
        request = post("/echo", content)
        at = 0
        while at < len(request):
            size = random.randint(1, 20) if at < 60 else random.randint(500, 5000)
            await client.send(request[at:at + size])
            at += size
            await asyncio.sleep(random.uniform(0, 0.4))
        await client.expect(content)
        load.done["slow writer"] += 1


async def stay_idle(load):
    async with Client(load) as client:
        for _ in range(random.randint(2, 4)):
            await client.send(get("/"))
            await client.expect(HELLO)
            load.done["idle"] += 1
            await asyncio.sleep(random.uniform(1, 15))


async def half_close(load):
    """Closes its write side after the last request, and continues to read."""
    async with Client(load) as client:
        await client.send(get("/") * 3)
        client.writer.write_eof()
        for _ in range(3):
            await client.expect(HELLO)
        if await client.reader.read(1):
            raise Failed("more bytes came than were asked for")
        load.done["half-closed"] += 3
        await load.rest()


# ---- misbehaving clients: they get errors, and must not affect others ----

MALFORMED = [
    b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET / HTTP/3.7\r\nHost: a\r\n\r\n",
    b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"]


async def break_grammar(load):
    async with Client(load) as client:
        await client.send(random.choice(MALFORMED))
        status, _ = await client.answer()
        if not 400 <= status < 600:
            raise Failed(f"a malformed request was answered with {status}")
        await client.reader.read()  # until the server closes the connection
        load.done["malformed"] += 1
        await load.rest()


async def reset(load):
    """Resets the connection at any moment: before, during and after a request and its answer."""
    request = random.choice([get("/"), get("/large"), get("/stream"), get("/block"), get("/sleep"), get("/files/large"),
                             get("/") * 30, post("/echo", bytes(200_000)), post("/count", bytes(200_000))])
    async with Client(load) as client:
        client.writer.write(request[:random.choice([len(request), random.randint(0, len(request))])])
        await asyncio.sleep(random.choice([0, 0, random.uniform(0, 0.03)]))
        if random.random() < 0.3:
            try:
                async with asyncio.timeout(0.05):
                    await client.reader.read(random.randint(1, 100_000))
            except TimeoutError:
                pass
        client.reset()
        load.done["reset"] += 1
    await load.rest()


async def stall(load):
    """Begins a request and sends nothing more, until the deadline for the head ends it."""
    async with Client(load) as client:
        await client.send(get("/")[:random.randint(1, 30)])
        status, _ = await client.answer()
        if status != 408:
            raise Failed(f"an incomplete request was answered with {status}, not with 408")
        await client.reader.read()
        load.done["stalled"] += 1


KINDS = {keep_alive: 24, pipeline: 4, download: 3, upload: 3, read_slowly: 6, write_slowly: 8, stay_idle: 30,
         half_close: 2, break_grammar: 3, reset: 6, stall: 4, **soak_streams.KINDS}


async def play(load, kind):
    """Runs clients of one kind, one after another."""
    while not load.ending:
        try:
            async with asyncio.timeout(LONGEST) as limit:
                LIMIT.set(limit)
                await kind(load)
        except (Failed, OSError, EOFError, TimeoutError, ValueError) as error:
            load.failures.append({"kind": kind.__name__, "time": time.time(), "what": f"{type(error).__name__}: {error}"})
            if len(load.failures) > 1000:
                raise SystemExit("bench: the soak has more than 1000 failures; see build/bench/soak.json") from None
            await asyncio.sleep(0.5)


# ---- the server process ----


def start(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([SITE, "--bind", f"127.0.0.1:{port}", "--loops", "2", "--access-log", "off"],
                              cwd=folder, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if "loops" in line:
            print(line.strip())
            return server, port
    sys.exit("bench: the site did not start")


def look(server, load, start_time):
    memory = pathlib.Path(f"/proc/{server.pid}/smaps_rollup").read_text()
    links = []
    for entry in os.scandir(f"/proc/{server.pid}/fd"):
        try:
            links.append(os.readlink(entry.path))
        except FileNotFoundError:
            pass
    kib = lambda name: int(re.search(rf"{name}:\s+(\d+) kB", memory)[1])
    return {"seconds": round(time.monotonic() - start_time, 2), "resident_kib": kib("Rss"),
            "private_kib": kib("Private_Dirty"), "descriptors": len(links),
            "connections": sum(link.startswith("socket:") for link in links), "clients": load.open,
            "done": sum(load.done.values())}


def cpu(server):
    """The CPU seconds of the server and of this process together."""
    return time.clock_gettime((~server.pid << 3) | 2) + time.process_time()


async def run(server, port, seconds, cores):
    load = Load(port, server, cores)
    begin = time.monotonic()
    before = look(server, load, begin)["connections"]
    tasks = [asyncio.create_task(play(load, kind)) for kind, count in KINDS.items() for _ in range(count)]
    samples = []
    while time.monotonic() - begin < seconds:
        used, at = cpu(server), time.monotonic()
        await asyncio.sleep(1)
        load.adapt((cpu(server) - used) / (time.monotonic() - at))
        if server.poll() is not None:
            load.failures.append({"kind": "server", "time": time.time(), "what": f"ended with {server.returncode}"})
            break
        samples.append(look(server, load, begin) | {"cores": round((cpu(server) - used) / (time.monotonic() - at), 2)})
        if len(samples) % 60 == 0:
            print(json.dumps(samples[-1]), flush=True)
        for task in tasks:
            if task.done():
                task.result()
    load.ending = True
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(30):  # 15 seconds: the server lingers for ten at most
        left = look(server, load, begin)["connections"] - before if server.poll() is None else 0
        if left == 0:
            break
        await asyncio.sleep(0.5)
    return load, samples, left


def verdict(samples):
    """For each figure the medians of the second and of the last tenth of the run, and whether it is flat."""
    tenth = max(len(samples) // 10, 1)
    found = {}
    for name, slack in SLACK.items():
        first = statistics.median(each[name] for each in samples[tenth:2 * tenth])
        last = statistics.median(each[name] for each in samples[-tenth:])
        found[name] = {"second_tenth": first, "last_tenth": last, "flat": last <= max(first * slack, first + LITTLE[name])}
    return found


def draw(samples, minutes):
    series = lambda name, scale=1: [(each["seconds"] / 60, each[name] / scale) for each in samples]
    return plot.lines(f"{minutes:g} minutes of mixed load on one server", [
        ("Memory, MiB", {"resident": series("resident_kib", 1024), "private": series("private_kib", 1024)}),
        ("Descriptors", {"all": series("descriptors"), "sockets": series("connections")}),
        ("Requests a second", {"done": [((a["seconds"]) / 60, (a["done"] - b["done"]) / max(a["seconds"] - b["seconds"], 0.1))
                                        for b, a in zip(samples, samples[1:])]})], "minutes")


def main(words):
    parser = argparse.ArgumentParser(prog="./dev bench soak")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cores", type=float, default=os.cpu_count() - 0.5)
    chosen = parser.parse_args(words)
    minutes = chosen.minutes
    found_in = conditions(quick=False)
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "small").write_bytes(FILE[:1024])
        (pathlib.Path(folder) / "large").write_bytes(FILE)
        server, port = start(folder)
        try:
            load, samples, left = asyncio.run(run(server, port, minutes * 60, chosen.cores))
            server.terminate()
            ended = server.wait(60)
        finally:
            server.kill()
    figures = verdict(samples)
    good = (all(each["flat"] for each in figures.values()) and not load.failures and left == 0 and ended == 0)
    result = {"conditions": found_in["text"], "minutes": minutes, "cores": chosen.cores, "good": good, "figures": figures, "failures": load.failures, "done": load.done,
              "connections_left": left, "exit_code": ended, "samples": samples}
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "soak.json").write_text(json.dumps(result, indent=1) + "\n")
    (BUILD / "soak.svg").write_text(draw(samples, minutes))
    print("  ".join(f"{name} {count:,}" for name, count in sorted(load.done.items())))
    for name, each in figures.items():
        print(f"{name}: {each['second_tenth']:,.0f} in the second tenth, {each['last_tenth']:,.0f} in the last: "
              + ("flat" if each["flat"] else "NOT FLAT"))
    for failure in load.failures[:5]:
        print(f"failed: {failure['kind']}: {failure['what']}")
    print(f"{len(load.failures)} failures, {left} connections left, exit code {ended}: {'good' if good else 'NOT GOOD'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
