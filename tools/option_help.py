#!/usr/bin/python3
"""Copies the help of options from the comments of their members.

The first paragraph of the `///` comment of a member is the help of its option, word for word; further paragraphs are
for C++ authors. This writes it into the calls that bind members to names:

    /// How long an idle connection is kept open.
    ///
    /// For C++ authors.
    base::Duration keep_alive_timeout = std::chrono::seconds(60);

    table.duration("keep_alive_timeout", keep_alive_timeout, "How long an idle connection is kept open.");

In the help, code that is the name of another option's member is written as on the command line, `log_file` as
--log-file, and other code in quotes, `font/*` as 'font/*'.

Without `--write` it only checks: it prints every option whose help differs or whose member has no comment, and exits
with 1 when there is one. Two kinds of help stand in the call alone: that of a variable that is not a member, and that
which is made at run time, which is any last argument that is not a literal.
"""

import ast
import dataclasses
import itertools
import json
import pathlib
import re
import subprocess
import sys

from clang import cindex
from clang.cindex import CursorKind, TokenKind

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINDERS = {"size", "count", "integer", "real", "duration", "flag", "path", "secret", "text", "list", "addresses",
           "networks", "choice", "entries", "values"}


@dataclasses.dataclass
class Bound:
    """A call that binds a member to the name of an option."""
    source: pathlib.Path
    line: int
    option: str         # max_queued_work
    member: str         # max_queued, which may have another name
    declared: str       # src/mastic/loop/scheduler.h:63
    comment: str        # its first paragraph
    help: str | None    # what stands in the call; None if it is made at run time
    begin: int          # where that begins and ends in the source, in bytes
    end: int


def sources():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.cc"], cwd=ROOT,
                            check=True, capture_output=True, text=True).stdout.splitlines()
    for name in listed:
        path = ROOT / name
        is_of_a_test = name.startswith("tests/") or name.endswith("_test.cc")
        if path.exists() and not is_of_a_test and "OptionTable" in path.read_text():
            yield path


def relative(path):
    path = pathlib.Path(path).resolve()
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def first_paragraph(comment):
    lines = [re.sub(r"^\s*///<?", "", line).strip() for line in (comment or "").splitlines()]
    return " ".join(itertools.takewhile(bool, lines))


def find(cursor, kinds):
    return next((each for each in cursor.walk_preorder() if each.kind in kinds), None)


def literal(argument):
    """The text of an argument that consists of literals, otherwise None."""
    tokens = list(argument.get_tokens())
    if not tokens or any(token.kind != TokenKind.LITERAL or not token.spelling.startswith('"') for token in tokens):
        return None
    return "".join(ast.literal_eval(token.spelling) for token in tokens)


def bound_in(path):
    """The options that the calls in a file bind, and what the compiler says is wrong with it."""
    unit = cindex.Index.create().parse(str(path), ["-std=c++23", f"-I{ROOT / 'src'}", f"-I{ROOT}"])
    faults = [str(each) for each in unit.diagnostics if each.severity >= cindex.Diagnostic.Error]
    found = []
    for top in unit.cursor.get_children():
        if top.location.file is None or top.location.file.name != str(path):
            continue
        for call in top.walk_preorder():
            if call.kind != CursorKind.CALL_EXPR or call.spelling not in BINDERS or call.referenced is None:
                continue
            if call.referenced.semantic_parent.spelling != "OptionTable":
                continue
            arguments = list(call.get_arguments())
            variable = find(arguments[1], {CursorKind.MEMBER_REF_EXPR, CursorKind.DECL_REF_EXPR})
            name = literal(arguments[0])
            if name is None or variable is None or variable.referenced.kind != CursorKind.FIELD_DECL:
                continue
            member, text = variable.referenced, arguments[-1]
            found.append(Bound(path, call.location.line, name, member.spelling,
                               f"{relative(member.location.file.name)}:{member.location.line}",
                               first_paragraph(member.raw_comment), literal(text),
                               text.extent.start.offset, text.extent.end.offset))
    return found, faults


def as_help(comment, options):
    """A comment as an operator reads it. `options` are the names of the options by those of their members."""
    def word(match):
        code = match.group(1)
        return spelt(options[code]) if code in options else f"'{code}'"
    return re.sub(r"`([^`]+)`", word, comment)


def write(path, changes):
    """Replaces the help in a file: the last first, so that offsets stay true."""
    source = path.read_bytes()
    for bound, text in sorted(changes, key=lambda change: -change[0].begin):
        quoted = json.dumps(text, ensure_ascii=False).encode()
        source = source[:bound.begin] + quoted + source[bound.end:]
    path.write_bytes(source)
    subprocess.run(["clang-format-19", "-i", str(path)], check=True)


def spelt(option):
    return "--" + option.replace("_", "-")


def check(paths, writes=False):
    """What is wrong with the help in these files. If `writes`, help that differs is replaced."""
    found, faults, changes = [], [], {}
    for path in paths:
        bound, errors = bound_in(path)
        found += bound
        faults += errors
    options = {bound.member: bound.option for bound in found}
    for bound in found:
        wanted = as_help(bound.comment, options)
        if bound.help is None:
            continue
        if not wanted:
            faults.append(f"{bound.declared}: {bound.member} has no comment: write what the help of "
                          f"{spelt(bound.option)} has to say")
        elif wanted != bound.help and writes:
            changes.setdefault(bound.source, []).append((bound, wanted))
        elif wanted != bound.help:
            faults.append(f"{relative(bound.source)}:{bound.line}: the help of {spelt(bound.option)} differs from the "
                          f"comment of {bound.member} ({bound.declared}): run tools/option_help.py --write")
    for path, differing in changes.items():
        write(path, differing)
    return faults


def main():
    faults = check(sources(), writes="--write" in sys.argv[1:])
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
