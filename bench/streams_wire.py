"""Rows of `./dev bench streams` about the grammar of WebSockets alone: what bench/streams/wire.cc measures."""

import json
import subprocess

from measure import BUILD, row

TARGETS = {
    "unmask 64 KiB / memcpy": ("of it", "<= 2.0"),
    "utf8 ascii / memcpy": ("of it", "<= 1.5"),
    "utf8 other ns per byte": ("ns", "<= 0.2"),
    "deflate memory with takeover": ("bytes", "<= 65536"),
    "deflate memory without takeover": ("bytes", "<= 0"),
}


def rows(plan):
    command = ["taskset", "-c", "0", BUILD / "bench/bench_wire"]
    seen = {}
    for _ in range(1 if plan.quick else 3):
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
            figure = json.loads(line)
            seen.setdefault(figure["what"], []).append(figure["value"])
    return [row(what, values, *TARGETS.get(what, ("of it", None))) for what, values in seen.items()]
