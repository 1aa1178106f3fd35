#!/usr/bin/env python3
"""Runs benchmarks: ./dev bench [NAME...] [--quick], or ./dev bench publish.

Each prints a table and writes build/bench/NAME.json, a list of rows with name, value, low, high, unit,
target and ok. A ratio is the median of the ratios of the rounds; low and high are the smallest and
largest of them, in http1 the middle half. A verdict is unsure when the spread straddles the target.
Figures of different runs or machines must not be compared. --quick: fewer rounds, and only rows
with a target are printed. publish: puts the last figures into the documentation.
"""

import importlib
import json
import operator
import pathlib
import sys

from conditions import conditions

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELATIONS = {"<": operator.lt, "<=": operator.le, ">=": operator.ge}
NAMES = ["author", "build", "compose", "http1", "idle", "instructions", "load", "streams", "testing", "threads"]


def verdict(row):
    """Whether the target is met; None without a target, "unsure" when the spread lies on both sides of it."""
    if row["target"] is None:
        return None
    relation, bound = row["target"].split()
    compare = RELATIONS[relation]
    low, high = (compare(row[end], float(bound)) for end in ("low", "high"))
    return low if low == high else "unsure"


def figure(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def show(rows):
    widths = [max(len(row["name"]) for row in rows), 10]
    for row in rows:
        spread = f"{figure(row['low'])} .. {figure(row['high'])}"
        target = row["target"] or "on record"
        mark = {True: "yes", False: "NO", None: "", "unsure": "unsure"}[row["ok"]]
        print(f"{row['name']:<{widths[0]}}  {figure(row['value']):>9} {row['unit']:<12} {spread:<20} "
              f"{target:<10} {mark}")


def main():
    words = sys.argv[1:]
    if words[:2] == ["instructions", "--record"]:
        sys.exit(importlib.import_module("instructions_bench").record(" ".join(words[2:])))
    if words[:1] == ["soak"]:  # not in NAMES, because it takes an hour and compares nothing
        sys.exit(importlib.import_module("soak").main(words[1:]))
    quick = "--quick" in words
    names = [word for word in words if not word.startswith("--")] or NAMES
    if names == ["publish"]:
        return importlib.import_module("publish").publish()
    for name in names:
        if name not in NAMES:
            sys.exit(f"bench: there is no benchmark '{name}'; choose from {', '.join(NAMES)}, soak")
        print(f"== {name}", flush=True)
        found_in = conditions(quick)
        rows = importlib.import_module(f"{name}_bench").measure(quick)
        for row in rows:
            row["ok"] = verdict(row)
        show([row for row in rows if row["target"] or not quick])
        folder = ROOT / "build" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n")
        (folder / f"{name}.conditions.json").write_text(json.dumps(found_in, indent=1) + "\n")


if __name__ == "__main__":
    main()
