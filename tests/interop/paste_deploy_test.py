#!/usr/bin/env python3
"""Sites described by `.ini` files mean the same to Mastic and to PasteDeploy, or differ as listed here.

    paste_deploy_test.py PARTS        PARTS is what parts.cc makes

The files are those of src/mastic/deploy/golden and of the folder paste_deploy. Both sides say which parts the
application `main` and the server `main` consist of, with the global and local settings of each. Factories need not
exist: on PasteDeploy's side every distribution has every entry point, and on ours no part is made.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from paste.deploy import loadwsgi

PARTS = os.path.abspath(sys.argv.pop(1))
HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent.parent / "src" / "mastic" / "deploy" / "golden"
MAX_DEPTH = 10  # as in parts.cc: a composite may contain itself

# Why a site does not mean the same, by the name of its file.
MORE_LINES = "what names a part has one line here, because a second one is a setting that was indented by mistake"
NO_ENVIRONMENT = "%(ENV_NAME)s is a variable of the environment; PasteDeploy does not know these names"
DIFFERENCES = {
    "bytes_wide_indentation_counts_characters": MORE_LINES,
    "section_indented": MORE_LINES,
    "bytes_nul": "a NUL ends every path and option of a C program, so we refuse it",
    "environment": NO_ENVIRONMENT,
    "environment_is_not_global": NO_ENVIRONMENT,
    "environment_reaches_another_file": NO_ENVIRONMENT,
    "section_app_alone_is_main": "PasteDeploy documents that [app] is 'main', and forgets it where it looks a URI up",
    "uri_folder_with_a_percent_sign": "PasteDeploy interpolates %(here)s, so it fails where a % is in that path",
    "uri_python": "python: is a scheme of Mastic",
}


# ---- PasteDeploy's side ----

class AnyDistribution:
    def __init__(self, name):
        self.name = name


class AnyEntryPoint:
    """Stands for the object that `paste.app_factory = MODULE:FUNCTION` names."""
    def __init__(self, name, group, value):
        self.value = value

    def load(self):
        module, _, function = self.value.partition(":")
        return f"python:{module.strip()}#{function.strip()}"


class AnyPackages:
    EntryPoint = AnyEntryPoint
    distribution = AnyDistribution


def find_entry_point(self, object_type, name=None):
    protocol = loadwsgi._flatten(object_type.egg_protocols)[0]
    return f"egg:{self.spec}#{name}", protocol, name


def load_from_scheme(scheme):
    """Stands for the schemes that only Mastic has."""
    def load(object_type, uri, spec, name, relative_to, global_conf):
        context = loadwsgi.EggLoader(spec).get_context(object_type, name, global_conf)
        path = os.path.normpath(os.path.join(relative_to, spec)) if scheme == "lib" else spec
        context.object = f"{scheme}:{path}#{name}"
        return context
    return load


def get_context(self, object_type, name=None, global_conf=None):
    """Stands for the factories that only Mastic has: mastic#NAME, unless that is a section."""
    sections = self.parser.sections()
    if not name.startswith("mastic#") or any(section.endswith(":" + name) for section in sections):
        return get_context_of_paste(self, object_type, name, global_conf)
    context = loadwsgi.EggLoader("mastic").get_context(object_type, name[7:], global_conf)
    context.object = name
    return context


def lookup_object(spec):
    module, _, function = spec.partition(":")
    return f"call:{module}#{function}"


loadwsgi.importlib_metadata = AnyPackages
loadwsgi.lookup_object = lookup_object
loadwsgi.EggLoader.find_egg_entry_point = find_entry_point
get_context_of_paste = loadwsgi.ConfigLoader.get_context
loadwsgi.ConfigLoader.get_context = get_context
loadwsgi._loaders["lib"] = load_from_scheme("lib")
loadwsgi.open = functools.partial(open, encoding="utf-8")


def pairs(settings):
    return [{"name": name, "value": value} for name, value in settings.items()]


def show(context, depth=0):
    """What parts.cc prints of a part."""
    shown = {"form": "made", "global": pairs(context.global_conf), "local": pairs(context.local_conf),
             "filters": [], "inside": [], "below": []}
    if context.object_type is loadwsgi.PIPELINE:
        shown["form"] = "pipeline"
        shown["filters"] = [show(each, depth + 1) for each in context.filter_contexts]
        shown["inside"] = [show(context.app_context, depth + 1)]
    elif context.object_type in (loadwsgi.FILTER_WITH, loadwsgi.FILTER_APP):
        shown["form"] = "filtered"
        shown["filters"] = [show(context.filter_context, depth + 1)]
        shown["inside"] = [show(context.next_context, depth + 1)]
    else:
        shown["kind"] = context.object_type.name
        shown["factory"] = context.object
        name = context.object.rpartition("#")[2]
        for key, value in context.local_conf.items():
            if depth <= MAX_DEPTH and (name == "urlmap" or name == "cascade" and key.startswith("app")):
                shown["below"].append(show(context.loader.app_context(value, context.global_conf), depth + 1))
    return shown


def ask_paste_deploy(path, options):
    """The parts of a site, or the error as a text."""
    kinds = [loadwsgi.APP]
    try:
        if "server:main" in loadwsgi.ConfigLoader(str(path)).parser.sections():
            kinds.append(loadwsgi.SERVER)
        return [show(loadwsgi.loadcontext(kind, f"config:{path}", global_conf=dict(options))) for kind in kinds]
    except Exception as error:  # whatever is thrown, the site does not start
        return f"{type(error).__name__}: {error}"


# ---- Mastic's side ----

def ask_mastic(path, options, environment):
    """The parts of a site, or the errors as a text."""
    run = subprocess.run([PARTS, path, *(f"{name}={value}" for name, value in options)], capture_output=True,
                         env=environment, check=True, timeout=30)
    site = json.loads(run.stdout)
    return "\n".join(site["diagnostics"]) if site["has_errors"] else site["parts"]


# ---- The sites ----

def split_site(text):
    """The files of a site by name, the settings of the command line, and the environment."""
    pieces = {"site.ini": ""}
    name = "site.ini"
    for line in text.split("----------\n")[0].splitlines(keepends=True):
        if line.startswith("--- "):
            name = line[4:].strip()
            pieces[name] = ""
        else:
            pieces[name] += line
    assignments = [[line.split("=", 1) for line in pieces.pop(name, "").splitlines()]
                   for name in ("command line", "environment")]
    return pieces, *assignments


class PasteDeploy(unittest.TestCase):
    def test_sites_mean_the_same(self):
        known = set()
        for source in [*sorted(GOLDEN.glob("*.txt")), *sorted((HERE / "paste_deploy").glob("*.ini"))]:
            known.add(source.stem)
            with self.subTest(source.name), tempfile.TemporaryDirectory() as folder:
                self.compare(source, pathlib.Path(folder))
        self.assertEqual(set(DIFFERENCES) - known, set())

    def compare(self, source, folder):
        files, options, environment = split_site(source.read_bytes().decode("utf-8", "surrogateescape"))
        for name, text in files.items():
            text = text.replace("/site/", f"{folder}/")  # where the golden files say that they are
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        ours = ask_mastic(folder / "site.ini", options, dict(environment))
        theirs = ask_paste_deploy(folder / "site.ini", options)
        is_same = ours == theirs or isinstance(ours, str) and isinstance(theirs, str)
        if source.stem in DIFFERENCES:
            self.assertFalse(is_same, "it is listed as a difference, but means the same")
        elif not is_same:
            self.maxDiff = None
            self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main()
