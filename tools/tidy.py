#!/usr/bin/env python3
"""clang-tidy over every source of the asan build but the tests, as many at a time as there are cores.

What was clean stays clean while nothing changes that it is made of: its command, .clang-tidy, and the
contents of every file that it includes, as the build recorded them. So a source is looked at anew
only when one of these has changed. What was clean stands in ~/.cache/mastic/tidy (or XDG_CACHE_HOME),
an empty file for each, which all clones share; marks that nobody has asked for in 30 days are removed.

Prints what clang-tidy says; exits with 1 when it says anything.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "asan"
TIDY = "clang-tidy-19"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "mastic" / "tidy"
KEPT_DAYS = 30


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sources():
    listed = output_of("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard",
                       "src/*.cc", "apps/*.cc", "examples/*.cc").splitlines()
    return [ROOT / name for name in listed if not re.search(r"_(fuzz|test|testing)\.cc$", name)]


def dependencies():
    """The files that each object was made of, by its path in the build folder."""
    found = {}
    for block in output_of("ninja", "-C", BUILD, "-t", "deps").split("\n\n"):
        head, *files = block.strip().splitlines()[-1 if not block.strip() else 0:] or [""]
        if "#deps" in head and "(VALID)" in head:
            found[head.split(":")[0]] = [os.path.normpath(BUILD / name.strip()) for name in files]
    return found


@functools.cache
def digest_of(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def mark_of(command, files, common):
    """The file that says that this command on these files was clean. It is the same in every clone."""
    root = str(ROOT) + "/"
    parts = [common, command.replace(root, "")]
    parts += [f"{path.removeprefix(root)} {digest_of(path)}" for path in sorted(files)]
    return CACHE / hashlib.sha256("\n".join(parts).encode()).hexdigest()


def complaint(source, mark):
    if mark and mark.exists():
        mark.touch()
        return ""
    run = subprocess.run([TIDY, "-p", BUILD, "--quiet", source], capture_output=True, text=True)
    if run.returncode != 0:
        return run.stdout or run.stderr
    if mark:
        mark.touch()
    return ""


def forget_old_marks():
    CACHE.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    for mark in CACHE.iterdir():
        if mark.stat().st_mtime < oldest:
            mark.unlink(missing_ok=True)


def main():
    forget_old_marks()
    common = output_of(TIDY, "--version") + (ROOT / ".clang-tidy").read_text()
    made_of = dependencies()
    commands = {entry["file"]: entry for entry in json.loads((BUILD / "compile_commands.json").read_text())}
    marks = {}
    for source in sources():
        entry = commands.get(str(source))
        files = made_of.get(entry["output"]) if entry else None
        marks[source] = mark_of(entry["command"], files, common) if files else None
    known = sum(mark is not None and mark.exists() for mark in marks.values())
    print(f"{len(marks)} sources, {known} of which were clean before and are as they were", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(complaint, marks.keys(), marks.values()) if text]
    print("\n".join(found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
