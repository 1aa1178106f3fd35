"""Writes the API reference: a Markdown page for each public header, and one that lists all names.

The names that `public_api` has read become headings, signatures with links in them, and comments. Comments
are Markdown, except for `<`, `*` and `_`, which mean what they mean in C++. `build_docs.py` calls this.
"""

import functools
import html
import itertools
import pathlib
import posixpath
import re

from pygments.lexers import CppLexer
from pygments.token import STANDARD_TYPES, Name as NameToken

import public_api

PAGES = "docs/api"
MANY = 2  # the largest number of names in a title


def page_of(header):
    """mastic/app/request.h -> docs/api/app/request.md"""
    return f"{PAGES}/{header.removeprefix('mastic/').removesuffix('.h')}.md"


def without_root(full_name):
    return full_name.removeprefix("mastic::")


def anchor_of(name):
    plain = re.sub(r"operator\W+", "operator", without_root(name.full_name))
    return re.sub(r"[^\w.~]", "", plain.replace("::", "."))


# ---- names and links ----

def is_told(name):
    """Whether the pages show `name`: special members only if they have a comment."""
    return bool(name.comment) or not name.is_special


@functools.cache
def names_by_last_word():
    """Last word of a name -> all names that end with it and are shown: Request -> [mastic::app::Request]."""
    found = {}

    def enter(name):
        if is_told(name):
            found.setdefault(name.name, []).append(name)
        for member in name.members:
            enter(member)
    for name in public_api.read_api():
        enter(name)
    return found


def resolve(text, scope):
    """The name that `text`, such as `Request::url_for`, refers to within `scope`; None when that is not
    certain."""
    candidates = [name for name in names_by_last_word().get(text.rpartition("::")[2], ())
                  if f"::{name.full_name}".endswith(f"::{text}")]
    while scope:
        inside = [name for name in candidates if name.full_name == f"{scope}::{text}"]
        if inside:
            return inside[0]
        scope = scope.rpartition("::")[0]
    outside = [name for name in candidates if name.kind in ("class", "enum", "alias", "concept", "macro")
               or "::" in text or name.scope.count("::") == 1 and name.kind == "function"]
    certain = outside if len({name.full_name for name in outside}) == 1 else [each for each in outside if is_short(each)]
    return certain[0] if certain else None


def is_short(name):
    """Whether a front-door header gives it a short name, such as mastic::Request."""
    return name.full_name in public_api.short_names()


class Page:
    """A page that is being written: its path, which links start from, and its anchors."""

    def __init__(self, path):
        self.path = path
        self.anchors = {}

    def link_to(self, name):
        target = page_of(name.header)
        place = "" if target == self.path else posixpath.relpath(target, posixpath.dirname(self.path))
        return f"{place}#{anchor_of(name)}"

    def new_anchor(self, name):
        """Returns a new anchor for `name`; overloads in different places get different anchors."""
        anchor = anchor_of(name)
        self.anchors[anchor] = self.anchors.get(anchor, 0) + 1
        return anchor if self.anchors[anchor] == 1 else f"{anchor}-{self.anchors[anchor]}"


# ---- comments ----

CODE_SPAN = re.compile(r"(`+)(.+?)\1", re.S)
NAMED = re.compile(r"\b[A-Za-z]\w*(?:::~?\w+)+\b|\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+\b")


def escaped(text):
    """Escapes what Markdown would interpret. It does not interpret an underscore within a word."""
    return re.sub(r"[*\[\]]|(?<!\w)_|_(?!\w)", r"\\\g<0>", html.escape(text, quote=False))


def prose(text, scope, page, signature=""):
    """Text with its `code`, and with links at names that are certain; parameters of `signature` get none."""
    def code(words):
        if re.search(rf"\b{re.escape(words)}\s*[,)=]", signature):
            return f"`{words}`"
        name = resolve(re.sub(r"\(.*", "", words).removeprefix("mastic::"), scope)
        return f"[`{words}`]({page.link_to(name)})" if name and name.full_name != scope else f"`{words}`"

    def plain(words):
        parts, at = [], 0
        for match in NAMED.finditer(words):
            name = resolve(match.group(0), scope)
            if name is None or name.full_name == scope:
                continue
            parts += [escaped(words[at:match.start()]), f"[{escaped(match.group(0))}]({page.link_to(name)})"]
            at = match.end()
        return "".join([*parts, escaped(words[at:])])

    parts, at = [], 0
    for match in CODE_SPAN.finditer(text):
        parts += [plain(text[at:match.start()]), code(match.group(2))]
        at = match.end()
    return "".join([*parts, plain(text[at:])])


