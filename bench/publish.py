"""Puts the figures of the last runs into docs/guide/benchmarks.md, and the chart beside the pictures.

`./dev bench publish` after `./dev bench http1 idle`. What stands in the page between the marks is
written anew; where and when it was measured stands with it.
"""

import json
import re
import shutil

from measure import BUILD, ROOT

PAGE = ROOT / "docs/guide/benchmarks.md"
CHART = ROOT / "docs/pictures/benchmarks.svg"
MARKS = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.S)
MET = {True: "yes", False: "**no**", "unsure": "unsure", None: ""}


def publish():
    text = PAGE.read_text()
    PAGE.write_text(MARKS.sub(lambda mark: mark[1] + figures(mark[2]) + mark[3], text))
    shutil.copyfile(BUILD / "http1.svg", CHART)
    print(f"wrote {PAGE.relative_to(ROOT)} and {CHART.relative_to(ROOT)}")


def figures(name):
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
