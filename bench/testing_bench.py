"""What tests with the client cost: a request, a test of 100,000 requests, and the compilation of a test file.

The program bench_testing (bench/testing/main.cc) calls a handler as a function, through a direct client, and through a
client over a connection in memory. Each answer is checked against the contract of applications, as in every test.
"""

import resource
import subprocess

from measure import BUILD, ROOT, quartile_row, row, take_turns

PROGRAM = BUILD / "bench" / "bench_testing"
REQUESTS = 100_000

TEST_FILE = """
#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

TEST(Site, Greets) {
  mastic::Router site;
  site.get<"/hi/{name}">([](std::string_view name) { return "hi " + std::string(name); });
  mastic::testing::TestClient client(std::move(site));
  EXPECT_EQ(client.get("/hi/ada").expect().text, "hi ada");
}
"""


def us_of(case):
    """The CPU time of one round of `case`."""
    return float(subprocess.check_output([PROGRAM, case, str(REQUESTS)])) / 1000


def compile_seconds(source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["g++", "-std=c++23", f"-I{ROOT}/src", "-c", "-o", BUILD / "compiled.o", source], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def measure(quick):
    rounds = 5 if quick else 9
    us = take_turns({case: lambda case=case: us_of(case) for case in ("handler", "direct", "memory")}, rounds)
    source = BUILD / "test_file.cc"
    source.write_text(TEST_FILE)
    return [
        quartile_row("a direct GET through a router and three middlewares, without its handler",
                     [direct - handler for direct, handler in zip(us["direct"], us["handler"])], "us CPU", "<= 3"),
        quartile_row("100,000 direct requests in one test", [each * REQUESTS / 1e6 for each in us["direct"]],
                     "s CPU", "< 1"),
        quartile_row("the same GET over a connection in memory", us["memory"], "us CPU"),
        row("a test file with the client, g++", [compile_seconds(source) for _ in range(3 if quick else 5)],
            "s CPU", "<= 4"),
    ]
