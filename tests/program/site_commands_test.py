#!/usr/bin/env python3
"""Tests the commands that take a site from the outside: check, routes, request, points and serve.

    site_commands_test.py PROGRAM [PLUGIN]    PROGRAM is build/PRESET/mastic; PLUGIN is a plugin with an application
"""

import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

PROGRAM = os.path.abspath(sys.argv.pop(1))
PLUGIN = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].endswith(".so") else None

SITE = """\
[DEFAULT]
db_password = hunter2

[server:main]
use = mastic#server
bind = 127.0.0.1:0
log_level = info

[composite:main]
use = egg:Paste#urlmap
/ = home
/docs = manual
domain api.example.com /v1 = echo

[app:home]
use = egg:Paste#static
root = public
filter-with = fields

[app:manual]
use = mastic#static
root = %(here)s/manual
listing = on

[app:echo]
use = mastic#echo

[filter:fields]
use = mastic#response_fields
X-Site = shop
"""


def run(*words, folder=None, content=None, environment=None):
    return subprocess.run([PROGRAM, *words], cwd=folder, input=content, capture_output=True, timeout=20,
                          env={**os.environ, **(environment or {})})


class SiteTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, text in (("public/index.html", "home\n"), ("manual/one.txt", "one\n"), ("site.ini", SITE)):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def run_in(self, *words, **more):
        ended = run(*words, folder=self.folder, **more)
        ended.text, ended.messages = ended.stdout.decode(errors="replace"), ended.stderr.decode()
        return ended

    def expect(self, code, *words, **more):
        ended = self.run_in(*words, **more)
        self.assertEqual(ended.returncode, code, ended.messages + ended.text)
        return ended


