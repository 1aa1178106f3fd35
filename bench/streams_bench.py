"""The cost of what streams both ways: WebSockets, topics, events and uploads.

The parts are in the files streams_*.py, the site is bench/streams/site.cc. The last row says what a request costs
that uses none of it.
"""

import sys

import instructions_bench
import streams_bodies
import streams_events
import streams_sockets
import streams_wire
from measure import BUILD, Plan, allow_many_descriptors, row

NAME = "plain handler"


def measure(quick):
    allow_many_descriptors()
    plan = Plan(rounds=5, seconds=0.4, quick=True) if quick else Plan(rounds=9, seconds=1, quick=False)
    rows = []
    for part in (streams_wire, streams_sockets, streams_events, streams_bodies):
        print(f"{part.__name__} ...", file=sys.stderr)
        rows += part.rows(plan)
    return rows + unused()


def unused():
    """A GET that uses none of it, compared with what is recorded."""
    now = instructions_bench.count(BUILD, {NAME: instructions_bench.ROWS[NAME]})[NAME]
    recorded = [line["instructions"][NAME] for line in instructions_bench.history()
                if line["toolchain"] == instructions_bench.toolchain()]
    if not recorded:
        return [row("a GET that uses none of it", [now], "instructions")]
    return [row("a GET that uses none of it: instructions / recorded", [now / recorded[-1]], "of it", "<= 1.00")]
