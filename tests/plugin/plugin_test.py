#!/usr/bin/env python3
"""The library as a shared one, and both kinds in one process.

    plugin_test.py HOST STATIC_HOST PLUGIN SHARED STATIC

HOST is linked with the SHARED library, STATIC_HOST with the STATIC one; both load PLUGIN, which holds the STATIC
one. Each must use its own, and find what requests carry for the other; the shared library must show only what is ours,
the plugin only what it wants to show, and the static library must have nothing in it that clashes with a Boost of
the program's.
"""

import re
import subprocess
import sys


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def defined(*options):
    """Names, as they are mangled, but for those of the linker's and the sanitizers' making."""
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
    faults += [f"the shared library shows {name}" for name in sorted(foreign)[:10]]
    shown = {name for name in defined("-D", plugin) if "6mastic" in name}
    faults += [f"the plugin shows {name}" for name in sorted(shown)[:10]]
    boost = {name for name in defined(static) if re.search(r"N[KRO]*5boost", name)}
    faults += [f"the static library has {name}" for name in sorted(boost)[:10]]
    for program in (host, static_host):
        run = subprocess.run([program, plugin], capture_output=True, text=True, timeout=25)
        if run.returncode != 0:
            faults.append(f"{program} ended with {run.returncode}: {run.stdout}{run.stderr}")
    print("\n".join(faults) or f"{len(defined('-D', shared))} names are shown by the shared library, none of them foreign")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
