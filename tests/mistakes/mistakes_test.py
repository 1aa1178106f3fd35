#!/usr/bin/env python3
"""Checks the promise of the guide that a mistake gives a single compiler error, which explains it.

    mistakes_test.py COMPILER HEADER SOURCE

HEADER is the precompiled <mastic/mastic.h>. SOURCE begins with `// says: WORDS`. It must not compile. The first
error must contain these words, no second error may follow, and docs/guide/mistakes.md must quote the words.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "docs" / "guide" / "mistakes.md"
# The limit for the output of the compiler, notes included. Quoted code does not count, because GCC 14
# quotes more than twice as much as GCC 12.
MOST_LINES = 40
QUOTED = re.compile(r"\s*\d*\s*\|")


def words_of(source):
    first = source.read_text().splitlines()[0]
    if not first.startswith("// says: "):
        sys.exit(f"{source}: the first line must be `// says: WORDS`")
    return first.removeprefix("// says: ")


def compile_only(compiler, header, source):
    run = subprocess.run([compiler, "-std=c++23", "-fsyntax-only", f"-I{ROOT / 'src'}", "-include", header, source],
                         capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return run.returncode, run.stderr


def faults(words, code, printed):
    errors = [line for line in printed.splitlines() if " error: " in line]
    if code == 0:
        yield "it compiles, but must not"
    elif words not in errors[0]:
        yield f"the first error does not say: {words}"
    if len(errors) > 1:
        yield f"there are {len(errors)} errors instead of one"
    if sum(not QUOTED.match(line) for line in printed.splitlines()) > MOST_LINES:
        yield f"the compiler prints more than {MOST_LINES} lines"
    if words not in re.sub(r"\s+", " ", GUIDE.read_text()):
        yield f"{GUIDE.name} does not quote: {words}"


def main():
    compiler, header, source = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    code, printed = compile_only(compiler, header, source)
    found = list(faults(words_of(source), code, printed))
    for fault in found:
        print(f"{source.name}: {fault}")
    if found:
        print(printed)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
