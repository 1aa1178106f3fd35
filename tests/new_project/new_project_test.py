#!/usr/bin/env python3
"""Makes projects with `mastic new`, and builds, tests and serves them with an installed Mastic, as a newcomer does.

    new_project_test.py BUILD_DIR COMPILER

Installs what is in BUILD_DIR into a folder of its own and uses nothing else of it. What `mastic new filter` says has to
be added is added. Also checks what `mastic new` refuses.
"""

import http.client
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

TIMEOUT = 240


def run(*command, folder, expected=0):
    """Runs a command, and returns what it prints on both streams."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=TIMEOUT)
    if done.returncode != expected:
        sys.exit(f"exit code {done.returncode} instead of {expected}: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


class Newcomer:
    """Somebody with an installed Mastic and an empty folder."""

    def __init__(self, build_dir, compiler, folder):
        self.folder = folder
        self.prefix = folder / "prefix"
        self.compiler = compiler
        run("cmake", "--install", build_dir, "--prefix", self.prefix, folder=folder)
        self.mastic = self.prefix / "bin" / "mastic"

    def new(self, *words, folder=None, expected=0):
        return run(self.mastic, "new", *words, folder=folder or self.folder, expected=expected)

    def build(self, project):
        """Follows the README of a new project as far as its test."""
        run("cmake", "-G", "Ninja", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_CXX_COMPILER={self.compiler}", "-DCMAKE_BUILD_TYPE=Debug", folder=project)
        run("cmake", "--build", "build", folder=project)
        run("ctest", "--test-dir", "build", "--no-tests=error", "--output-on-failure", folder=project)


def get(command, path, folder):
    """Serves on a free port, and returns the answer to a GET of `path`, with its fields."""
    with subprocess.Popen([*command, "--bind", "127.0.0.1:0"], cwd=folder, stderr=subprocess.PIPE, text=True) as server:
        try:
            seen = ""
            while not (address := re.search(r"(127\.0\.0\.1):(\d+)", seen)):
                line = server.stderr.readline()
                if not line:
                    sys.exit(f"did not serve: {command}\n{seen}")
                seen += line
            connection = http.client.HTTPConnection(address[1], int(address[2]), timeout=20)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.read().decode(), dict(answer.getheaders())
        finally:
            server.send_signal(signal.SIGTERM)
            server.stderr.read()


def check(is_good, what):
    if not is_good:
        sys.exit(f"wrong: {what}")


# What the guide adds to the project of a site, so that a test asks the site as its file describes it.
SITE_FILE_TEST = """
#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

