#!/usr/bin/env python3
"""Runs the commands that pages and golden files show, and compares what they print.

    sessions_test.py [--write] MASTIC BUILD_DIR

A session is what a terminal shows: lines that begin with `$ ` are commands, and what follows each is what it
prints. In a page it is the block below this mark, where FOLDER is below BUILD_DIR or else in the source tree:

    <!-- run in: FOLDER -->            or        <!-- run in: FOLDER as /srv/shop -->

The second form shows the path of the folder as /srv/shop. Any other file is a session as a whole, which runs in
the file's own folder and shows exit codes, too. Lines of a page that begin with `Date: ` are not compared.

Prints every difference, and exits with 1 when there is one; `--write`, as in `./dev docs`, puts what is printed into
the files.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FILES = ("docs/guide/*.md", "docs/guide/sites/broken/*.txt", "tests/program/known_sites/*.txt")
SESSION = re.compile(r"(<!-- run in: (\S+)(?: as (\S+))? -->\n+```\w*\n)(.*?\n)(```)", re.S)
DATE = re.compile(r"^Date: .*$", re.M)


def run(session, mastic, folder, shown_as, with_exit_codes=False):
    """The session with what its commands print now."""
    environment = {**os.environ, "PATH": f"{mastic.parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    lines = []
    for command in re.findall(r"^\$ (.*(?:\\\n.*)*)", session, re.M):
        ended = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        output = ended.stdout.replace(str(folder), shown_as)
        lines += [f"$ {command}", *output.rstrip("\n").split("\n")] if output else [f"$ {command}"]
        if with_exit_codes and ended.returncode != 0:
            lines.append(f"(exit code {ended.returncode})")
    return "\n".join(lines) + "\n"


def refreshed(file, text, mastic, build):
    """The text of a file with what its commands print now."""
    if file.suffix != ".md":
        return run(text, mastic, file.parent, "/srv/site", with_exit_codes=True)

    def fresh(match):
        mark, name, shown_as, session, end = match.groups()
        folder = next(place for place in (build / name, ROOT / name) if place.is_dir())
        date = DATE.search(session)
        printed = run(session, mastic, folder, shown_as or "/srv/site")
        return mark + (DATE.sub(date.group(0), printed) if date else printed) + end
    return SESSION.sub(fresh, text)


def main():
    mastic, build = (pathlib.Path(os.path.abspath(path)) for path in sys.argv[-2:])
    differs = False
    for file in sorted(file for pattern in FILES for file in ROOT.glob(pattern)):
        text = file.read_text()
        now = refreshed(file, text, mastic, build)
        if now == text:
            continue
        if "--write" in sys.argv:
            file.write_text(now)
            continue
        differs = True
        sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(
            text.splitlines(), now.splitlines(), str(file.relative_to(ROOT)), "what is printed", lineterm=""))
    if differs:
        print("\nIf what is printed is right, ./dev docs puts it into these files.")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
