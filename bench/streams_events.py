"""The row of `./dev bench streams` about events: the share of a core that many subscribers cost."""

import json
import subprocess

import peers
from measure import BUILD, row, running

SUBSCRIBERS = 10_000


def share(server, seconds):
    """The share of a core, in %, while each subscriber gets an event a second."""
    done = subprocess.run(["taskset", "-c", "1", BUILD / "bench/subscribers", str(server.port), "/events",
                           str(SUBSCRIBERS), str(seconds), str(server.process.pid)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"bench: {server.name} failed with event streams:\n{done.stderr}")
    return json.loads(done.stdout)["core_percent"]


def rows(plan):
    seconds, rounds = (5, 2) if plan.quick else (10, 5)
    found = []
    for transfer, option in peers.OURS.items():
        with running({transfer: peers.events(option, "--max-connections", 20_000)}, asks=()) as servers:
            shares = [share(servers[transfer], seconds) for _ in range(rounds)]
        found.append(row(f"{SUBSCRIBERS:,} event subscribers, one event a second: {transfer}", shares, "% of a core",
                         "<= 10"))
    return found
