#!/usr/bin/env python3
"""Compiles the public headers as a user of the library does: without our own options, but with the warnings
that users often enable.

Clang compiles every header alone. An include that is missing there is missing under GCC too, because both use
the same standard library; so GCC compiles all headers together, for the warnings that only it has.

Prints the messages of the compilers; exits with 1 when there are any.
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
CACHE = [name for name in ["ccache"] if shutil.which(name)]  # so that unchanged headers cost little
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]


def public_headers():
    """The headers that `cmake --install` installs."""
    return sorted(path for path in SOURCE.rglob("*.h")
                  if not path.name.endswith("_testing.h") and "messages" not in path.parts)


def complaint(compiler, name, headers):
    """Compiles a file that includes `headers` twice, which every header must allow. Returns the messages."""
    source = (FOLDER / name).with_suffix(".cc")
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text("".join(f'#include "{header.relative_to(SOURCE)}"\n' for header in headers) * 2)
    run = subprocess.run([*CACHE, compiler, "-std=c++23", *WARNINGS, f"-I{SOURCE}", "-c", source,
                          "-o", source.with_suffix(".o")], capture_output=True, text=True)
    return "" if run.returncode == 0 else f"{name} under {compiler}:\n{run.stderr}"


def main():
    headers = public_headers()
    jobs = [("g++", "all headers together", headers)]
    jobs += [("clang++-19", str(header.relative_to(SOURCE)), [header]) for header in headers]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(lambda job: complaint(*job), jobs) if text]
    print("\n".join(found) if found else f"{len(headers)} headers compile alone under Clang, and together under GCC")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
