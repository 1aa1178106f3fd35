"""Puts the figures of the last runs into docs/guide/benchmarks.md, and the charts among the pictures.

Run `./dev bench publish` after `./dev bench http1 idle`, `streams` or `soak`. The text between the marks of the
page is replaced, and includes the conditions of the measurement. Figures that were not measured again stay.
"""

import json
import re
import shutil

from measure import BUILD, ROOT

PAGE = ROOT / "docs/guide/benchmarks.md"
PICTURES = {"http1": ROOT / "docs/pictures/benchmarks.svg", "soak": ROOT / "docs/pictures/soak.svg",
            "streams": ROOT / "docs/pictures/streams.svg"}
MARKS = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.S)
MET = {True: "yes", False: "**no**", "unsure": "unsure", None: ""}


def publish():
    text = PAGE.read_text()
    measured = lambda name: (BUILD / f"{name}.json").exists()
    PAGE.write_text(MARKS.sub(
        lambda mark: mark[1] + figures(mark[2]) + mark[3] if measured(mark[2]) else mark[0], text))
    print("wrote", PAGE.relative_to(ROOT))
    for name, picture in PICTURES.items():
        if measured(name):
            shutil.copyfile(BUILD / f"{name}.svg", picture)
            print("wrote", picture.relative_to(ROOT))


def soak():
    found = json.loads((BUILD / "soak.json").read_text())
    memory, descriptors = (found["figures"][name] for name in ("private_kib", "descriptors"))
    where = found["conditions"].split(", load")[0]
    return f"""
{where}: {found['minutes']:g} minutes, {found['cores']:g} cores.

{found['samples'][-1]['done']:,} requests, {len(found['failures'])} failures, {found['connections_left']}
connections left, exit code {found['exit_code']}. Private memory {memory['second_tenth'] / 1024:.1f} MiB in the
second tenth, {memory['last_tenth'] / 1024:.1f} in the last; descriptors {descriptors['second_tenth']:.0f} and
{descriptors['last_tenth']:.0f}.

"""


def figures(name):
    if name == "soak":
        return soak()
    conditions = json.loads((BUILD / f"{name}.conditions.json").read_text())
    lines = ["", conditions["text"], "",
             "| what | median | spread | target | met |", "|---|---|---|---|---|"]
    for row in json.loads((BUILD / f"{name}.json").read_text()):
        if row["unit"] == "us CPU":
            continue  # means something only for that machine at that time
        unit = "" if row["unit"] == "of it" else " " + row["unit"]
        value, low, high = (f"{row[key]:,.2f}" if row[key] < 100 else f"{row[key]:,.0f}"
                            for key in ("value", "low", "high"))
        spread = "" if row["low"] == row["high"] else f"{low} to {high}"
        lines.append(f"| {row['name']} | {value}{unit} | {spread} | {row['target'] or ''} | {MET[row['ok']]} |")
    return "\n".join([*lines, "", ""])
