#!/usr/bin/env python3
"""Forms that are filled in by our test client and by python3-webtest send the same, or differ as listed.

    forms_test.py PROGRAM        PROGRAM is what forms/forms.cc makes

forms/forms.txt is the script for both: pages, steps and how the form is submitted. forms/differences.txt has the
forms that WebTest sends otherwise, each with the reason; one that is not needed any more is a failure, too.
"""

import email.parser
import email.policy
import json
import os
import pathlib
import subprocess
import sys
import unittest
import urllib.parse

import webtest

PROGRAM = os.path.abspath(sys.argv.pop(1))
HERE = pathlib.Path(__file__).resolve().parent / "forms"
VERBS = {"set", "nth", "force", "check", "uncheck", "checkbox", "label", "select", "upload", "press", "script", "enter"}


def read_cases():
    name, page, steps = None, "", []
    for line in (HERE / "forms.txt").read_text().splitlines() + ["[end]"]:
        if line.startswith("["):
            if name:
                yield name, page, steps
            name, page, steps = line[1:-1], "<!doctype html><title>t</title>", []
        elif line in VERBS or (" " in line and line.split(" ")[0] in VERBS):
            steps.append(line)
        else:
            page += line + "\n"


def read_differences():
    lines = (HERE / "differences.txt").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def rest(step, words):
    return step.split(" ", words)[words].replace("\\n", "\n")


def set_box(form, name, value, checked):
    for field in form.fields[name]:
        if value is None or field._value == value:
            field.checked = checked


def take_step(form, step):
    verb, *arguments = step.split(" ")
    name = arguments[0] if arguments else None
    if verb in ("set", "force"):
        field = form[name]
        field.force_value(rest(step, 2)) if verb == "force" else form.set(name, rest(step, 2))
    elif verb == "nth":
        form.set(name, rest(step, 3), index=int(arguments[1]))
    elif verb in ("check", "uncheck"):
        form[name] = verb == "check"
    elif verb == "checkbox":
        for field in form.fields[name]:
            field.checked = field._value in arguments[1:]
    elif verb == "label":
        form[name].select(text=rest(step, 2))
    elif verb == "select":
        form[name] = arguments[1:]
    elif verb == "upload":
        form[name] = webtest.Upload(arguments[1], rest(step, 4).encode(), arguments[2])
    elif verb == "press":
        form.submit(name, value=rest(step, 2))
    else:
        form.submit()


def sent_by_webtest(page, steps):
    received = {}

    def site(environ, start_response):
        if environ["PATH_INFO"] != "/page":
            query = environ.get("QUERY_STRING", "")
            size = int(environ.get("CONTENT_LENGTH") or 0)
            received.update(method=environ["REQUEST_METHOD"], target=environ["PATH_INFO"] + ("?" + query if query else ""),
                            content_type=environ.get("CONTENT_TYPE", ""), content=environ["wsgi.input"].read(size).hex())
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page.encode() if environ["PATH_INFO"] == "/page" else b""]

    form = webtest.TestApp(site, lint=False).get("/page").forms[0]
    for step in steps:
        take_step(form, step)
    return received


def decoded(request):
    """What a request says, without what senders may choose: a boundary, and which letters they escape."""
    kind = request["content_type"].split(";")[0]
    content = bytes.fromhex(request["content"])
    target, _, query = request["target"].partition("?")
    entries = urllib.parse.parse_qsl(content.decode("latin-1"), keep_blank_values=True)
    if kind == "multipart/form-data":
        head = b"Content-Type: " + request["content_type"].encode() + b"\r\n\r\n"
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + content)
        entries = [(part.get_param("name", header="content-disposition"), part.get_filename(),
                    part.get_content_type() if part.get_filename() is not None else None, part.get_payload(decode=True))
                   for part in message.get_payload()]
    return {"method": request["method"], "path": target, "query": urllib.parse.parse_qsl(query, keep_blank_values=True),
            "kind": kind if request["method"] == "POST" else "", "entries": entries}


class Forms(unittest.TestCase):
    maxDiff = None

    def test_same_requests(self):
        run = subprocess.run([PROGRAM, str(HERE / "forms.txt")], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        ours = {line["name"]: line for line in map(json.loads, run.stdout.splitlines())}
        differences = read_differences()
        cases = list(read_cases())
        self.assertGreaterEqual(len(cases), 40)
        self.assertEqual(set(differences) - {name for name, _, _ in cases}, set(), "differences of no form")
        for name, page, steps in cases:
            with self.subTest(name):
                self.assertTrue(ours[name]["method"], "nothing was received")
                theirs = decoded(sent_by_webtest(page, steps))
                if name in differences:
                    self.assertNotEqual(decoded(ours[name]), theirs, "this is not different any more")
                else:
                    self.assertEqual(decoded(ours[name]), theirs)


if __name__ == "__main__":
    unittest.main()
