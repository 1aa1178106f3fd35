"""The cost of conveniences for authors: JSON of structs, routes with types, many routes, answers as JSON.

Targets are for instructions in user space, which callgrind counts without any noise; they do not include
the kernel's part of a request. The CPU time, which includes the kernel, is recorded beside them.
"""

import re
import subprocess

from measure import BUILD, require, row

AUTHOR = BUILD / "bench" / "bench_author"
# The measured case, the case that it is compared with, the name of the row, and the target.
PAIRS = [
    ("write", "write-boost", "struct to JSON / Boost.JSON by hand", "<= 1.0"),
    ("read", "read-boost", "JSON to struct / Boost.JSON by hand", None),
    ("typed", "static", "request to a route of two values / of none", "<= 1.03"),
    ("json", "text", "request answered with a struct / with text", "<= 1.05"),
    ("routes-10000", "routes-10", "request to one of 10,000 routes / of 10", "<= 1.03"),
]


def instructions(case, rounds):
    """The instructions of one round in user space."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           "--toggle-collect=measured", AUTHOR, case, str(rounds)],
                          capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / rounds


def run(case, rounds):
    """The CPU time in ns and the heap allocations of one round."""
    done = subprocess.run(["taskset", "-c", "1", AUTHOR, case, str(rounds)], capture_output=True, text=True,
                          check=True)
    cpu, allocations = done.stdout.split()
    return float(cpu), float(allocations)


def measure(quick):
    require("valgrind")
    rows = []
    for ours, theirs, name, target in PAIRS:
        counts = [instructions(case, 500) for case in (ours, theirs)]
        rows.append(row(f"{name}: instructions", [counts[0] / counts[1]], "of it", target))
    for case in ("static", "typed", "routes-10000"):
        added = run(case, 1000)[1] - run("no-route", 1000)[1]
        rows.append(row(f"allocations added by routing: {case}", [added], "a request", "<= 0"))
    if quick:
        return rows
    for ours, theirs, name, _ in PAIRS:
        rounds = [(run(ours, 30_000)[0], run(theirs, 30_000)[0]) for _ in range(9)]
        rows.append(row(f"{name}: CPU", [a / b for a, b in rounds], "of it"))
    return rows
