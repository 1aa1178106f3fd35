#!/usr/bin/python3
"""Lists the public API, and checks that every public name has a comment.

libclang reads the headers, so every signature is what the compiler sees and every comment is the text as
it was written. `tools/api_pages.py` makes the API reference from the same names.

Public are the names in the headers of TOPICS, except those in a namespace `detail` and those that are private,
protected or deleted. Prints every public name without a proper comment, and every header that the front doors,
the examples or the guides use although TOPICS does not list it; exits with 1 when there is one.

A comment is a sentence: it begins with a capital, a number or code, and ends with a full stop, a question mark,
or a colon before code. It may not begin with "The same", "Of" or "As", because such a comment depends on the one
before it. After a member or an enumerator (`///<`) a phrase is enough. Overloads share a comment, and so do the
enumerators of an enumeration in one line. No comment is needed where the name says everything: operators, begin
and end, the types that the standard library expects by name, destructors, default, copy and move constructors,
deduction guides, specialisations, functions that override one of a base, and enumerators that a standard has named.
"""

import dataclasses
import functools
import pathlib
import re
import sys

from clang import cindex
from clang.cindex import CursorKind

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
FRONT_DOORS = ("mastic.h", "plugin.h", "sockets.h")

# The topics of the reference, each with its room and public headers, in the order in which a user reads them.
TOPICS = {
    "Applications": ("app", "app request response body middleware blocking http_error field_errors problem "
                            "problem_page json_array draining lifecycle app_log request_log log_verbs extensions "
                            "handler url_map cascade error_documents recursive transaction body_lines json_elements "
                            "multipart_reader file upload_options"),
    "Routes": ("routing", "router from_request path_type path_to text_value validation error_pages"),
    "HTTP": ("http", "method status version target fields field_name typed_fields cookie date entity_tag media_type "
                     "content_coding trace_context"),
    "Middleware": ("middleware", "decompress_requests lint answer_rules response_fields upload_progress uploads"),
    "Topics": ("topics", "topic topics"),
    "Events": ("events", "events event"),
    "WebSockets": ("websocket", "web_socket message route socket_handler options"),
    "JSON": ("json", "json tag json_reading enumeration json_document aggregate"),
    "Files": ("files", "static_files send_file options"),
    "Plugins": ("deploy", "factory build part plugin_table"),
    "Running": ("catalog", "run load_app read_options service options ../server/options ../wire/http1/limits ../loop/options ../loop/runtime "
                           "../inspect/thread_watch"),
    "Tasks": ("async", "task generator task_group task_handle when select with_timeout sleep run_blocking channel event mutex "
                       "condition semaphore awaitable task_trace"),
    "Threads": ("threads", "thread_pool future shared_future wait queue select pool thread event semaphore barrier "
                           "timer blocking_scope task_lost uncaught_error"),
    "Sockets": ("sockets", "tcp_server unix_server udp_server unix_datagram_server connection reader writer "
                           "blocking_connection connection_handler datagram connect stream_error handler_fault "
                           "stream_options stream_server_options datagram_server_options stream_server "
                           "datagram_server loop_server"),
    "Basics": ("base", "result encoding text uuid clock date units log address ip_address ip_network fixed_text "
                       "arena descriptor options command_line attributes new_file html_writer"),
    "Testing": ("testing", "test_client test_request test_response test_socket test_events test_stream test_server "
                           "gtest recorded corpus failure "
                           "network_faults interleave event_reader cookie_jar socket_client test_kernel memory_stream "
                           "test_form html/document html/element html/form html/control html/submission html/tree html/charset "
                           "html/parse_error failures leaks temp_tree ../base/failures ../base/leaks "
                           "../base/temp_tree ../base/failing_kernel ../base/failing_allocations"),
}

SAY_IT_BY_NAME = {"begin", "end", "cbegin", "cend", "value_type", "iterator", "const_iterator", "iterator_category",
                  "iterator_concept", "difference_type", "reference", "pointer", "promise_type", "await_ready",
                  "await_suspend", "await_resume", "Iterator", "kName"}

NAMED_BY_STANDARDS = {"mastic::http::FieldName", "mastic::http::Method", "mastic::http::Status"}

TYPES = {CursorKind.CLASS_DECL, CursorKind.STRUCT_DECL, CursorKind.CLASS_TEMPLATE, CursorKind.UNION_DECL}
FUNCTIONS = {CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR, CursorKind.FUNCTION_TEMPLATE,
             CursorKind.CONVERSION_FUNCTION, CursorKind.DESTRUCTOR}
