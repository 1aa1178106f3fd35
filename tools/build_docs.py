#!/usr/bin/python3
"""Writes the documentation as a site to build/docs: README, guides, decisions, rooms, the API reference.

    build_docs.py          then: build/release/mastic serve build/docs

The Markdown files are written for a forge. They are copied to build/docs-source with the same folders, so that
the links between them stay valid, and are changed where the site needs it:

 1. a link to a source file leads to a page that shows it; a link to a directory leads to its README or to a list
    of its files;
 2. lists are indented by four, as Python's Markdown expects;
 3. HTML comments are removed;
 4. the first mention of an API name in a guide becomes a link to the reference.

mkdocs builds the site from these (docs/site/mkdocs.yml). A link to a missing page or anchor is a fault. Scripts
within pages are moved into files, so that they run under a Content-Security-Policy of
`default-src 'self'; img-src 'self' data:`. The old build/docs is removed.
"""

import hashlib
import json
import logging
import pathlib
import re
import shutil
import sys
import textwrap

import api_pages
import check_rooms
import public_api
from check_docs import LINK, ROOT, project_files

STAGE = ROOT / "build" / "docs-source"
SITE = ROOT / "build" / "docs"

SHOWN_CODE = {".h": "cpp", ".cc": "cpp", ".py": "python", ".sh": "bash", ".cmake": "cmake", ".txt": "text", "": "text"}


# ---- changes to a Markdown file for the site ----

def in_prose(text, change):
    """Applies `change` to the text outside of fenced code."""
    return "".join(part if part.lstrip(" ").startswith("```") else change(part)
                   for part in re.split(r"(^ *```.*?^ *```$)", text, flags=re.S | re.M))


def dedented(text):
    """Removes the common indentation of code blocks, which may be quoted from within a function."""
    return re.sub(r"^(```\w*\n)(.*?)(?=^```$)", lambda match: match.group(1) + textwrap.dedent(match.group(2)), text,
                  flags=re.S | re.M)


ITEM = re.compile(r"(?:[-*+]|\d+[.)]) +(?=\S)")


def indented_by_four(text):
    """Formats lists for Python's Markdown: it wants each level indented by four, and an empty line between a
    paragraph and the first item below it."""
    lines = []
    columns = []     # for each open item, the column where its text begins
    in_code = False
    in_text = False  # the previous line is text, which this line may continue at any indentation
    for line in text.split("\n"):
        words = line.lstrip()
        column = len(line) - len(words)
        item = None if in_code else ITEM.match(words)
        if words and not in_code and (item or not in_text):
            while columns and column < columns[-1]:
                columns.pop()
        if item and in_text and not columns and not ITEM.match(lines[-1]):
            lines.append("")
        inside = columns[-1] if columns else 0
        lines.append("    " * len(columns) + line[min(inside, column):] if words else "")
        if item and column < inside + 4:
            columns.append(column + len(item.group(0)))
        if words.startswith("```"):
            in_code = not in_code
        in_text = bool(words) and not in_code and not words.startswith(("#", "```", "|"))
    return "\n".join(lines)


CODE = re.compile(r"^#.*$|^    .*$|!?\[[^\]]*\]\([^)]*\)|`([A-Za-z_][\w:]*)(?:\([^`]*\))?`", re.M)


def linked_to_api(text, page, named):
    """Links names in `code` to the reference: each name once in a page, if it is certain which one is meant, and
    not in headings, indented code and links."""
    place = api_pages.Page(str(page.relative_to(ROOT)))

    def linked(match):
        words = match.group(1)
        name = api_pages.resolve(words.removeprefix("mastic::"), "") if words and words not in named else None
        named.add(words)
        if name and not re.search(r"::|[a-z][A-Z_]", words) and not (api_pages.is_short(name) and words[0].isupper()):
            return match.group(0)  # the word is too common to be certain
        return f"[{match.group(0)}]({place.link_to(name)})" if name else match.group(0)
    return CODE.sub(linked, text)


class Stage:
    """The folder that mkdocs reads."""

    def __init__(self):
        shutil.rmtree(STAGE, ignore_errors=True)
        self.sources = set()  # files that pages link to, and that get a page for that

    def add_pages(self):
        for page in project_files("*.md"):
            place = page.relative_to(ROOT)
            self.write(place, self.for_site(page, page.read_text()))

    def for_site(self, page, text):
        named = set()

        def change(part):
            part = re.sub(r"<!--.*?-->\n*", "", part, flags=re.S)
            part = LINK.sub(lambda match: self.link(page, match), part)
            return linked_to_api(part, page, named) if page.parent.name in ("guide", "tutorial") else part
        return indented_by_four(dedented(in_prose(text, change)))

    def link(self, page, match):
        """Returns a link, changed for the site."""
        target, mark, anchor = match.group(1).partition("#")
        place = (page.parent / target).resolve()
        if re.match(r"[a-z]+:", target) or not target or not place.exists():
            return match.group(0)
        if place.is_dir():
            target = f"{target.rstrip('/')}/README.md"
            if not (place / "README.md").exists():
                self.add_listing(place)
        elif place.suffix in SHOWN_CODE:
            self.sources.add(place)
            target += ".md"
        elif place.suffix != ".md":
            self.copy(place)
        return match.group(0).replace(f"({match.group(1)}", f"({target}{mark}{anchor}")

    def add_listing(self, folder):
        """Writes a README for a folder without one: a list of its files."""
        files = project_files(f"{folder.relative_to(ROOT)}/*")
        self.sources.update(file for file in files if file.suffix in SHOWN_CODE)
        self.write(folder.relative_to(ROOT) / "README.md", f"# {folder.relative_to(ROOT)}\n\n" + "".join(
            f"- [{file.relative_to(folder)}]({file.relative_to(folder)}.md)\n" for file in files
            if file.suffix in SHOWN_CODE))

    def add_sources(self):
        """Writes the pages that show a source file, with syntax colours but without links."""
        for source in sorted(self.sources):
            place = source.relative_to(ROOT)
            language = SHOWN_CODE[source.suffix]
            self.write(f"{place}.md", f"# {place}\n\n"
                                      f"~~~~~~ {language}\n{source.read_text().rstrip()}\n~~~~~~\n")

    def add_pictures(self):
        for picture in (ROOT / "docs" / "pictures").iterdir():
            self.copy(picture)
        self.copy(ROOT / "docs" / "site" / "site.css")

    def copy(self, source):
        target = STAGE / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    @staticmethod
    def write(place, text):
        (STAGE / place).parent.mkdir(parents=True, exist_ok=True)
        (STAGE / place).write_text(text)


