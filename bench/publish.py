"""Puts the figures of the last runs into docs/guide/benchmarks.md, and the charts among the pictures.

`./dev bench publish` after `./dev bench http1 idle` and `./dev bench soak`. What stands in the page between the marks is
written anew; where and when it was measured stands with it.
"""

import json
import re
import shutil

from measure import BUILD, ROOT

PAGE = ROOT / "docs/guide/benchmarks.md"
PICTURES = {"http1.svg": ROOT / "docs/pictures/benchmarks.svg", "soak.svg": ROOT / "docs/pictures/soak.svg"}
MARKS = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.S)
MET = {True: "yes", False: "**no**", "unsure": "unsure", None: ""}


def publish():
    text = PAGE.read_text()
    PAGE.write_text(MARKS.sub(lambda mark: mark[1] + figures(mark[2]) + mark[3], text))
    for name, picture in PICTURES.items():
        shutil.copyfile(BUILD / name, picture)
    print("wrote", PAGE.relative_to(ROOT), *(each.relative_to(ROOT) for each in PICTURES.values()))


def soak():
    found = json.loads((BUILD / "soak.json").read_text())
    memory = found["figures"]["private_kib"]
    last = found["samples"][-1]
    return "\n".join([
        "", found["conditions"].split(", load")[0] + f": {found['minutes']:g} minutes, {found['cores']:g} cores.", "",
        f"{last['done']:,} requests, {len(found['failures'])} failures, {found['connections_left']} connections left, "
        f"exit code {found['exit_code']}. Private memory {memory['second_tenth'] / 1024:.1f} MiB in the second tenth, "
        f"{memory['last_tenth'] / 1024:.1f} in the last; descriptors {found['figures']['descriptors']['second_tenth']:.0f} "
        f"and {found['figures']['descriptors']['last_tenth']:.0f}.", "", ""])


def figures(name):
    if name == "soak":
        return soak()
    conditions = json.loads((BUILD / f"{name}.conditions.json").read_text())
    lines = ["", conditions["text"], "",
             "| what | median | spread | target | met |", "|---|---|---|---|---|"]
    for row in json.loads((BUILD / f"{name}.json").read_text()):
        if row["unit"] == "us CPU":
            continue  # of that machine and that hour only
        unit = "" if row["unit"] == "of it" else " " + row["unit"]
        value, low, high = (f"{row[key]:,.2f}" if row[key] < 100 else f"{row[key]:,.0f}"
                            for key in ("value", "low", "high"))
        spread = "" if row["low"] == row["high"] else f"{low} to {high}"
        lines.append(f"| {row['name']} | {value}{unit} | {spread} | {row['target'] or ''} | {MET[row['ok']]} |")
    return "\n".join([*lines, "", ""])