def comment_markdown(comment, scope, page, signature=""):
    """A comment as Markdown: paragraphs and lists stay; lines indented by four after an empty line are code."""
    blocks, was_empty = [], True
    for line in comment.split("\n"):
        is_code = line.startswith("    ") and (was_empty or blocks and blocks[-1][0] == "code") \
            or not line and blocks and blocks[-1][0] == "code"
        kind = "code" if is_code else "prose"
        if not blocks or blocks[-1][0] != kind:
            blocks.append((kind, []))
        blocks[-1][1].append(line[4:] if is_code else line)
        was_empty = not line or line.startswith("    ") and is_code
    written = []
    for kind, lines in blocks:
        text = "\n".join(lines).strip("\n")
        written.append(f"```cpp\n{text}\n```" if kind == "code" else prose(text, scope, page, signature))
    return "\n\n".join(written)


def head_of(header):
    """The comment at the head of a file."""
    lines = itertools.takewhile(lambda line: line.startswith("//"),
                                (public_api.SOURCE / header).read_text().splitlines())
    return "\n".join(re.sub("^// ?", "", line) for line in lines)


# ---- signatures ----

def signature_html(signature, scope, page):
    """A signature with syntax colours, and with links at our own types."""
    parts, before = [], []
    for token, value in CppLexer().get_tokens(signature):
        text = html.escape(value)
        if token in NameToken:
            qualifier = "".join(reversed(list(itertools.takewhile(
                lambda part: re.fullmatch(r"\w+|::?", part), reversed(before)))))
            name = resolve((qualifier + value).removeprefix("mastic::"), scope)
            if name and name.kind in ("class", "enum", "alias", "concept") and not qualifier.startswith("std::"):
                text = f'<a href="{page.link_to(name).replace(".md", ".html")}">{text}</a>'
        css = STANDARD_TYPES.get(token, "")
        parts.append(f'<span class="{css}">{text}</span>' if css else text)
        before = [] if value.isspace() else before + [value]
    return f'<div class="highlight signature"><pre><code>{"".join(parts).rstrip()}</code></pre></div>'


def include_line(name, page):
    """The #include line of a name: its front door, or its header, with a link to the header's text."""
    source = posixpath.relpath(f"src/{name.header}.html", posixpath.dirname(page.path))
    includes = [f"<code>#include &lt;{door}&gt;</code> or " for door in public_api.short_names().get(name.full_name, ())]
    includes.append(f'<code>#include &lt;<a href="{source}">{name.header}</a>&gt;</code>')
    return f'<p class="include">{"".join(includes)}</p>'


# ---- pages ----

def shown_name(name):
    """The name as users write it: mastic::Request, if a front door has a short name."""
    if name.kind == "macro":
        return name.name
    return f"mastic::{name.name}" if is_short(name) else name.full_name


def heading_of(name):
    """The heading of a name: mastic::Router, or Router::get for a member."""
    return f"{name.scope.rpartition('::')[2]}::{name.name}" if is_member(name) else shown_name(name)


def is_member(name):
    owner = resolve(without_root(name.scope), "")
    return owner is not None and owner.kind == "class"


def groups_of(names):
    """Groups overloads that follow each other, which share a heading."""
    told = filter(is_told, names)
    return [list(group) for _, group in itertools.groupby(told, key=lambda name: (name.name, name.kind))]


def field_blocks(fields, scope, page):
    """The lines for fields, each with its comment."""
    for name in fields:
        shown = signature_html(name.signature, scope, page).replace("signature", "signature field")
        yield from [f'<div id="{page.new_anchor(name)}"></div>', "", shown, "",
                    comment_markdown(as_sentence(name.comment), scope, page), ""]


