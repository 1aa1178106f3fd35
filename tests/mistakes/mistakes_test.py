#!/usr/bin/env python3
"""Holds the compiler to what the guide promises: a mistake gives one error, and that says what it is.

    mistakes_test.py COMPILER HEADER SOURCE

HEADER is <mastic/mastic.h>, compiled before. SOURCE begins with `// says: WORDS`. It must not compile; the first error must have these words, no
second error may follow it, and docs/guide/mistakes.md must quote them.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "docs" / "guide" / "mistakes.md"
MOST_LINES = 40  # of all that the compiler prints, its notes included, but for the code that it quotes
QUOTED = re.compile(r"\s*\d*\s*\|")  # of which GCC 14 quotes more than twice as much as GCC 12


def words_of(source):
    first = source.read_text().splitlines()[0]
    if not first.startswith("// says: "):
        sys.exit(f"{source}: its first line has to be `// says: WORDS`")
    return first.removeprefix("// says: ")


def compile_only(compiler, header, source):
    run = subprocess.run([compiler, "-std=c++23", "-fsyntax-only", f"-I{ROOT / 'src'}", "-include", header, source],
                         capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return run.returncode, run.stderr


def faults(words, code, printed):
    errors = [line for line in printed.splitlines() if " error: " in line]
    if code == 0:
        yield "it compiles"
    elif words not in errors[0]:
        yield f"the first error does not say: {words}"
    if len(errors) > 1:
        yield f"there are {len(errors)} errors"
    if sum(not QUOTED.match(line) for line in printed.splitlines()) > MOST_LINES:
        yield f"there are more than {MOST_LINES} lines"
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