ALIASES = {CursorKind.TYPE_ALIAS_DECL, CursorKind.TYPEDEF_DECL, CursorKind.TYPE_ALIAS_TEMPLATE_DECL}
VALUES = {CursorKind.FIELD_DECL, CursorKind.VAR_DECL, CursorKind.ENUM_CONSTANT_DECL}


@dataclasses.dataclass
class Name:
    """A public name, with its declaration and its comment."""
    kind: str                  # class, enum, enumerator, function, alias, concept, value, macro
    scope: str                 # for a member its class, such as mastic::app::Request
    name: str
    header: str                # mastic/app/request.h
    line: int
    signature: str             # as written, without body and initialisers
    comment: str               # Markdown
    is_special: bool = False   # every class has it, or the language requires the name
    says_it_by_name: bool = False
    is_behind: bool = False    # the comment follows the declaration: `///<`
    members: list = dataclasses.field(default_factory=list)

    @property
    def full_name(self):
        return f"{self.scope}::{self.name}" if self.scope else self.name


def public_headers():
    """topic -> headers, as in #include."""
    return {topic: [str(pathlib.PurePosixPath("mastic", *resolve(room, name))) + ".h" for name in names.split()]
            for topic, (room, names) in TOPICS.items()}


def resolve(room, name):
    return name.split("/")[1:] if name.startswith("../") else (room, name)


@functools.cache
def short_names():
    """mastic::app::Request -> {mastic::Request: mastic/mastic.h}, from the using-declarations of the front doors."""
    short = {}
    for door in FRONT_DOORS:
        for target in re.findall(r"^using (\w+(?:::\w+)+);", (SOURCE / "mastic" / door).read_text(), re.M):
            short.setdefault(f"mastic::{target}", []).append(f"mastic/{door}")
    return short


# ---- reading ----

@functools.cache
def bytes_of(path):
    return pathlib.Path(path).read_bytes()


def text_between(cursor, begin, end):
    return bytes_of(cursor.location.file.name)[begin:end].decode()


def whole_line_start(cursor):
    """The offset where a declaration begins, including the attributes before it in its line."""
    begin = cursor.extent.start.offset
    line_start = bytes_of(cursor.location.file.name).rfind(b"\n", 0, begin) + 1
    before = text_between(cursor, line_start, begin)
    return line_start if re.fullmatch(r"\s*((\[\[.*\]\]|friend|static|inline|explicit|virtual)\s*)*", before) else begin


def tidied(signature):
    """A signature for readers: without attributes for the compiler, and with the indentation removed."""
    own = len(signature) - len(signature.lstrip(" "))
    lines = []
    for line in re.sub(r"\s*\bMASTIC_LIFETIMEBOUND\b|\binline\s+", "", signature).rstrip("; \n").split("\n"):
        lines.append(line[min(own, len(line) - len(line.lstrip())):])
    for at, line in enumerate(lines):
        if line.startswith(NODISCARD):
            # Lines that are aligned with the parenthesis stay aligned.
            rest = [each[len(NODISCARD):] if each.startswith(" " * (len(NODISCARD) + 5)) else each
                    for each in lines[at + 1:]]
            lines[at:] = [line.removeprefix(NODISCARD), *rest]
    return "\n".join(lines)


NODISCARD = "[[nodiscard]] "


def cut_at(text, begin, stops):
    """`text` up to the first of `stops` after `begin` that is not within brackets."""
    depth = 0
    for at in range(begin, len(text)):
        sign = text[at]
        if depth == 0 and sign in stops and "::" not in (text[at:at + 2], text[at - 1:at + 1]):
            return text[:at]
        depth += (sign in "([{") - (sign in ")]}")
    return text


