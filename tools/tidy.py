#!/usr/bin/env python3
"""clang-tidy over every source but the tests, as many at a time as there are cores.

What was clean stays clean while nothing changes that it is made of: its command, .clang-tidy, and the
contents of every file that it includes, or that another one includes which is compiled together with it,
as the build `release` has recorded them. So a source is looked at again only when one of these has
changed. What was clean stands in ~/.cache/mastic/tidy (or XDG_CACHE_HOME), an empty file for each, which
all clones share; marks that were of no use for 30 days are removed.

It reads the commands of build/tidy, which is configured and not built, and build/release.

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
COMMANDS, BUILT = (ROOT / "build" / name for name in ("tidy", "release"))
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
    """The files that each source is made of, and those that are compiled together with it."""
    found = {}
    for block in output_of("ninja", "-C", BUILT, "-t", "deps").split("\n\n"):
        files = [os.path.normpath(BUILT / line.strip()) for line in block.splitlines()[1:]]
        found |= {pathlib.Path(path): files for path in files if path.endswith(".cc")}
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
    if mark.exists():
        mark.touch()
        return ""
    run = subprocess.run([TIDY, "-p", COMMANDS, "--quiet", source], capture_output=True, text=True)
    if run.returncode != 0:
        return run.stdout or run.stderr
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
    commands = {pathlib.Path(entry["file"]): entry["command"]
                for entry in json.loads((COMMANDS / "compile_commands.json").read_text())}
    marks = {source: mark_of(commands[source], made_of[source], common) for source in sources()}
    known = sum(mark.exists() for mark in marks.values())
    print(f"{len(marks)} sources, {known} of which were clean before and are as they were", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(complaint, marks.keys(), marks.values()) if text]
    print("\n".join(found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