TEST(SiteFile, Answers) {
  mastic::testing::TestClient client("config:" SITE_INI);
  EXPECT_EQ(client.get("/hi/Ada").text, "Hello, Ada!\\n");
  EXPECT_EQ(client.get("/").field("X-GreenTea"), "1");
}
"""
HOST = """
mastic_host(site_test)
add_dependencies(site_test site)
target_compile_definitions(site_test PRIVATE SITE_INI="${CMAKE_CURRENT_SOURCE_DIR}/site.ini")
"""


def check_refusals(newcomer):
    for words, code, message in [
            (["site", "a b"], 2, "'a b' cannot be the name: a name begins with a letter"),
            (["site", "../up"], 2, "'../up' cannot be the name"),
            (["site", "7up"], 2, "'7up' cannot be the name"),
            (["app", "test"], 2, "'test' cannot be the name, because CMake uses it"),
            (["app", "edit_cache"], 2, "'edit_cache' cannot be the name, because CMake uses it"),
            (["app", "Testing"], 2, "'Testing' cannot be the name, because CMake uses it"),
            (["filter", "Site"], 2, "'Site' cannot be the name of a filter, which has no capital letters; write 'site'"),
            (["filter", "tea-test"], 2, "'tea-test' cannot be the name, because files that end in _test.cc are tests"),
            (["filters", "x"], 2, "there is no 'filters' to make; did you mean 'filter'?"),
            (["site"], 2, "one name is needed; write: mastic new site NAME"),
            (["filter", "x"], 1, "there is no CMakeLists.txt here"),
            (["site", "shop"], 1, "shop exists already; choose another name, or remove it")]:
        printed = newcomer.new(*words, expected=code)
        check(message in printed, f"mastic new {' '.join(words)}: {printed}")


def check_failures(newcomer):
    """What cannot be written whole is not there at all."""
    folder = newcomer.folder / "full"
    folder.mkdir()

    def limit_size():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    done = subprocess.run([newcomer.mastic, "new", "site", "shop"], cwd=folder, preexec_fn=limit_size, text=True,
                          stderr=subprocess.PIPE, timeout=TIMEOUT)
    printed = done.stderr
    check("mastic new: cannot write shop/" in printed and not any(folder.iterdir()), printed)
    (folder / "CMakeLists.txt").touch()
    printed = newcomer.new("filter", "t" * 249, folder=folder, expected=1)  # too long for a name with _test.cc
    check("File name too long" in printed and len(list(folder.iterdir())) == 1, printed)


def add_filter(newcomer, project, name):
    """Adds a filter to a site as `mastic new filter` says."""
    printed = newcomer.new("filter", name, folder=project)
    include, factory = re.search(r"^(#include .*)\n(filter_factory.*)$", printed, re.M).groups()
    _, _, to_site = printed.partition("added last:\n\n")  # as it is: an indented line would belong to the one before
    plugin = project / "plugin.cc"
    text = plugin.read_text()
    text = text.replace('#include "site.h"\n', f'#include "site.h"\n{include}\n').replace("\n)", f"\n  {factory}\n)")
    plugin.write_text(text)
    site = project / "site.ini"  # its last section is [app:main], and then that of the last filter
    site.write_text(site.read_text() + to_site)


def check_site(newcomer):
    shop = newcomer.folder / "shop"
    newcomer.new("site", "shop")
    newcomer.build(shop)
    add_filter(newcomer, shop, "green-tea")
    add_filter(newcomer, shop, "stamp")
    (shop / "site_file_test.cc").write_text(SITE_FILE_TEST)
    with open(shop / "CMakeLists.txt", "a") as project:
        project.write(HOST)
    newcomer.build(shop)
    shown = run(newcomer.mastic, "check", "site.ini", folder=shop)
    check("libsite.so#site" in shown and "libsite.so#green-tea" in shown, shown)
    text, fields = get([newcomer.mastic, "serve", "site.ini"], "/hi/Ada", shop)
    check(text == "Hello, Ada!\n" and fields.get("X-GreenTea") == fields.get("X-Stamp") == "1", f"{text} {fields}")
    again = newcomer.new("filter", "green-tea", folder=shop, expected=1)
    check("green_tea.cc exists already" in again, again)


def check_app(newcomer):
    teas = newcomer.folder / "teas"
    newcomer.new("app", "teas")
    printed = newcomer.new("filter", "stamp", folder=teas)
    include, use = re.search(r"^(#include .*)\n(site\.use.*)$", printed, re.M).groups()
    site = teas / "site.cc"
    text = site.read_text().replace('#include "site.h"\n', f'#include "site.h"\n{include}\n')
    site.write_text(text.replace("mastic::Router site;\n", f"mastic::Router site;\n  {use}\n"))
    newcomer.build(teas)
    text, fields = get(["build/teas", "--greeting", "Hi"], "/hi/Ada", teas)
    check(text == "Hi, Ada!\n" and fields.get("X-Stamp") == "1", f"{text} {fields}")


def main():
    build_dir, compiler = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    os.environ.pop("CXXFLAGS", None)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mastic-new-"))
    try:
        newcomer = Newcomer(build_dir, compiler, folder)
        check_site(newcomer)
        check_refusals(newcomer)
        check_failures(newcomer)
        check_app(newcomer)
    finally:
        shutil.rmtree(folder)
    print("new projects build, pass their tests and serve")


if __name__ == "__main__":
    main()
