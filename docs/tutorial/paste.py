#!/usr/bin/env python3
"""Pastes the tutorial into a folder, as a reader would who copies every block unchanged.

    paste.py FOLDER     writes CMakeLists.txt, main.cc and site.cc from the page, and copies the files that the
                        page links to and shows only in part: site.h, notes.h and site_test.cc
"""

import pathlib
import re
import shutil
import sys

TUTORIAL = pathlib.Path(__file__).resolve().parent


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    page = (TUTORIAL / "README.md").read_text()
    blocks = re.findall(r"```(\w+)\n(.*?)```", page, re.S)
    (folder / "CMakeLists.txt").write_text("".join(text for kind, text in blocks if kind == "cmake"))
    (folder / "main.cc").write_text([text for kind, text in blocks if "int main(" in text][-1])
    (folder / "site.cc").write_text(next(text for kind, text in blocks if text.startswith('#include "site.h"\n\n#include <')))
    for name in ("site.h", "notes.h", "site_test.cc"):
        shutil.copy(TUTORIAL / "notes" / name, folder)


main()
