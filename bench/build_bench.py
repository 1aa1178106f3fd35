"""The time to compile without a cache: the library, everything that `./dev test` builds, and a user's program."""

import os
import resource
import shutil
import subprocess
import time

from measure import BUILD, ROOT, row


def seconds(command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def from_nothing(*options):
    """Builds from scratch with two jobs; returns the wall time and the CPU time in seconds."""
    folder = BUILD / "from-nothing"
    shutil.rmtree(folder, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if name != "CMAKE_CXX_COMPILER_LAUNCHER"}
    subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DCMAKE_CXX_COMPILER=g++", *options],
                   check=True, stdout=subprocess.DEVNULL, env=environment)
    clock = []
    cpu = cpu_seconds_of(lambda: clock.append(seconds(["cmake", "--build", folder, "-j", "2"])))
    shutil.rmtree(folder)
    return clock[0], cpu


def cpu_seconds_of(work):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def measure(quick):
    rounds = 3 if quick else 7
    BUILD.mkdir(parents=True, exist_ok=True)
    include = BUILD / "include.cc"
    include.write_text("#include <mastic/mastic.h>\n")
    compile_ = ["g++", "-std=c++23", f"-I{ROOT}/src", "-c", "-o", BUILD / "compiled.o"]
    rows = [row("#include <mastic/mastic.h>, g++",
                [cpu_seconds_of(lambda: seconds([*compile_, include])) for _ in range(rounds)], "s CPU", "<= 0.8"),
            row("a hello program, g++ -O2",
                [cpu_seconds_of(lambda: seconds([*compile_, "-O2", f"{ROOT}/bench/hello.cc"]))
                 for _ in range(rounds)], "s CPU", "<= 3")]
    if quick:
        return rows
    for name, options, target in (
            ("library and program, release, 2 jobs",
             ["-DCMAKE_BUILD_TYPE=Release", "-DMASTIC_TESTS=OFF", "-DMASTIC_EXAMPLES=OFF"], "<= 90"),
            ("all that ./dev test builds, 2 jobs",
             ["-DCMAKE_BUILD_TYPE=Debug", "-DMASTIC_BATCHES=ON"], None)):
        clock, cpu = from_nothing(*options)
        rows += [row(name, [clock], "s", target), row(f"{name}: of processors", [cpu], "s CPU")]
    return rows
