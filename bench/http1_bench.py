"""The CPU time of a request over HTTP/1.1, compared with the floor programs and the peers.

The servers of a row take turns, and only one of them is under load at a time. The requests and servers are
in http1_get.py, http1_load.py and http1_content.py; a chart is written to build/bench/http1.svg.
"""

import sys

import http1_content
import http1_get
import http1_load
import peers
from chart import Chart
from measure import BUILD, Plan, allow_many_descriptors, require


def measure(quick):
    require("nginx")
    allow_many_descriptors()
    peers.write_files()
    plan = Plan(rounds=5, seconds=0.4, quick=True) if quick else Plan(rounds=9, seconds=1, quick=False)
    chart = Chart("CPU time of the server per request, Mastic with plain calls = 1; less is better",
                  of="plain calls")
    rows = []
    for part in (http1_get, http1_content, http1_load):
        print(f"{part.__name__} ...", file=sys.stderr)
        rows += part.rows(plan, chart)
    (BUILD / "http1.svg").write_text(chart.svg())
    return rows
