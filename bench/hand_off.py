"""Rows of `./dev bench threads` about handlers that block, and about the cost of the watch for quick ones."""

import re
import subprocess

from measure import BUILD, Server, require, row, wrk


def site(*options):
    return lambda port: [BUILD / "bench/threads_site", "--loops", "1", "--transfer", "syscall",
                         "--max-requests-per-connection", "1000000000", "--bind",
                         f"127.0.0.1:{port}", *options]


def mix(server, seconds, **clients):
    """Returns for each route the answers per second and the 99th percentile of the latency in ms."""
    routes = [f"/{route}={count}" for route, count in clients.items()]
    text = subprocess.run([BUILD / "bench/spike_mix", str(server.port), str(seconds), *routes],
                          capture_output=True, text=True, check=True).stdout
    seen = {}
    for line in text.splitlines():
        route, rate, p99, wrong = re.fullmatch(
            r"/(\S+) .* answers +(\d+)/s .* p99 +(\S+) .* wrong (\d+)", line).groups()
        if wrong != "0":
            raise SystemExit(f"bench: wrong answers:\n{text}")
        seen[route] = (float(rate), float(p99))
    return seen


def watch_rows(count, seconds):
    """Quick handlers with the watch and the bracket, compared with loops that are pinned to their threads."""
    servers = [Server("watched", site("--hand-off", "stuck")), Server("pinned", site("--hand-off", "never"))]
    rounds = {server.name: [] for server in servers}
    try:
        for at in range(count):
            for server in servers if at % 2 == 0 else reversed(servers):
                rounds[server.name].append(wrk(server, 64, seconds))
    finally:
        for server in servers:
            server.stop()
    ratios = [a / b for a, b in zip(rounds["watched"], rounds["pinned"])]
    return [row("quick handler, CPU: watched / without watch and bracket", ratios, "of it", "<= 1.02")]


def blocking_rows(count, seconds):
    server = Server("site", site("--workers", "64"))
    beside, worst, sleepers = [], [], []
    try:
        for _ in range(count):
            alone, _ = mix(server, seconds, quick=16)["quick"]
            rate, p99 = mix(server, seconds, quick=16, sleep50=16)["quick"]
            beside.append(rate / alone)
            worst.append(p99)
            slept, _ = mix(server, seconds, sleep10=256)["sleep10"]
            sleepers.append(slept / (64 / 0.010))
    finally:
        server.stop()
    return [row("quick beside 16 that sleep 50 ms: p99", worst, "ms", "<= 5"),
            row("quick beside them: throughput / alone", beside, "of it", ">= 0.7"),
            row("256 clients, 10 ms each, 64 workers: throughput / possible", sleepers, "of it", ">= 0.95")]


def rows(quick):
    require("wrk")
    count, seconds = (3, 1) if quick else (9, 2)
    return watch_rows(count, seconds) + blocking_rows(3 if quick else 5, seconds)
