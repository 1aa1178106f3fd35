#!/usr/bin/env python3
"""Checks the documentation: links lead somewhere, quoted code is in its file, and named tests exist.

It understands these marks in any Markdown file of the project:

    <!-- from: examples/01-hello/site.cc -->     the code block below is in that file, line by line
    <!-- printed by: mastic serve --help -->     the block below is the output of the program;
                                                 `--write` updates it
    <!-- made by: mastic points --format markdown -->   from here to `<!-- end -->` is the output of the
                                                 program, which is Markdown; `--write` updates it
    <!-- tests -->                               from here on, `Suite.Name` is a test, and `[name]` a
                                                 message of the message table
    <!-- files of: src/mastic/loop -->           the table below lists the headers of that room, each with
                                                 the first sentence of its head; `--write` updates it

Prints every fault with file and line; exits with 1 when there is one. `--links FOLDER` checks only the links of the
pages below FOLDER, where they have been installed.
"""

import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "mastic"

QUOTE = re.compile(r"<!-- from: (\S+) -->\n+```\w*\n(.*?)\n```", re.S)
PRINTED = re.compile(r"(<!-- printed by: mastic ([^>]*?) -->\n+```\w*\n)(.*?)(\n```)", re.S)
MADE = re.compile(r"(<!-- made by: mastic ([^>]*?) -->\n\n)(.*?)(\n<!-- end -->)", re.S)
FILES = re.compile(r"(<!-- files of: (\S+) -->\n)\n*((?:\|.*\n)*)\n*")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
TEST = re.compile(r"`([A-Z]\w+)\.([A-Z]\w+)`")
MESSAGE = re.compile(r"`\[([^\]]+)\]`")
DEFINED = re.compile(r"\b(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+)")


def project_files(*patterns):
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).exists()]


def anchor_of(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors_in(page):
    return {anchor_of(line.lstrip("#")) for line in page.read_text().splitlines() if line.startswith("#")}


def check_links(page, text, fault):
    for match in LINK.finditer(re.sub(r"```.*?```", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)):
        target, _, anchor = match.group(1).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        place = (page.parent / target).resolve() if target else page
        if not place.exists():
            fault(match.start(), f"the link leads to {target}, which does not exist")
        elif anchor and place.suffix == ".md" and anchor not in anchors_in(place):
            fault(match.start(), f"{target or 'this page'} has no heading for #{anchor}")


def check_quotes(text, fault):
    for match in QUOTE.finditer(text):
        source = ROOT / match.group(1)
        if not source.exists():
            fault(match.start(), f"{match.group(1)} does not exist")
        elif not stands_in(match.group(2), source.read_text()):
            fault(match.start(), f"the code below differs from {match.group(1)}")


def stands_in(quote, source):
    """Whether `source` contains the lines of `quote` one after another, with any indentation."""
    wanted = textwrap.dedent(quote).splitlines()
    lines = source.splitlines()
    return any(textwrap.dedent("\n".join(lines[start:start + len(wanted)])).splitlines() == wanted
               for start in range(len(lines) - len(wanted) + 1))


def refresh_printed(page, text, fault, write):
    def fresh(match):
        printed = subprocess.run([PROGRAM, *match.group(2).split()], check=True, capture_output=True,
                                 text=True).stdout.rstrip("\n")
        if printed != match.group(3) and not write:
            fault(match.start(), f"`mastic {match.group(2)}` prints another text: run ./dev docs")
        return match.group(1) + printed + match.group(4)
    refreshed = MADE.sub(fresh, PRINTED.sub(fresh, text))
    if write and refreshed != text:
        page.write_text(refreshed)


def first_sentence(header):
    """The first sentence of the comment at the head of a file, with its pipes escaped for a table."""
    head = []
    for line in header.read_text().splitlines():
        if not line.startswith("// "):
            break
        head.append(line[3:])
    sentence = re.split(r"(?<=[.!?])\s", " ".join(head))[0]
    return sentence.replace("|", "\\|")


def refresh_files(page, text, fault, write):
    """Makes the table of a room from its headers, so that the table stays true by itself."""
    def fresh(match):
        room = ROOT / match.group(2)
        headers = [header for header in project_files(f"{match.group(2)}/**.h")
                   if not header.name.endswith("_testing.h")]
        rows = [f"| `{header.relative_to(room).with_suffix('')}` | {first_sentence(header)} |\n"
                for header in headers]
        table = "| file | what it holds |\n|---|---|\n" + "".join(rows)
        if table != match.group(3) and not write:
            fault(match.start(), f"the table differs from the heads of {match.group(2)}: run ./dev docs")
        return f"{match.group(1)}\n{table}\n"
    refreshed = FILES.sub(fresh, text)
    if write and refreshed != text:
        page.write_text(refreshed)
    return refreshed


def check_tests(text, known, messages, fault):
    _, mark, listed = text.partition("<!-- tests -->")
    start = len(text) - len(listed)
    for match in TEST.finditer(listed):
        if match.groups() not in known:
            fault(start + match.start(), f"there is no test {match.group(1)}.{match.group(2)}")
    for match in MESSAGE.finditer(listed):
        if match.group(1) not in messages:
            fault(start + match.start(), f"the message table has no [{match.group(1)}]")


def report(faults):
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


def check_installed(folder):
    """Checks the links of installed pages, which lead to fewer files than those of the project."""
    faults = []
    for page in sorted(folder.rglob("*.md")):
        check_links(page, page.read_text(), lambda _, what, page=page: faults.append(f"{page}: {what}"))
    return faults


def main():
    if sys.argv[1:2] == ["--links"]:
        return report(check_installed(pathlib.Path(sys.argv[2])))
    write = "--write" in sys.argv[1:]
    faults = []
    known = {pair for source in project_files("*_test.cc") for pair in DEFINED.findall(source.read_text())}
    messages = set()
    for table in project_files("src/mastic/wire/messages/*.txt"):
        messages |= set(re.findall(r"^\[(.+)\]$", table.read_text(), re.M))
    for page in project_files("*.md"):
        text = page.read_text()

        def fault(offset, what, page=page, text=text):
            line = text.count("\n", 0, offset) + 1
            faults.append(f"{page.relative_to(ROOT)}:{line}: {what}")
        check_links(page, text, fault)
        check_quotes(text, fault)
        check_tests(text, known, messages, fault)
        text = refresh_files(page, text, fault, write)
        refresh_printed(page, text, fault, write)
    return report(faults)


if __name__ == "__main__":
    sys.exit(main())
