#!/usr/bin/env python3
"""Runs clang-tidy over every source except the tests, one process for each core.

The sources of a room are checked in batches of eight (MASTIC_BATCHES). Most of the time goes into what they
include, so a batch takes a fifth of the time of its sources.

A batch that was clean is checked again only when something has changed that its result depends on: its
command, .clang-tidy, or the contents of a source or of a file that one includes. The build `release` has
recorded which files these are. A clean result is kept as an empty file in ~/.cache/mastic/tidy (or
XDG_CACHE_HOME), which all clones share; results that were not used for 30 days are removed.

It reads the commands of build/tidy, which is configured but not built, and the dependencies of build/release.

Prints the warnings of clang-tidy; exits with 1 when there are any.
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
    # Templates of `mastic new` are built in a test, where they have become projects.
    return [ROOT / name for name in listed if not re.search(r"_(fuzz|test|testing)\.cc$|/templates/", name)]


def dependencies():
    """For each source the files that it depends on: itself, and what it includes."""
    found = {}
    for block in output_of("ninja", "-C", BUILT, "-t", "deps").split("\n\n"):
        files = [os.path.normpath(BUILT / line.strip()) for line in block.splitlines()[1:]]
        found |= {pathlib.Path(path): files for path in files if path.endswith(".cc")}
    return found


def batches():
    """What is compiled together: the file, its command, and its sources, which are the file itself or several."""
    for entry in json.loads((COMMANDS / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        its_sources = [file]
        if file.is_relative_to(COMMANDS):  # a batch, which CMake has written
            its_sources = [ROOT / name for name in re.findall('#include "(.*)"', file.read_text())]
        yield file, entry["command"], its_sources


@functools.cache
def digest_of(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def mark_of(command, files, common):
    """The file whose existence tells that `command` was clean on `files`. It has the same name in every clone."""
    root = str(ROOT) + "/"
    parts = [common, command.replace(root, "")]
    parts += [f"{path.removeprefix(root)} {digest_of(path)}" for path in sorted(files)]
    return CACHE / hashlib.sha256("\n".join(parts).encode()).hexdigest()


def complaint(file, mark):
    if mark.exists():
        mark.touch()
        return ""
    # Batches include sources on purpose.
    run = subprocess.run([TIDY, "-p", COMMANDS, "--quiet", "--checks=-bugprone-suspicious-include", file],
                         capture_output=True, text=True)
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
    missing, marks = set(sources()), {}
    for file, command, its_sources in batches():
        if missing.isdisjoint(its_sources):
            continue  # tests
        missing.difference_update(its_sources)
        marks[file] = mark_of(command, {path for source in its_sources for path in made_of[source]}, common)
    if missing:
        sys.exit(f"build/tidy does not compile {min(missing)}: is it in the CMakeLists.txt of its folder?")
    known = sum(mark.exists() for mark in marks.values())
    print(f"{len(marks)} batches, of which {known} are unchanged since they were clean", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(complaint, marks.keys(), marks.values()) if text]
    print("\n".join(found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