def signature_of(cursor):
    begin = cursor.extent.start.offset if cursor.kind == CursorKind.ENUM_CONSTANT_DECL else whole_line_start(cursor)
    end = cursor.extent.end.offset
    at_name = cursor.location.offset - begin
    if cursor.kind in FUNCTIONS:
        body = [child for child in cursor.get_children() if child.kind == CursorKind.COMPOUND_STMT]
        text = text_between(cursor, begin, body[-1].extent.start.offset if body else end)
        parameters = [child.extent.end.offset - begin for child in cursor.get_children()
                      if child.kind == CursorKind.PARM_DECL]
        # After the parenthesis that closes the parameters, a colon begins the initialisers.
        closed = text.find(")", max(parameters, default=at_name)) + 1
        text = cut_at(text, closed, ":") if closed else text
        return tidied(re.sub(r"\s+(override|final)\b|\s*=\s*defaul\w*$", "", text))
    text = text_between(cursor, begin, end)
    if cursor.kind in TYPES or cursor.kind == CursorKind.ENUM_DECL:
        text = re.sub(r"\s+final\b|\s*[,:]\s*private\s+[\w:]+", "", cut_at(text, max(at_name, 0), "{"))
    elif cursor.kind == CursorKind.VAR_DECL and len(text) > 160:
        text = cut_at(text, at_name, "={")
    return tidied(text)


def comment_of(cursor):
    """The comment as Markdown, and whether it follows the declaration."""
    lines = [re.sub(r"^\s*///<? ?", "", line) for line in (cursor.raw_comment or "").splitlines()]
    return "\n".join(lines).strip("\n"), (cursor.raw_comment or "").startswith("///<")


def kind_of(cursor):
    for kind, kinds in (("class", TYPES), ("function", FUNCTIONS), ("alias", ALIASES),
                        ("enum", {CursorKind.ENUM_DECL}), ("concept", {CursorKind.CONCEPT_DECL}),
                        ("enumerator", {CursorKind.ENUM_CONSTANT_DECL}), ("value", VALUES)):
        if cursor.kind in kinds:
            return kind
    return None


def is_special(cursor, scope):
    """Whether every class has it, the language requires the name, or it overrides a function of a base."""
    if cursor.spelling in SAY_IT_BY_NAME or scope.endswith("::Iterator"):
        return True
    if cursor.kind == CursorKind.CONSTRUCTOR:
        return cursor.is_default_constructor() or cursor.is_copy_constructor() or cursor.is_move_constructor()
    if cursor.kind == CursorKind.DESTRUCTOR or cursor.spelling == "operator=":
        return True
    return cursor.kind == CursorKind.CXX_METHOD and any(
        child.kind in (CursorKind.CXX_OVERRIDE_ATTR, CursorKind.CXX_FINAL_ATTR) for child in cursor.get_children())


def is_only_announced(cursor):
    """Whether it declares a type that is defined elsewhere. A template that users specialise is never defined, but
    has a comment."""
    return not (cursor.is_definition() or cursor.raw_comment and cursor.get_definition() is None)


def is_hidden(cursor):
    return (cursor.access_specifier in (cindex.AccessSpecifier.PRIVATE, cindex.AccessSpecifier.PROTECTED)
            or cursor.spelling.startswith("<deduction guide")
            or cursor.kind in FUNCTIONS and cursor.is_deleted_method()
            or cursor.kind in TYPES and (is_only_announced(cursor) or "<" in cursor.displayname
                                         and cursor.kind != CursorKind.CLASS_TEMPLATE)
            or cursor.semantic_parent != cursor.lexical_parent
            or not cursor.spelling or "(unnamed" in cursor.spelling)


def read_name(cursor, scope):
    comment, is_behind = comment_of(cursor)
    header = str(pathlib.Path(cursor.location.file.name).relative_to(SOURCE))
    spelling = re.sub(r"<.*", "", cursor.spelling) if cursor.kind == CursorKind.CONSTRUCTOR else cursor.spelling
    if cursor.kind == CursorKind.FUNCTION_TEMPLATE and scope.endswith("::" + spelling.partition("<")[0]):
        spelling = spelling.partition("<")[0]  # a constructor that is a template
    name = Name(kind_of(cursor), scope, spelling, header, cursor.location.line, signature_of(cursor), comment,
                is_special=is_special(cursor, scope), is_behind=is_behind,
                says_it_by_name=spelling.startswith("operator") or scope in NAMED_BY_STANDARDS)
    if cursor.kind in TYPES or cursor.kind == CursorKind.ENUM_DECL:
        for child in cursor.get_children():
            add(child, name.full_name, name.members)
    return name


def add(cursor, scope, found):
    if cursor.kind == CursorKind.FRIEND_DECL or cursor.kind == CursorKind.UNEXPOSED_DECL:
        for child in cursor.get_children():
            if child.kind == CursorKind.FUNCTION_DECL and child.is_definition():
                add(child, scope, found)
        return
    if kind_of(cursor) and not is_hidden(cursor):
        found.append(read_name(cursor, scope))


