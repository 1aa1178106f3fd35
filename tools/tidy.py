#!/usr/bin/env python3
"""clang-tidy over every source but the tests, as many at a time as there are cores.

The sources of a room are looked at eight at a time (MASTIC_BATCHES), for what takes the time is what they
include: so it takes a fifth of that.

A result that was clean is kept until something changes that it depends on: the command, .clang-tidy, or the
contents of any source of the batch or of a file that one of them includes, as the build `release` has
recorded it. Each is an empty file in ~/.cache/mastic/tidy (or XDG_CACHE_HOME), which all clones share; those
that were not used for 30 days are removed.

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
    """The files that each source includes, and itself."""
    found = {}
    for block in output_of("ninja", "-C", BUILT, "-t", "deps").split("\n\n"):
        files = [os.path.normpath(BUILT / line.strip()) for line in block.splitlines()[1:]]
        found |= {pathlib.Path(path): files for path in files if path.endswith(".cc")}
    return found


def batches():
    """What is compiled at a time: its file, its command, and the sources that it has."""
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
    """The file that says that this command found nothing in these files. It is the same in every clone."""
    root = str(ROOT) + "/"
    parts = [common, command.replace(root, "")]
    parts += [f"{path.removeprefix(root)} {digest_of(path)}" for path in sorted(files)]
    return CACHE / hashlib.sha256("\n".join(parts).encode()).hexdigest()


def complaint(file, mark):
    if mark.exists():
        mark.touch()
        return ""
    # A batch includes sources, and that is not what this check looks for.
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
    print(f"{len(marks)} batches, {known} of which were clean before and have not changed", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(complaint, marks.keys(), marks.values()) if text]
    print("\n".join(found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