# ---- the site ----

def navigation(api):
    """The navigation: guides in the order of docs/README.md, rooms from the lowest up."""
    linked = list(dict.fromkeys(match.group(1).partition("#")[0]
                                for match in LINK.finditer((ROOT / "docs" / "README.md").read_text())))

    def of(folder):
        named = [f"docs/{page}" for page in linked if page.startswith(f"{folder}/") and page.endswith(".md")]
        there = [str(page.relative_to(ROOT)) for page in project_files(f"docs/{folder}/*.md")]
        return named + sorted(set(there) - set(named))
    rooms = [{room: f"src/mastic/{room}/README.md"} for room in check_rooms.ARROWS]
    examples = sorted(str(page.relative_to(ROOT)) for page in project_files("examples/*/README.md"))
    decisions = sorted(str(page.relative_to(ROOT)) for page in project_files("docs/adr/0*.md"))
    return [
        {"Mastic": ["README.md", {"All documentation": "docs/README.md"}, *of("tutorial"),
                    {"Examples": ["examples/README.md", *examples]}]},
        {"Guide": of("guide")},
        {"Reference": of("reference")},
        {"API": api},
        {"Inside": ["ARCHITECTURE.md", "CONTRIBUTING.md", {"Rooms": rooms},
                    {"Decisions": ["docs/adr/README.md", *decisions]}]},
    ]


def is_code(location):
    return pathlib.PurePath(location.partition("#")[0].removesuffix(".html")).suffix in SHOWN_CODE.keys() - {""}


def keep_code_out_of_search():
    """Removes sources from the search index, so that a search finds explanations; it halves the index, too."""
    index = SITE / "search" / "search_index.json"
    found = json.loads(index.read_text())
    found["docs"] = [entry for entry in found["docs"]
                     if not is_code(entry["location"])]
    index.write_text(json.dumps(found, separators=(",", ":"), ensure_ascii=False))


def move_scripts_out():
    """Moves each `<script>` of a page into a file, as a strict Content-Security-Policy requires."""
    def moved(match, page):
        script = SITE / "assets" / f"{hashlib.sha256(match.group(1).encode()).hexdigest()[:16]}.js"
        script.write_text(match.group(1))
        up = "../" * len(page.relative_to(SITE).parent.parts)
        return f'<script src="{up}{script.relative_to(SITE)}"></script>'
    for page in SITE.rglob("*.html"):
        text = page.read_text()
        page.write_text(re.sub(r"<script>(.*?)</script>", lambda match, page=page: moved(match, page), text, flags=re.S))


def broken_links():
    """The links within the site that lead nowhere: mkdocs checks their pages, but not their anchors."""
    pages = {page: page.read_text() for page in SITE.rglob("*.html")}
    places = {page: set(re.findall(r'\bid="([^"]+)"', text)) for page, text in pages.items()}
    for page, text in pages.items():
        for target, place in set(re.findall(r'<a[^>]* href="(?!/)([^":#?]*)#?([^":]*)"', text)):
            leads_to = (page.parent / target).resolve() if target else page
            leads_to = leads_to / "index.html" if leads_to.is_dir() else leads_to
            is_there = place in places[leads_to] if place and leads_to in places else leads_to.exists()
            if not is_there:
                yield f"{page.relative_to(SITE)}: leads to {target}#{place}"


def main():
    from mkdocs.commands.build import build  # here, because the test of this file runs without mkdocs
    from mkdocs.config import load_config
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    stage = Stage()
    stage.add_pages()
    api = api_pages.write_pages(STAGE)
    stage.sources |= {public_api.SOURCE / header for group in public_api.public_headers().values() for header in group}
    stage.add_sources()
    stage.add_pictures()
    config = load_config(str(ROOT / "docs" / "site" / "mkdocs.yml"), docs_dir=str(STAGE), site_dir=str(SITE),
                         nav=navigation(api), strict=True)
    build(config)
    keep_code_out_of_search()
    move_scripts_out()
    shutil.rmtree(STAGE)
    broken = sorted(broken_links())
    if broken:
        sys.exit("\n".join(broken))
    print(f"{len(list(SITE.rglob('*.html')))} pages: build/release/mastic serve build/docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