def read_namespace(cursor, scope, wanted, found):
    for child in cursor.get_children():
        if child.location.file is None or child.location.file.name not in wanted:
            continue
        if child.kind == CursorKind.NAMESPACE:
            if child.spelling not in ("", "detail"):
                read_namespace(child, f"{scope}::{child.spelling}".removeprefix("::"), wanted, found)
        elif child.canonical == child or child.is_definition() and child.kind in TYPES:
            add(child, scope, found)


MACRO = re.compile(r"((?:^//[^\n]*\n)*)(?:^#if[^\n]*\n)?^#define (MASTIC_\w+)(\([^)]*\))?", re.M)


def read_macros(headers):
    seen = set()  # a macro that each compiler defines differently has its comment at the first definition
    for header in headers:
        text = (SOURCE / header).read_text()
        for match in MACRO.finditer(text):
            if match.group(2) in seen:
                continue
            seen.add(match.group(2))
            comment = "\n".join(re.sub("^///? ?", "", line) for line in match.group(1).splitlines())
            yield Name("macro", "", match.group(2), header, text.count("\n", 0, match.start(2)) + 1,
                       f"#define {match.group(2)}{match.group(3) or ''}", comment)


@functools.cache
def read_api():
    """Every public name at namespace scope, in the order of TOPICS; members are in Name.members."""
    headers = [header for group in public_headers().values() for header in group]
    text = "".join(f'#include "{header}"\n' for header in headers)
    main = str(SOURCE / "all_public_headers.cc")
    unit = cindex.Index.create().parse(main, ["-std=c++23", f"-I{SOURCE}"], unsaved_files=[(main, text)])
    faults = [str(each) for each in unit.diagnostics if each.severity >= cindex.Diagnostic.Error]
    if faults:
        sys.exit("\n".join(faults))
    found = []
    read_namespace(unit.cursor, "", {str(SOURCE / header) for header in headers}, found)
    found.extend(read_macros(headers))
    order = {header: place for place, header in enumerate(headers)}
    return sorted(found, key=lambda name: (order[name.header], name.line))


# ---- checking ----

LEANING = re.compile(r"(The same|Of|As|Until|From any thread)\b")  # such a comment depends on the one before

def is_sentence(name):
    if name.is_behind:
        return len(name.comment.split()) > 1
    return not LEANING.match(name.comment) and re.match(r"[A-Z0-9`\"'/(\[{+.]", name.comment) and re.search(
        r"[.!?:](\)|\"|`)?$", name.comment.split("\n\n")[0].strip())


def check_sentences(names, faults, owner=None):
    told = {(name.header, name.name) for name in names if name.comment}
    for name in names:
        is_told = (name.header, name.name) in told or owner and owner.kind == "enum" and owner.line == name.line
        if not (is_told or name.is_special or name.says_it_by_name):
            faults.append(f"src/{name.header}:{name.line}: {name.full_name} has no comment")
        elif name.comment and not is_sentence(name):
            faults.append(f"src/{name.header}:{name.line}: the comment of {name.full_name} is not a sentence")
        check_sentences(name.members, faults, name)


def check_headers(faults):
    """Checks that the reference has every header that the front doors, the examples and the guides include."""
    named = {header for group in public_headers().values() for header in group}
    used = {}
    for door in FRONT_DOORS:
        used.update(included_by(SOURCE / "mastic" / door))
    for folder in ("examples", "docs"):
        for path in [*(ROOT / folder).rglob("*.cc"), *(ROOT / folder).rglob("*.h"), *(ROOT / folder).rglob("*.md")]:
            used.update(included_by(path))
    for header, where in sorted(used.items()):
        if header not in named and header not in (f"mastic/{door}" for door in FRONT_DOORS):
            faults.append(f"{where}: includes {header}, which is missing in TOPICS of tools/public_api.py")


def included_by(path):
    for match in re.finditer(r'#include [<"](mastic/[^>"]+)[>"]', path.read_text()):
        if not match.group(1).endswith("_testing.h"):
            yield match.group(1), path.relative_to(ROOT)


def count(names):
    return sum(1 + count(name.members) for name in names)


def main():
    faults = []
    check_headers(faults)
    check_sentences(read_api(), faults)
    print("\n".join(faults) if faults else f"{count(read_api())} public names have their comments")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
