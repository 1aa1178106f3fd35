#!/usr/bin/env python3
"""Pastes the tutorial into a folder, step by step, as a reader would who copies every block in the order of the page.

    paste.py FOLDER     writes the reader's files into FOLDER; exits with 1 if a block has no place to go, or if site.cc
                        differs from steps/step_N.cc after step N, or at the end from notes/ and from the whole program
                        that the page shows

The page says in a mark above each block where it goes. START is how a line begins, and stands for the statement or
definition that begins there:

    <!-- paste: FILE -->                      the block is the whole file
    <!-- paste: FILE, at the end -->
    <!-- paste: FILE, after START -->
    <!-- paste: FILE, before START -->
    <!-- paste: FILE, instead of START -->
"""

import pathlib
import re
import sys

TUTORIAL = pathlib.Path(__file__).resolve().parent
BLOCK = re.compile(r"(?:<!-- paste: ([\w.]+)(?:, (at the end|after|before|instead of) ?(.*?))? -->\n)?"
                   r"(?:<!-- from: \S+ -->\n)?```(\w+)\n(.*?)```", re.S)


def place_of(text, start):
    """From where to where in `text` the statement or definition stands whose first line begins with `start`."""
    found = re.search(r"^( *)" + re.escape(start) + r".*\n", text, re.M)
    if found is None:
        sys.exit(f"no line begins with: {start}")
    end = found.end()
    if re.search(r"[({,]\n$", found[0]) and not start.startswith("Router make_site"):
        end = re.compile(rf"^{found[1]}(?! ).*[;}}]\n", re.M).search(text, end).end()
    return found.start(), end


def paste(text, where, start, block):
    if not where:
        return block
    if where == "at the end":
        return text + block
    begin, end = place_of(text, start)
    if where == "after":
        begin = end
    elif where == "before":
        end = begin
    return text[:begin] + block + text[end:]


def meaning(text):
    """The lines of a source without what a reader may order or space as they like."""
    lines = [line for line in text.splitlines() if line.strip()]
    free = [line for line in lines if line.startswith(("#include", "using "))]
    return sorted(free), [line for line in lines if line not in free]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    steps, whole_program = (TUTORIAL / "README.md").read_text().split("\n## The whole program")
    for step in re.split(r"^## Step ", steps, flags=re.M)[1:]:
        for name, where, start, language, block in BLOCK.findall(step):
            if not name:
                sys.exit(f"step {step[0]}: a block does not say where it is pasted:\n{block}")
            files[name] = paste(files.get(name, ""), where, start, block)
        wanted = TUTORIAL / "steps" / f"step_{step[0]}.cc"
        if not wanted.exists():
            wanted = TUTORIAL / "notes" / "site.cc"
        if meaning(files["site.cc"]) != meaning(wanted.read_text()):
            sys.exit(f"after step {step[0]}, what was pasted differs from {wanted}:\n{files['site.cc']}")
    if BLOCK.findall(whole_program)[0][-1] != (TUTORIAL / "notes" / "site.cc").read_text():
        sys.exit("the whole program on the page differs from notes/site.cc")
    for name in ("site.h", "notes.h", "main.cc"):
        if files[name] != (TUTORIAL / "notes" / name).read_text():
            sys.exit(f"what was pasted as {name} differs from notes/{name}")
    for name, text in files.items():
        (folder / name).write_text(text)


main()
