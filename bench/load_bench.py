"""`mastic load` compared with wrk, at saturation: the rate that each reaches with the same server, what each spends on
a request itself, and the latencies that each reports.

The server runs on core 0, the generators take turns on core 1. wrk checks the status of answers, `mastic load` every
byte.
"""

import re
import resource
import subprocess
import sys

import peers
from measure import load, ms, quartile_row, ratio_row, require, running, take_turns

CONNECTIONS = 64
UNITS = {"us": 1, "ms": 1e3, "s": 1e6}


def measure(quick):
    require("wrk")
    rounds, seconds = (3, 2) if quick else (7, 4)
    with running({"server": peers.hello("syscall")}) as servers:
        server = servers["server"]
        seen = take_turns({"mastic load": lambda: with_mastic(server, seconds),
                           "wrk": lambda: with_wrk(server, seconds)}, rounds)
    found = []
    for what, unit in (("rate", "requests/s"), ("own_us", "us CPU"), ("p50", "us"), ("p99", "us")):
        values = {name: [sample[what] for sample in samples] for name, samples in seen.items()}
        found += [quartile_row(f"{LABELS[what]}: {name}", values[name], unit) for name in values]
        if what in ("rate", "own_us"):
            found.append(ratio_row(f"{LABELS[what]}: mastic load / wrk", values["mastic load"], values["wrk"]))
    return found


LABELS = {"rate": "rate at saturation", "own_us": "own CPU per request", "p50": "p50", "p99": "p99"}


def with_mastic(server, seconds):
    result = load(server, duration=ms(seconds), connections=CONNECTIONS)
    return {"rate": result["rate"], "own_us": result["own_us"], "p50": result["latency_us"]["p50"],
            "p99": result["latency_us"]["p99"]}


def with_wrk(server, seconds):
    used = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    before = used()
    text = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency",
                           f"http://127.0.0.1:{server.port}/"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"bench: {server.name} failed under load:\n{text}")
    answers = int(re.search(r"(\d+) requests in", text)[1])
    percentile = lambda part: [float(number) * UNITS[unit] for number, unit in
                               re.findall(rf"{part}%\s+([\d.]+)(us|ms|s)", text)][0]
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), "own_us": 1e6 * (used() - before) / answers,
            "p50": percentile(50), "p99": percentile(99)}
