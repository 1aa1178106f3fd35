#!/usr/bin/env python3
"""Runs benchmarks: ./dev bench [NAME...] [--quick].

Each prints a table and writes build/bench/NAME.json, a list of rows with name, value, low, high, unit,
target and ok. Ratios are of medians in one run; low and high are the smallest and largest of the
paired rounds. A verdict is unsure when the spread straddles the target. Figures of different runs or
machines are not to be compared. --quick: fewer rounds, and only rows that have a target.
"""

import importlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = ["author", "build", "http1", "idle", "instructions", "threads"]


def verdict(row):
    """True, False, None without a target, or "unsure" when the spread lies on both sides of it."""
    if row["target"] is None:
        return None
    relation, bound = row["target"].split()
    meets = (lambda x: x <= float(bound)) if relation == "<=" else (lambda x: x >= float(bound))
    if meets(row["low"]) and meets(row["high"]):
        return True
    return meets(row["value"]) if row["low"] == row["high"] else (
        "unsure" if meets(row["low"]) or meets(row["high"]) else False)


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
    quick = "--quick" in words
    names = [word for word in words if not word.startswith("--")] or NAMES
    for name in names:
        if name not in NAMES:
            sys.exit(f"bench: there is no benchmark '{name}'; there are {', '.join(NAMES)}")
        print(f"== {name}", flush=True)
        rows = importlib.import_module(f"{name}_bench").measure(quick)
        for row in rows:
            row["ok"] = verdict(row)
        if quick:
            rows = [row for row in rows if row["target"] is not None]
        show(rows)
        folder = ROOT / "build" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
