#!/usr/bin/env python3
"""Counts the instructions of a request in user space with callgrind, and checks that they do not grow.

The clients are played within the server's process, whenever its loop is about to wait
(bench/instructions/clients.cc). So every turn serves all connections, and every run gives the same count. The
counts of two runs with different numbers of requests are subtracted, which removes the start. Only loops are
counted (Loop::drive), but neither the clients nor the watch thread nor the kernel. The C library may use only
functions that every x86-64 processor supports, so every such machine gives the same count.

bench/history.jsonl has a line with the counts of each recorded commit. `./dev check` runs this file. It fails
when a row has grown by more than 3 % since the last line, or from one line to the next without a reason.
"""

import concurrent.futures
import datetime
import json
import os
import pathlib
import platform
import re
import socket
import subprocess
import sys
import tempfile

from measure import BUILD, ROOT, require, row

HISTORY = ROOT / "bench" / "history.jsonl"
MOST_GROWTH = 1.03
HELLO = "examples/01-hello/hello"
SITE = "bench/instructions_site"
# Name: program with its options, transfer, path, connections, requests that each of them pipelines, and the target.
ROWS = {
    "plain handler": (HELLO, "syscall", "/", 64, 1, "<= 2600"),
    "plain handler, io_uring": (HELLO, "io_uring", "/", 64, 1, "<= 2600"),
    "plain handler, one connection": (HELLO, "syscall", "/", 1, 1, "<= 3100"),
    "plain handler, pipelined x16": (HELLO, "syscall", "/", 8, 16, None),
    "Task handler": (SITE, "syscall", "/task", 64, 1, None),
    "static file of 1 KiB from memory": (SITE, "syscall", "/files/1k.bin", 64, 1, "<= 1200"),
}
OLD_CPU = "glibc.cpu.hwcaps=" + ",".join(
    f"-{each}" for each in ["AVX512F", "AVX512VL", "AVX512BW", "AVX2", "AVX", "BMI2", "ERMS", "FSRM", "RTM",
                            "SSE4_2", "SSE4_1", "SSSE3", "AVX_Fast_Unaligned_Load"])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def counted(build, name, case, rounds, folder):
    """The instructions of a complete run."""
    command, transfer, path, connections, pipelined, _ = case
    program, *options = command.split()
    port = free_port()
    environment = os.environ | {
        "GLIBC_TUNABLES": OLD_CPU,
        "LD_PRELOAD": str(build / "bench" / "instructions_clients.so"),
        "MASTIC_CLIENTS": f"{port} {connections} {pipelined} {rounds} {path}"}
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         "--toggle-collect=mastic::loop::Loop::drive*", "--toggle-collect=play_clients", build / program,
         *options, "--bind", f"127.0.0.1:{port}", "--loops", "1", "--transfer", transfer],
        capture_output=True, text=True, env=environment, cwd=folder, timeout=120)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None or (transfer == "io_uring" and "batches" not in done.stderr):
        sys.exit(f"bench: '{name}' cannot be counted:\n{done.stderr}")
    return int(found[1])


def count(build, cases=ROWS):
    """The instructions of one request, for each case."""
    require("valgrind")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "1k.bin"
        file.write_bytes(bytes(1024))
        os.utime(file, ns=(10**18 + 123456789,) * 2)  # so that its entity tag always has the same length

        def of_request(name):
            case = cases[name]
            at_once = case[3] * case[4]
            few, many = 2, 2 + max(2560 // at_once, 20)
            return (counted(build, name, case, many, folder) - counted(build, name, case, few, folder)) / (
                (many - few) * at_once)

        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            return dict(zip(cases, map(round, pool.map(of_request, cases))))


def measure(quick):
    return [row(name, [value], "instructions", ROWS[name][5]) for name, value in count(BUILD).items()]


# ---- the history ----

def toolchain():
    """The compiler and C library: counts of different ones must not be compared."""
    compiler = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout
    return f"{platform.machine()}, g++ {compiler.strip()}, {os.confstr('CS_GNU_LIBC_VERSION')}"


def history():
    if not HISTORY.exists():
        return []
    return [json.loads(line) for line in HISTORY.read_text().splitlines() if line.strip()]


def worse(before, now):
    """The rows that have grown too much or are missing: name, count before, count now or None."""
    return [(name, value, now.get(name)) for name, value in before.items()
            if now.get(name) is None or now[name] > value * MOST_GROWTH]


def described(name, before, now):
    if now is None:
        return f"'{name}' is no longer counted"
    return f"'{name}' takes {now:,} instructions a request; {before:,} are recorded ({now / before - 1:+.1%})"


def unexplained(lines):
    """The lines of the history that are worse than the one before and give no reason."""
    found = []
    last = {}
    for number, line in enumerate(lines, 1):
        before = last.get(line["toolchain"], {})
        if not line["reason"]:
            found += [f"bench/history.jsonl:{number} gives no reason for this: {described(*each)}"
                      for each in worse(before, line["instructions"])]
        last[line["toolchain"]] = line["instructions"]
    return found


def record(reason):
    """Appends a line, unless it is worse than the last one and has no reason. Returns an exit code."""
    git = lambda *words: subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True,
                                        check=True).stdout.strip()
    changed = "+" if git("status", "--porcelain") else ""  # the count belongs to the commit after that one
    line = {"commit": git("rev-parse", "--short=10", "HEAD") + changed,
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            "toolchain": toolchain(), "instructions": count(BUILD), "reason": reason}
    problems = unexplained([*history(), line])
    if problems:
        return complain(problems, "./dev bench instructions --record \"REASON\"")
    with HISTORY.open("a") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line, indent=1))
    return 0


def check(build):
    """Compares the counts with the history. Returns an exit code."""
    lines = history()
    problems = unexplained(lines)
    same = [line["instructions"] for line in lines if line["toolchain"] == toolchain()]
    now = count(build)
    for name, value in now.items():
        print(f"{name:<34} {value:>7,}" + (f"  {value / same[-1][name] - 1:+.1%}" if same and name in same[-1]
                                           else "  not recorded"))
    if not same:
        print(f"nothing is recorded for {toolchain()}, so nothing is compared")
        return complain(problems) if problems else 0
    problems += [described(*each) for each in worse(same[-1], now)]
    problems += [f"'{name}' has no recorded count" for name in now if name not in same[-1]]
    if problems:
        return complain(problems, "make it cheaper, or record it with a reason: "
                        "./dev bench instructions --record \"REASON\"")
    if any(now[name] * MOST_GROWTH < value for name, value in same[-1].items()):
        print("cheaper than recorded; record the new counts: ./dev bench instructions --record")
    return 0


def complain(problems, remedy="give the line a reason"):
    for problem in problems:
        print(f"bench: {problem}", file=sys.stderr)
    print(f"bench: {remedy}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(check(ROOT / "build" / "release"))
