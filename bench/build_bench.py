"""How long Mastic takes to compile: the library and program from nothing, and a small program of a user's."""

import resource
import shutil
import subprocess
import time

from measure import BUILD, ROOT, row


def seconds(command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def measure(quick):
    rounds = 3 if quick else 7
    hello = ["g++", "-std=c++23", "-O2", f"-I{ROOT}/src", "-c", f"{ROOT}/bench/hello.cc", "-o",
             f"{BUILD}/hello.o"]
    BUILD.mkdir(parents=True, exist_ok=True)
    rows = [row("a hello program, g++ -O2", [cpu_seconds(hello) for _ in range(rounds)], "s CPU", "<= 3")]
    if quick:
        return rows
    folder = BUILD / "from-nothing"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DCMAKE_BUILD_TYPE=Release",
                    "-DCMAKE_CXX_COMPILER=g++", "-DMASTIC_TESTS=OFF", "-DMASTIC_EXAMPLES=OFF"],
                   check=True, stdout=subprocess.DEVNULL)
    build = seconds(["cmake", "--build", folder, "-j", "2"])
    shutil.rmtree(folder)
    return rows + [row("library and program, release, 2 jobs", [build], "s", "<= 180")]
