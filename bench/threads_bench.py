"""The cost of threads, tasks and queues, compared with a futex, Boost.Asio and oneTBB; then handlers that block.

A row compares two cases of `bench_threads` (bench/threads/), which take turns, round by round. To add a row, add
a case there and a line to PAIRS. Programs of another kind get their own function that returns rows, which is
called at the end of `measure`.
"""

import subprocess

import hand_off
from measure import BUILD, row

THREADS = BUILD / "bench" / "bench_threads"
FIGURES = ["CPU", "time", "p50"]
# The case, the case that it is compared with, the figure, the name of the row, the operations of a round, and the
# target.
PAIRS = [
    ("pool", "futex", "p50", "pool: submit and get / two threads and a futex", 20_000, "<= 1.3"),
    ("tasks", "tasks-asio", "CPU", "a million tiny tasks / Boost.Asio's", 1_000_000, None),
    ("tasks-all", "tasks-asio", "CPU", "the same, submitted at once / Boost.Asio's", 1_000_000, None),
    ("queue-1", "queue-1-tbb", "CPU", "Queue<int>, 1 to 1 / oneTBB's", 1_000_000, None),
    ("queue-1", "queue-1-tbb", "time", "Queue<int>, 1 to 1 / oneTBB's", 1_000_000, None),
    ("queue-4", "queue-4-tbb", "CPU", "Queue<int>, 4 to 4 / oneTBB's", 1_000_000, None),
    ("queue-4", "queue-4-tbb", "time", "Queue<int>, 4 to 4 / oneTBB's", 1_000_000, None),
    ("channel-16", "channel-16-asio", "CPU", "Channel of 16 / Boost.Asio's", 1_000_000, None),
    ("channel-0", "channel-0-asio", "CPU", "Channel of 0 / Boost.Asio's", 1_000_000, None),
    ("channel-apart-16", "channel-16-asio", "CPU", "Channel of 16 between contexts / Boost.Asio's",
     1_000_000, None),
    ("channel-apart-0", "channel-0-asio", "CPU", "Channel of 0 between contexts / Boost.Asio's",
     1_000_000, None),
    ("group", "group-asio", "CPU", "TaskGroup of 100, a task / Boost.Asio's parallel_group", 1_000_000, None),
]


def run(case, count):
    """The CPU and wall time of an operation and, for some cases, its median time, in ns."""
    done = subprocess.run([THREADS, case, str(count)], capture_output=True, text=True, check=True)
    return dict(zip(FIGURES, map(float, done.stdout.split())))


def measure(quick):
    pairs = [pair for pair in PAIRS if pair[5] is not None or not quick]
    ratios = {pair: [] for pair in pairs}
    for _ in range(5 if quick else 9):
        for ours, theirs, count in dict.fromkeys((pair[0], pair[1], pair[4]) for pair in pairs):
            figures = run(ours, count), run(theirs, count)
            for pair in pairs:
                if pair[:2] == (ours, theirs):
                    ratios[pair].append(figures[0][pair[2]] / figures[1][pair[2]])
    rows = [row(f"{pair[3]}: {pair[2]}", ratios[pair], "of it", pair[5]) for pair in pairs]
    return rows + hand_off.rows(quick)