class Checking(SiteTest):
    def test_shows_what_is_mounted_where_with_the_line_of_each_option(self):
        ended = self.expect(0, "check", "site.ini")
        self.assertEqual(ended.messages, "")
        self.assertRegex(ended.text, r"(?m)^application: egg:Paste#urlmap \[composite:main\] site\.ini:9$")
        self.assertRegex(ended.text, r"(?m)^  /docs: mastic#static \[app:manual\] site\.ini:20$")
        self.assertRegex(ended.text, r"(?m)^ +listing = on +site\.ini:23$")
        self.assertRegex(ended.text, r"(?m)^ +bind = 127\.0\.0\.1:0 +site\.ini:6$")
        self.assertNotIn("hidden_files", ended.text)
        self.assertRegex(self.expect(0, "check", "site.ini", "--all").text, r"hidden_files = off +default")

    def test_prints_every_error_as_an_editor_reads_it(self):
        self.write("site.ini", SITE.replace("listing = on", "listign = on").replace("log_level = info", "loops = many"))
        ended = self.expect(1, "check", "site.ini")
        self.assertRegex(ended.messages, r"(?m)^site\.ini:7: error: .*loops.*many")
        self.assertRegex(ended.messages, r"(?m)^site\.ini:23: error: .*'listign'.*'listing'")
        self.assertEqual(self.expect(1, "serve", "site.ini").messages.count("error: "), 2)

    def test_has_the_settings_of_appconfig_as_json(self):
        found = json.loads(self.expect(0, "check", "site.ini", "colour=blue", "--format", "json").text)
        self.assertTrue(found["is_usable"])
        manual = next(part for part in found["application"]["parts"] if part["place"] == "/docs")
        self.assertEqual(manual["local_conf"], {"root": str(self.folder / "manual"), "listing": "on"})
        self.assertEqual(manual["global_conf"]["colour"], "blue")
        self.assertEqual((manual["file"], manual["line"]), ("site.ini", 20))
        self.assertEqual(found["server"]["section"], "server:main")

    def test_shows_no_secret_anywhere(self):
        self.write("site.ini", SITE.replace("X-Site = shop", "X-Site = %(db_password)s")
                   .replace("listing = on", "listing = %(db_password)s\nset url = postgres://u:geheim@db/x"))
        for words in (("check",), ("check", "--all"), ("check", "--format", "json"), ("serve",), ("routes",)):
            ended = self.run_in(words[0], "site.ini", "api_token=sesam-open", *words[1:])
            for secret in ("hunter2", "geheim", "sesam-open"):
                self.assertNotIn(secret, ended.text + ended.messages, words)
            self.assertEqual(ended.returncode, 1)

    def test_shows_no_secret_of_a_site_that_cannot_be_made(self):
        for broken in ("use = %(db_password)s", "use = config:%(db_password)s.ini", "use = %(api_token)s"):
            self.write("site.ini", SITE.replace("use = egg:Paste#urlmap", broken))
            for command in ("check", "serve", "routes"):
                ended = self.expect(1, command, "site.ini", "api_token=hunter2")
                self.assertIn("***", ended.messages)
                self.assertNotIn("hunter2", ended.messages)

    def test_finds_addresses_that_cannot_be_bound_together(self):
        self.write("site.ini", SITE.replace("127.0.0.1:0", "127.0.0.1:8097 :8097") +
                   "\n[server:admin]\nuse = mastic#server\nbind = 127.0.0.1:8097\n")
        ended = self.expect(1, "check", "site.ini")
        self.assertRegex(ended.messages, r"(?m)^site\.ini:6: error: bind: 0\.0\.0\.0:8097 .*127\.0\.0\.1:8097")
        self.assertRegex(ended.messages, r"(?m)^site\.ini:\d+: warning: \[server:admin\] binds 127\.0\.0\.1:8097")

    def test_takes_levels_of_loggers_and_notes_what_it_leaves(self):
        self.write("site.ini", SITE + "\n[loggers]\nkeys = root\n[logger_root]\nlevel = WARN\n[handlers]\nkeys = c\n")
        ended = self.expect(0, "check", "site.ini")
        self.assertRegex(ended.text, r"log_level = warning +site\.ini:\d+\n +log_level = info +site\.ini:7")
        self.assertRegex(ended.messages, r"note: \[handlers\]")

    def test_uses_colours_only_on_a_terminal(self):
        def on_terminal(**environment):
            ours, theirs = pty.openpty()
            # The child gets an open standard error of its own, so that only the output is a terminal.
            subprocess.run([PROGRAM, "check", "site.ini"], cwd=self.folder, stdout=theirs, stderr=subprocess.DEVNULL,
                           env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, **environment}, timeout=20)
            os.close(theirs)
            shown = os.read(ours, 1 << 16)
            os.close(ours)
            return shown
        self.assertIn(b"\x1b[1m", on_terminal())
        self.assertNotIn(b"\x1b", on_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b", self.expect(0, "check", "site.ini").text)

    def test_shows_no_secret_wherever_it_is_written(self):
        secrets = [f"hush{n}-{n * 7919 % 1000}-hush" for n in range(13)]
        a = iter(secrets)
        from_environment, from_command_line = next(a), next(a)
        sites = {
            "good": f"""[DEFAULT]
db_password = {next(a)}
percent_token = {next(a)}%%x
private_key = first line
   {next(a)}
plain = %(ENV_APP_PASSWORD)s and %(given_secret)s
url = https://u:{next(a)}@h/?token={next(a)}
[composite:main]
use = mastic#urlmap
set admin_token = {next(a)}
/%(db_password)s = there
[app:there]
use = mastic#redirect
to = /%(db_password)s/%(ENV_APP_PASSWORD)s
filter-with = %(db_password)s
[filter:hush2-838-hush]
use = mastic#response_fields
X-Auth-Token = {next(a)}
""", "bad": f"""[DEFAULT]
db_password = {next(a)}
percent_token = {next(a)}%%x
[composite:main]
use = mastic#urlmap
/a = %(ENV_APP_PASSWORD)s
/b = lib:%(ENV_APP_PASSWORD)s.so
/c = config:%(db_password)s.ini
/d = egg:%(db_password)s#x
/e = %(percent_token)s
/f = call:%(given_secret)s
[server:main]
use = mastic#server
max_connections = %(db_password)s
port = %(percent_token)s
pass_key = {next(a)} %(nothing)s
""", "late": f"""[DEFAULT]
db_password = {next(a)}
[app:main]
use = mastic#echo
filter-with = log
[filter:log]
use = mastic#access_log
file = missing/%(db_password)s/log
[server:main]
use = mastic#server
bind = unix:{self.folder}/socket
"""}
        for name, text in sites.items():
            self.write(name + ".ini", text)
            for command in ("check", "check --all", "check --format json", "routes", "routes --format json",
                            "request", "serve"):
                if command == "serve" and name == "good":
                    continue  # it would be served
                words = command.split()
                words[1:1] = [name + ".ini"] + (["/"] if command == "request" else []) + [
                    "given_secret=" + from_command_line]
                done = run(*words, folder=self.folder, environment={"APP_PASSWORD": from_environment})
                shown = (done.stdout + done.stderr).decode()
                self.assertNotRegex(shown, r"hush\d", (name, command))

    def test_says_that_there_is_not_enough_memory(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (80 << 20, 80 << 20))
        def run_limited(*words):
            return subprocess.run([PROGRAM, *words], cwd=self.folder, preexec_fn=limit, capture_output=True, timeout=20)
        if run_limited("--version").returncode != 0:
            self.skipTest("the program itself needs more memory than the limit")
        self.write("site.ini", "[app:main]\nuse = mastic#echo\nlong = " + "x" * 15_000_000)
        for command in ("check", "routes"):
            done = run_limited(command, "site.ini")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(done.stderr.decode(), f"mastic {command}: there is not enough memory\n")

    def test_sends_no_escapes_of_a_file_to_a_terminal(self):
        evil = "\x1b]0;owned\x07\x1b[2J\x9b2J\u202e"
        sites = {
            "wrong": f"[app:main]\nuse = mastic#echo\n{evil} = 1\n[other{evil}]\n",
            "right": f"[DEFAULT]\n{evil} = {evil}\n[app:main]\nuse = {evil}\n[app:{evil}]\nuse = mastic#redirect\n"
                     "to = /there\nfilter-with = fields\n[filter:fields]\nuse = mastic#response_fields\nX-Evil = a\x9b2J\n",
            "server": f"[server:{evil}]\nuse = mastic#server\nwrite_low_bytes = 1G\n[app:main]\nuse = mastic#echo\n",
        }
        for name, text in sites.items():
            self.write(name + ".ini", text)
        for words in (["check", "wrong.ini"], ["check", "right.ini"], ["check", "right.ini", "--all"],
                      ["check", "right.ini", "--format", "json"], ["routes", "right.ini"], ["routes", "wrong.ini"],
                      ["request", "wrong.ini", "/"], ["request", "right.ini", "/", "--include"], ["serve", "wrong.ini"],
                      ["serve", "server.ini", "--server-name", evil]):
            ours, theirs = pty.openpty()
            environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
            subprocess.run([PROGRAM, *words], cwd=self.folder, stdout=theirs, stderr=theirs, env=environment, timeout=20)
            os.close(theirs)
            shown = os.read(ours, 1 << 16).decode()
            os.close(ours)
            self.assertNotRegex(re.sub(r"\x1b\[\d*m", "", shown), "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", words)

    def test_ends_with_2_at_wrong_usage(self):
        self.assertRegex(self.expect(2, "check").messages, "no site given")
        self.assertRegex(self.expect(2, "check", "site.ini", "--al").messages, "--all")
        self.assertRegex(self.expect(2, "check", "site.ini", "word").messages, "NAME=VALUE")
        self.assertRegex(self.expect(1, "check", "sites.ini").messages, "sites.ini")
        self.assertRegex(self.expect(2, "check", "public#main").messages, "a directory.*no application")

    def test_says_where_a_file_stops_being_a_site_file(self):
        self.write("notes.txt", "just a note\n")
        self.assertRegex(self.expect(1, "check", "notes.txt").messages, r"(?m)^notes\.txt:1: error: .*before the first section")
        self.assertRegex(self.expect(1, "serve", "notes.txt").messages, r"(?m)^notes\.txt:1: error: ")


class Listing(SiteTest):
    def test_lists_routes_with_the_part_that_answers_and_the_line_that_mounts_it(self):
        lines = self.expect(0, "routes", "site.ini").text.splitlines()
        self.assertRegex(lines[0], r"^any  api\.example\.com/v1/\.\.\. +mastic#echo \[app:echo\] +site\.ini:13$")
        self.assertRegex(lines[1], r"^GET  /docs/\.\.\. +mastic#static \[app:manual\], files of \S+/manual +site\.ini:12$")
        self.assertRegex(lines[2], r"^GET  /\.\.\. +egg:Paste#static \[app:home\], files of public +site\.ini:11$")

    def test_lists_routes_as_json(self):
        routes = json.loads(self.expect(0, "routes", "site.ini", "--format", "json").text)
        self.assertEqual([route["path"] for route in routes], ["/v1/...", "/docs/...", "/..."])
        self.assertEqual((routes[0]["host"], routes[1]["method"], routes[1]["line"]), ("api.example.com", "GET", 12))

    def test_lists_what_a_site_file_may_name(self):
        text = self.expect(0, "points").text
        self.assertRegex(text, r"Applications:\n(.*\n)*  mastic#static +\S")
        self.assertRegex(text, r"Filters:\n(.*\n)*  mastic#response_fields +\S")
        self.assertRegex(self.expect(0, "points", "static").text, r"Other names: .*egg:Paste#static(.*\n)*Options:\n  root = ")
        self.assertEqual(self.expect(0, "points", "egg:Paste#static").text, self.expect(0, "points", "static").text)
        self.assertRegex(self.expect(1, "points", "statik").messages, "'static'")

    def test_describes_points_for_programs_and_for_the_reference(self):
        points = json.loads(self.expect(0, "points", "--format", "json").text)
        static = next(point for point in points if point["name"] == "mastic#static")
        self.assertEqual(static["options"][0]["name"], "root")
        self.assertIn("| `listing` | `(on\\|off)` | `off` |", self.expect(0, "points", "--format", "markdown").text)

    def test_examples_of_points_are_sections_that_can_be_read(self):
        for point in json.loads(self.expect(0, "points", "--format", "json").text):
            self.write("example.ini", point["example"])
            for line in self.run_in("check", "example.ini").messages.splitlines():
                self.assertNotRegex(line, "there is no option|has no value|is no section header", point["example"])


class Requesting(SiteTest):
    def test_prints_the_content_byte_for_byte(self):
        (self.folder / "public" / "b").write_bytes(bytes(range(256)))
        self.assertEqual(self.expect(0, "request", "site.ini", "/b").stdout, bytes(range(256)))

    def test_prints_status_and_fields_when_asked(self):
        ended = self.expect(0, "request", "site.ini", "/", "--include")
        self.assertRegex(ended.text, r"^200 OK\n(.+\n)*X-Site: shop\n(.+\n)*\nhome\n$")

    def test_ends_with_1_for_an_error(self):
        self.assertRegex(self.expect(1, "request", "site.ini", "/none").text, "404")
        self.assertRegex(self.expect(1, "request", "sites.ini", "/").messages, "sites.ini")
        self.expect(2, "request", "site.ini")
        self.expect(2, "request", "site.ini", "docs")
        self.expect(2, "request", "site.ini", "/", "--header", "nonsense")

    def test_sends_method_fields_host_and_content(self):
        words = ("request", "site.ini", "/v1/x?y=1", "--host", "api.example.com", "--header", "X-One: 1")
        ended = self.expect(0, *words, "--data", "hello")
        self.assertRegex(ended.text, r"POST")
        self.assertIn("Host: api.example.com", ended.text)
        self.assertIn("Host: localhost", self.expect(0, "request", "site.ini#echo", "/").text)
        self.assertIn("host: a.b", self.expect(0, "request", "site.ini#echo", "/", "--header", "host:a.b").text)
        self.assertIn("hello", ended.text)
        self.assertRegex(ended.text, r"(?i)x-one")
        self.write("content", "from a file")
        self.assertIn("from a file", self.expect(0, *words, "--data", "@content", "--method", "PUT").text)
        self.assertIn("from input", self.expect(0, *words, "--data", "-", content=b"from input").text)
        self.assertRegex(self.expect(2, *words, "--data", "@missing").messages, "'missing' does not exist")
        self.assertRegex(self.expect(2, *words, "--data", "@public").messages, "'public' is not a regular file|directory")


class Serving(SiteTest):
    def serve(self, *words):
        process = subprocess.Popen([PROGRAM, "serve", *words], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        lines = []
        while line := process.stderr.readline():
            lines.append(line)
            if found := re.search(r"http://(127\.0\.0\.\d):(\d+)/", line):
                return process, f"http://{found[1]}:{found[2]}", lines
        self.fail("".join(lines))

    def fetch(self, url, **fields):
        with urllib.request.urlopen(urllib.request.Request(url, headers=fields), timeout=20) as answer:
            return answer.headers, answer.read()

    def test_serves_a_site_file_with_its_options(self):
        process, url, _ = self.serve("site.ini")
        fields, content = self.fetch(url + "/")
        self.assertEqual((fields["X-Site"], content), ("shop", b"home\n"))
        self.assertEqual(self.fetch(url + "/docs/one.txt")[1], b"one\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 0)

    def test_options_of_the_command_line_override_those_of_the_file(self):
        _, url, _ = self.serve("site.ini", "--bind", "127.0.0.2:0")
        self.assertTrue(url.startswith("http://127.0.0.2:"), url)

    def test_serves_another_application_of_the_file(self):
        for words in (("site.ini#manual",), ("site.ini", "-n", "manual"), ("site.ini", "--app-name", "manual"),
                      ("config:site.ini#manual",)):
            process, url, _ = self.serve(*words)
            self.assertEqual(self.fetch(url + "/one.txt")[1], b"one\n")
            process.kill()

    def test_settings_of_the_command_line_are_seen_by_the_file(self):
        self.write("site.ini", SITE.replace("%(here)s/manual", "%(here)s/%(tree)s"))
        _, url, _ = self.serve("site.ini", "tree=manual")
        self.assertEqual(self.fetch(url + "/docs/one.txt")[1], b"one\n")

    def test_takes_another_server_of_the_file(self):
        self.write("site.ini", SITE + "\n[server:other]\nuse = mastic#server\nbind = 127.0.0.3:0\n")
        process, *_ = self.serve("site.ini", "--server-name", "other", "--bind", "127.0.0.1:0")
        process.kill()
        self.assertRegex(self.expect(1, "serve", "site.ini", "--server-name", "none").messages, "server:none")

    def test_options_for_directories_are_refused_for_a_file(self):
        self.assertRegex(self.expect(2, "serve", "site.ini", "--listing").messages, "--listing is for a directory")


@unittest.skipIf(PLUGIN is None, "no plugin was given")
class Plugins(SiteTest):
    def setUp(self):
        super().setUp()
        shutil.copy(PLUGIN, self.folder / "libsite.so")
        os.chmod(self.folder / "libsite.so", 0o755)

    def test_lists_what_a_plugin_has(self):
        points = json.loads(self.expect(0, "points", "./libsite.so", "--format", "json").text)
        self.assertEqual(points[0]["name"], "lib:./libsite.so#shop")
        self.assertRegex(self.expect(0, "points", "./libsite.so", "shop").text, r"currency = CODE  \[EUR\]")
        self.assertRegex(self.expect(1, "points", "./libsite.so", "shpo").messages, "'shop'")

    def test_may_be_in_a_folder_of_any_name(self):
        folder = self.folder / "tea #1 50% ä"
        folder.mkdir()
        shutil.copy(PLUGIN, folder / "libsite.so")
        self.write(f"{folder}/site.ini", "[app:main]\nuse = lib:libsite.so#shop\n")
        self.write("site.ini", f"[app:main]\nuse = lib:tea #1 50%% ä/libsite.so#shop\n")
        for site in ("site.ini", f"{folder}/site.ini", f"{folder}/libsite.so#shop", "./tea #1 50% ä/libsite.so#shop"):
            self.assertIn("GET  /sold", self.expect(0, "routes", site).text)
        self.assertIn("libsite.so#shop", self.expect(0, "points", "./tea #1 50% ä/libsite.so").text)

    def test_says_why_a_plugin_cannot_be_listed(self):
        lists = os.path.join(os.path.dirname(PLUGIN), "libplugin_lists.so")
        for chosen, message in (("mute", "the options of 'mute' cannot be described: nothing to say"),
                                ("odd name", r"'green\\x0Atea' cannot be the name of a factory"), ("", "has no factories")):
            ended = run("points", lists, environment={"PLUGIN_LIST": chosen})
            self.assertEqual((ended.returncode, ended.stdout), (1, b""))
            self.assertRegex(ended.stderr.decode(), r"\Amastic points: .*" + message + r".*\n\Z")

    def test_uses_the_application_that_is_named(self):
        self.assertIn("GET  /sold", self.expect(0, "routes", "./libsite.so#shop").text)
        ended = self.expect(1, "request", "./libsite.so#shop", "/bug")
        self.assertRegex(ended.text, "^500 ")
        self.assertRegex(ended.messages, r"(?m)^error app: GET /bug.*\n\Z")
        self.assertIn("libsite.so#shop", self.expect(0, "check", "./libsite.so", "-n", "shop").text)
        self.assertRegex(self.expect(1, "check", "./libsite.so").messages, "several applications.*#shop")
        self.assertRegex(self.expect(1, "check", "./libsite.so#none").messages, "no application 'none'.*shop")
        self.assertRegex(self.expect(1, "check", "./libsite.so#closed").messages, "the shop is closed")


if __name__ == "__main__":
    unittest.main()