def enumerator_list(enumerators, scope, page):
    """A line for each enumerator, or one line for all when none has a comment."""
    shown = [(f'<span id="{page.new_anchor(name)}"></span>`{name.signature}`', name.comment) for name in enumerators]
    if not any(comment for _, comment in shown):
        return ["· ".join(code for code, _ in shown), ""]
    return [*(f"- {code}: {prose(' '.join(comment.split()), scope, page)}" for code, comment in shown), ""]


def as_sentence(phrase):
    return phrase[:1].upper() + phrase[1:] + ("" if phrase.endswith((".", "!", "?", ":", ")", "`")) else ".")


def write_group(group, level, page):
    """A heading, then each signature with its comment; a signature without a comment stands above the next
    one, whose comment it shares."""
    first = group[0]
    scope = first.full_name if first.kind == "class" else first.scope
    lines = [f"{'#' * level} {heading_of(first).replace('*', '&#42;')} {{ #{page.new_anchor(first)} }}", ""]
    if level == 2:
        lines += [include_line(first, page), ""]
    for name in group:
        if not re.fullmatch(r"(class|struct|enum class) \w+", name.signature):
            lines += [signature_html(name.signature, scope, page), ""]
        if name.comment:
            lines += [comment_markdown(name.comment, scope, page, name.signature), ""]
        if name.members:
            lines += write_members(name, level, page)
    return lines


def write_members(owner, level, page):
    """The members of a class or enum: fields and enumerators as lists, all others with a heading."""
    if owner.kind == "enum":
        return enumerator_list(owner.members, owner.full_name, page)
    lines = []
    for is_field, members in itertools.groupby(owner.members, key=lambda member: member.kind == "value"):
        if is_field:
            lines += field_blocks(members, owner.full_name, page)
            continue
        for group in groups_of(members):
            lines += write_group(group, min(level + 1, 4), page)
    return lines


def title_of(header, names):
    """The title of a page: the main type of the header, or its few names, or its file; options keep their room."""
    stem = pathlib.PurePath(header).stem
    if stem == "options":
        return header.removeprefix("mastic/")
    main = [name.name for name in names if name.name.lower() == stem.replace("_", "")]
    few = list(dict.fromkeys(name.name for name in names if name.kind != "macro"))
    if main or not 0 < len(few) <= MANY:
        return main[0] if main else f"{stem}.h"
    return ", ".join(few)


def write_page(header, names):
    page = Page(page_of(header))
    lines = [f"# {escaped(title_of(header, names))}", "", comment_markdown(head_of(header), "mastic", page), ""]
    for group in groups_of(names):
        lines += write_group(group, 2, page)
    return "\n".join(lines)


def first_sentence(comment):
    paragraph = " ".join(comment.split("\n\n")[0].split())
    return re.sub(":$", ".", re.split(r"(?<=[.!?])\s+(?=[A-Z`])", paragraph)[0])


def write_index(topics):
    page = Page(f"{PAGES}/README.md")
    lines = ["# API reference", "",
             "Every name that the library has for you, made from the comments of its headers. "
             "`#include <mastic/mastic.h>` gives those of a web application their short names, "
             "`#include <mastic/sockets.h>` those of a socket server; everything else is found in its room, "
             "as the pages say.", ""]
    for topic, pages in topics.items():
        lines += [f"## {topic}", ""]
        for names in pages.values():
            for group in groups_of(names):
                told = next((name.comment for name in group if name.comment), "")
                lines.append(f"- [`{shown_name(group[0])}`]({page.link_to(group[0])}) "
                             f"{prose(first_sentence(told), group[0].scope, page)}")
        lines.append("")
    return "\n".join(lines)


def write_pages(into):
    """Writes all pages below `into`, and returns the navigation: topics with the titles and paths of pages."""
    by_header = {header: list(names) for header, names in
                 itertools.groupby(public_api.read_api(), key=lambda name: name.header)}
    topics = {topic: {header: by_header.get(header, []) for header in headers}
              for topic, headers in public_api.public_headers().items()}
    pages = {f"{PAGES}/README.md": write_index(topics)}
    navigation = [{"All names": f"{PAGES}/README.md"}]
    for topic, headers in topics.items():
        pages |= {page_of(header): write_page(header, names) for header, names in headers.items()}
        navigation.append({topic: [{title_of(header, names): page_of(header)} for header, names in headers.items()]})
    for path, text in pages.items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_text(text)
    return navigation
