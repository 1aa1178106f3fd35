#!/usr/bin/env python3
"""Checks the rooms: includes point down and form no cycle, words stay in their rooms, files have a moderate size.

The rooms and their arrows are defined in ARROWS below and nowhere else; ARCHITECTURE.md explains them.
Prints every fault with file and line; exits with 1 when there is one. `--graph` prints the arrows in use.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "mastic"

# Each room, and the rooms that it may include. The lowest room comes first: every arrow points up this list.
ARROWS = {
    "base": "",
    "json": "base",
    "async": "base",
    "threads": "base async",
    "http": "base",
    "wire": "base http",
    "loop": "base threads async",
    "net": "base async threads loop",
    "app": "base json async http wire",
    "topics": "base async loop",
    "routing": "base json async http app",
    "middleware": "base async http wire app",
    "files": "base async http app",
    "sockets": "base async threads loop net",
    "websocket": "base json async http wire loop net app routing topics",
    "events": "base async http loop app topics",
    "server": "base threads async http wire loop net app websocket",
    "inspect": "base json async threads http app routing",
    "deploy": "base json async http app",
    "catalog": "base json threads async http wire loop net app topics routing middleware files websocket events server inspect deploy",
    "testing": "base json threads async http wire loop net app topics routing middleware files sockets websocket events server inspect deploy catalog",
}
ARROWS = {room: set(allowed.split()) for room, allowed in ARROWS.items()}

# Patterns that only some places may contain: files whose path begins with one of the places.
SEAM = ["base/kernel", "base/forwarding_kernel", "base/failing_kernel", "testing/test_kernel"]
FENCE = [
    (r"\bepoll_(create|ctl|wait|event)|\bEPOLL[A-Z]+\b", SEAM + ["loop"]),
    (r"\bio_uring|\bIORING_|\bliburing\b", SEAM + ["loop"]),
    (r"\bstd::j?thread\b|\bpthread_", ["loop", "threads"]),
    (r"(kernel\w*(\(\))?\.|(?<!\w)::)(recv|listen|accept4|bind)\(", SEAM + ["net", "loop/plain_transfer"]),
    (r"\bSSL_|\bopenssl/", ["net/tls"]),
    (r'\\r\\n', ["wire", "http/fields", "http/byteranges"]),
    (r"\bargv\b|\bgetenv\b|\benviron\b|\bEXIT_(SUCCESS|FAILURE)\b", ["catalog/run", "catalog/read_options", "base/failures", "testing/environment", "testing/test_page"]),
    (r"\bfork\(|\bexecv", ["supervisor"]),
    (r"\bdl(open|sym|close|addr)\b", ["deploy/plugin", "threads/stack", "threads/crash"]),
    (r"\bsigaction\b|\bsa_handler\b|\bSIGRT", ["threads/stack_trace", "threads/signals", "threads/crash"]),
    (r"::errno\b|\berrno\b(?!\))", ["base/kernel", "base/result", "threads/stack_trace", "threads/signals", "threads/crash"]),
]

MOST_LINES = 1000  # more is a fault; over 500 the head of the file has to say why


def strip_comments(text):
    """Blanks comments out and keeps the line numbers, so that comments may use any word."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', lambda m: m.group(0)
                  if m.group(0).startswith('"') else blank(m), text, flags=re.S)


def room_of(path):
    return path.relative_to(SOURCE).parts[0]


def is_test_file(path):
    return re.search(r"_(test|bench|fuzz|testing)\.(h|cc)$", path.name) is not None


def check_file(path, faults, graph):
    text = path.read_text()
    where = path.relative_to(ROOT)
    place = str(path.relative_to(SOURCE))
    room = room_of(path)
    if room not in ARROWS:
        faults.append(f"{where}:1: '{room}' is not a room; add it to ARROWS in tools/check_rooms.py")
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'#include "mastic/([^/"]+)(/[^"]+)?"', line)
        if not match:
            continue
        target = match.group(1)
        if match.group(2) is None or target == room:
            continue
        graph.add((room, target))
        if target not in ARROWS[room] and not (is_test_file(path) and target in lower_rooms(room)):
            faults.append(f"{where}:{number}: {room} may not include {target}; it may include "
                          f"{', '.join(sorted(ARROWS[room])) or 'nothing'}")
        if "_testing.h" in line and not is_test_file(path):
            faults.append(f"{where}:{number}: code that is installed must not include a test-only header")
    if is_test_file(path):
        return
    for number, line in enumerate(strip_comments(text).splitlines(), 1):
        for pattern, places in FENCE:
            if re.search(pattern, line) and not any(place.startswith(p) for p in places):
                word = re.search(pattern, line).group(0)
                faults.append(f"{where}:{number}: '{word}' may be used only in {' or '.join(places)}")


def check_size(path, faults):
    lines = path.read_text().count("\n")
    where = path.relative_to(ROOT)
    if lines > MOST_LINES:
        faults.append(f"{where}:1: {lines} lines; at most {MOST_LINES} are allowed")
    elif lines > 500 and "Over 500 lines" not in path.read_text()[:1500]:
        faults.append(f"{where}:1: {lines} lines; say why in its head ('Over 500 lines because ...')")


def check_order(faults):
    seen = set()
    for room, allowed in ARROWS.items():
        for target in allowed - seen:
            faults.append(f"tools/check_rooms.py: the arrow {room} -> {target} does not point down")
        seen.add(room)


def lower_rooms(room):
    rooms = list(ARROWS)
    return set(rooms[:rooms.index(room)])


def check_readmes(faults):
    for room in ARROWS:
        readme = SOURCE / room / "README.md"
        if not (SOURCE / room).is_dir():
            continue
        if not readme.is_file():
            faults.append(f"src/mastic/{room}: there is no README.md")
        elif readme.read_text().count("\n") > 40:
            faults.append(f"src/mastic/{room}/README.md:1: more than 40 lines")


def main():
    faults, graph = [], set()
    check_order(faults)
    check_readmes(faults)
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in (".h", ".cc") and path.parent != SOURCE:
            check_file(path, faults, graph)
    for folder in ("src", "apps", "examples", "tests", "bench", "tools"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cc", ".py"):
                check_size(path, faults)
    if "--graph" in sys.argv:
        for room, target in sorted(graph):
            print(f"{room} -> {target}")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
