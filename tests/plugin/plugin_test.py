#!/usr/bin/env python3
"""Tests the shared library, and the shared and the static library in one process.

    plugin_test.py HOST STATIC_HOST PLUGIN SHARED STATIC

HOST is linked with the SHARED library, STATIC_HOST with the STATIC one; both load PLUGIN, which contains the STATIC
one. Host and plugin must each use their own library, and find the extensions that the other puts into a request. The
shared library must export only names of Mastic, the plugin only what it means to export, and the static library must
have no names that clash with a Boost of the program.
"""

import re
import subprocess
import sys


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def defined(*options):
    """The defined symbols, mangled, except those that the linker and the sanitizers make."""
    names = [line.split()[-1] for line in output("nm", "--defined-only", *options).splitlines() if len(line.split()) == 3]
    return {name for name in names if not re.match(r"_(init|fini|edata|end|_bss_start)$|__?(asan|ubsan|tsan|odr)", name)}


def main():
    host, static_host, plugin, shared, static = sys.argv[1:]
    faults = []
    soname = re.search(r"SONAME.*\[(.*)\]", output("readelf", "-d", shared))
    if not soname or not re.fullmatch(r"libmastic\.so\.\d+\.\d+", soname[1]):
        faults.append(f"the shared library has the SONAME {soname and soname[1]}")
    foreign = {name for name in defined("-D", shared) if "N6mastic" not in name and "NK6mastic" not in name
               and not re.match(r"_ZN[KRO]*6mastic", name)}
    faults += [f"the shared library exports {name}" for name in sorted(foreign)[:10]]
    shown = {name for name in defined("-D", plugin) if "6mastic" in name}
    faults += [f"the plugin exports {name}" for name in sorted(shown)[:10]]
    boost = {name for name in defined(static) if re.search(r"N[KRO]*5boost", name)}
    faults += [f"the static library defines {name}" for name in sorted(boost)[:10]]
    for program in (host, static_host):
        run = subprocess.run([program, plugin], capture_output=True, text=True, timeout=25)
        if run.returncode != 0:
            faults.append(f"{program} exited with {run.returncode}: {run.stdout}{run.stderr}")
    print("\n".join(faults) or f"the shared library exports {len(defined('-D', shared))} names, none of them foreign")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
