#!/usr/bin/env python3
"""Compiles every public header alone, as a user of the library meets it: without our own options, with the
warnings that users like to switch on.

    check_headers.py [COMPILER...]      default: g++ clang++-19

Prints what a compiler says of a header; exits with 1 when it says anything.
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
FOLDER = ROOT / "build" / "headers"
CACHE = [name for name in ["ccache"] if shutil.which(name)]  # what was well and is as it was, costs little
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]


def public_headers():
    """What `cmake --install` puts down."""
    return sorted(path for path in SOURCE.rglob("*.h")
                  if not path.name.endswith("_testing.h") and "messages" not in path.parts)


def complaint(compiler, header):
    """Compiles a file that includes it twice, for a header is to bear that."""
    name = header.relative_to(SOURCE)
    source = FOLDER / compiler / name.with_suffix(".cc")
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(f'#include "{name}"\n' * 2)
    run = subprocess.run([*CACHE, compiler, "-std=c++23", *WARNINGS, f"-I{SOURCE}", "-c", source,
                          "-o", source.with_suffix(".o")], capture_output=True, text=True)
    return "" if run.returncode == 0 else f"{header.relative_to(ROOT)} under {compiler}:\n{run.stderr}"


def main():
    compilers = sys.argv[1:] or ["g++", "clang++-19"]
    jobs = [(compiler, header) for header in public_headers() for compiler in compilers]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(lambda job: complaint(*job), jobs) if text]
    print("\n".join(found) if found else f"{len(public_headers())} headers stand alone under {', '.join(compilers)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
