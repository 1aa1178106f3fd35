"""The conditions of a measurement: commit, time, machine, load and versions."""

import os
import pathlib
import platform
import re
import subprocess
import time

PACKAGES = {"nginx": "nginx-light", "h2o": "h2o", "Boost": "libboost1.81-dev",
            "Pistache": "libpistache-dev", "cpp-httplib": "libcpp-httplib-dev", "POCO": "libpoco-dev"}
HERE = pathlib.Path(__file__).parent


def _output(*command):
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True).stdout.strip()


def conditions(quick):
    """The conditions as text and data. Call it before the run, because it includes the load of the machine."""
    commit = _output("git", "rev-parse", "--short", "HEAD")
    if _output("git", "status", "--porcelain", "--untracked-files=no"):
        commit += " with changes"
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    versions = {name: _output("dpkg-query", "-W", "-f=${Version}", package)
                for name, package in PACKAGES.items()}
    versions = {name: version for name, version in versions.items() if version}
    text = (f"Commit {commit}, {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, "
            f"Linux {platform.release()}, {model[1] if model else platform.machine()}, "
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run"
            f"{', --quick' if quick else ''}. ")
    text += ", ".join(f"{name} {re.split('[-+]', version)[0]}" for name, version in versions.items()) + "."
    return {"text": text, "commit": commit, "quick": quick, "packages": versions}
