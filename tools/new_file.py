#!/usr/bin/env python3
"""Creates a source file: ./dev new ROOM/NAME writes NAME.h, NAME.cc and NAME_test.cc into the room and
adds them to its CMakeLists.txt."""

import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "src" / "mastic"

HEADER = """// What this is, how it is used, what it is not.

#pragma once

namespace {namespace} {{

}}  // namespace {namespace}
"""

BODY = """#include "mastic/{place}.h"

namespace {namespace} {{

}}  // namespace {namespace}
"""

TEST = """#include "mastic/{place}.h"

#include <gtest/gtest.h>

namespace {namespace} {{
namespace {{

}}  // namespace
}}  // namespace {namespace}
"""


def enter(lists, heading, name):
    """Adds `name` to the sources below `heading`, in alphabetical order."""
    text = lists.read_text()
    match = re.search(rf"^  {heading}\n((?:    .*\n)+?)(?=  [A-Z]|\))|^  {heading}\n((?:    .*\n)*)", text, re.M)
    if match is None:
        sys.exit(f"new: {lists} has no {heading}; add {name} by hand")
    block = match.group(1) or match.group(2)
    closing = ")" if block.rstrip().endswith(")") else ""
    names = sorted(set(block.replace(")", " ").split()) | {name})
    lines, line = [], "   "
    for each in names:
        if len(line) + len(each) + 1 > 100:
            lines.append(line)
            line = "   "
        line += " " + each
    lines.append(line)
    lists.write_text(text.replace(block, "\n".join(lines) + closing + "\n"))


def main():
    place = pathlib.PurePosixPath(sys.argv[1])
    folder = SOURCE / place.parent
    if len(place.parts) < 2 or not (folder / "CMakeLists.txt").is_file():
        sys.exit(f"new: '{place.parent}' is not a room; write ROOM/NAME, such as http/cookie")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", place.name):
        sys.exit(f"new: '{place.name}' is not a valid name; use lower-case letters, digits and underscores")
    names = {"place": place, "namespace": "::".join(("mastic",) + place.parts[:-1])}
    for ending, template in ((".h", HEADER), (".cc", BODY), ("_test.cc", TEST)):
        path = folder / (place.name + ending)
        if path.exists():
            sys.exit(f"new: {path.relative_to(SOURCE)} exists already")
        path.write_text(template.format(**names))
    enter(folder / "CMakeLists.txt", "SOURCES", place.name + ".cc")
    enter(folder / "CMakeLists.txt", "TESTS", place.name + "_test.cc")


if __name__ == "__main__":
    main()
