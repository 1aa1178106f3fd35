"""The cost of sites that are composed of parts: to a request, to `mastic check`, and to the start.

A request to the last of ten applications below prefixes, through five filters that let everything pass, is
compared with one to the same handler alone (bench/compose.cc), on one loop with plain calls. The other rows
are the CPU time of the program `mastic` with a site file, in user space and in the kernel.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

import instructions_bench
from measure import BODY, BUILD, Ask, Plan, cpu, load_in_turns, quartile_row, ratio_row, row, running

SITE = "bench/compose_site"
COMPOSED = Ask("/part-9/", BODY)
MASTIC = BUILD / "mastic"
SECTIONS = 1000


def rows_of_requests(plan):
    at = (64, 1, None)
    counts = instructions_bench.count(BUILD, {
        "alone": (SITE, "syscall", COMPOSED.path, *at),
        "composed": (SITE + " --composed", "syscall", COMPOSED.path, *at)})
    found = [row(f"a request, {name}", [counts[name]], "instructions") for name in counts]
    found.append(row("ten applications and five filters / the handler: instructions",
                     [counts["composed"] / counts["alone"]], "of it"))

    def command(*options):
        return lambda port: [BUILD / SITE, *options, "--bind", f"127.0.0.1:{port}", "--loops", "1",
                             "--transfer", "syscall", "--log-level", "warning"]
    with running({"alone": command(), "composed": command("--composed")}, [COMPOSED]) as servers:
        us = cpu(load_in_turns(servers, plan, COMPOSED, connections=64))
    found += [quartile_row(f"a request, {name}", us[name], "us CPU") for name in us]
    found.append(ratio_row("ten applications and five filters / the handler: CPU", us["composed"], us["alone"],
                           "<= 1.05"))
    return found


def site_of_sections():
    """A site file of 1,000 sections, all of which are used."""
    names = [f"part-{at}" for at in range(SECTIONS - 1)]
    return "".join(["[composite:main]\nuse = egg:Paste#urlmap\n", *(f"/{name} = {name}\n" for name in names),
                    *(f"[app:{name}]\nuse = egg:Paste#static\ndocument_root = %(here)s\n" for name in names)])


THREE_PARTS = """
[composite:main]
use = egg:Paste#urlmap
/ = files
/manual = manual

[app:files]
use = egg:Paste#static
document_root = %(here)s

[app:manual]
use = files
cache_max_age = 60
"""


def checked_ms(site):
    """The CPU time of `mastic check`, from its start to its end."""
    process = subprocess.Popen([MASTIC, "check", site], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {site} is wrong:\n{output.decode()[-2000:]}")
    return (used.ru_utime + used.ru_stime) * 1000


def started_ms(site):
    """The CPU time of `mastic serve`, from its start to its first answer."""
    process = subprocess.Popen([MASTIC, "serve", site, "--bind", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    with contextlib.ExitStack() as at_end:
        at_end.callback(process.communicate)
        at_end.callback(process.kill)
        before = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", line := process.stderr.readline())):
            before += line
            if not line:
                sys.exit(f"bench: {site} cannot be served:\n{before}")
        with urllib.request.urlopen(found.group() + "hello.txt", timeout=20) as answer:
            assert answer.read() == BODY, "the first answer is wrong"
        return time_of(process) / 1e6


def time_of(process):
    return time.clock_gettime_ns((~process.pid << 3) | 2)


def rows_of_files(plan):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "hello.txt").write_bytes(BODY)
        (root / "large.ini").write_text(site_of_sections())
        (root / "small.ini").write_text(THREE_PARTS)
        checks = [checked_ms(root / "large.ini") for _ in range(plan.rounds)]
        starts = [started_ms(root / "small.ini") for _ in range(plan.rounds)]
    return [quartile_row(f"mastic check of {SECTIONS:,} sections", checks, "ms CPU", "< 100"),
            quartile_row("mastic serve of three parts, to its first answer", starts, "ms CPU", "< 10")]


def measure(quick):
    plan = Plan(rounds=5 if quick else 9, seconds=0.5 if quick else 1, quick=quick)
    return rows_of_requests(plan) + rows_of_files(plan)
