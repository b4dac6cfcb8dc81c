# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is played: every shipped script, and each way of the program to read, play and write."""

from play import Scenario
from program import TESTS, list_scripts

# Of the short form: all that is read, written, begun and looked at is in these.
SHORT_FORM = {"reports", "test", "compare", "why", "table", "include", "check --twice",
              "listener-silent", "network-down-at-lock", "file-lock-at-suspend",
              "cfsocket-accept-once", "write-after-close"}

SCRIPTS = TESTS.parent / "app/scripts"
OUTPUTS = ["text:a.txt", "jsonl:a.jsonl", "tap:a.tap", "junit:a.xml", "trace:a.json",
           "html:a.html", "pcapng:a.pcapng"]
CURE = ["--set", "reuse-address=no", "--with", "reuse-address=yes"]


def read(name):
    return (SCRIPTS / f"{name}.life").read_text()


def list_scenarios():
    outputs = [word for output in OUTPUTS for word in ("--output", output)]
    pair = {"t/a.life": read("rebind-fix"), "t/b.life": read("half-close")}
    lines = '{"n":1,"time_usec":0,"actor":"app","kind":"suspended"}\n'
    yield Scenario("reports", ["run", "rebind-fix", *outputs])
    for name in list_scripts():
        yield Scenario(name, ["run", name])
    yield Scenario("test", ["test", "t", "--jobs=1", "--output=summary", "--output=tap:t.tap",
                            "--output=junit:t.xml"], pair)
    yield Scenario("golden", ["test", "t/b.life", "--jobs=1", "--golden=logs"], pair)
    yield Scenario("repeat", ["test", "t/b.life", "--jobs=1", "--repeat=2"], pair)
    yield Scenario("shard", ["test", "t", "--jobs=1", "--shard=1/2"], pair)
    yield Scenario("compare", ["compare", "rebind-fix", *CURE, "--output=html:c.html"])
    yield Scenario("compare files", ["compare", "a.jsonl", "b.jsonl"],
                   {"a.jsonl": lines, "b.jsonl": lines})
    yield Scenario("include", ["run", "a.life"],
                   {"a.life": 'include "b.life"\nlaunch\n', "b.life": 'print "b"\n'})
    yield Scenario("standard input", ["run", "-"], input="launch\nhome\nopen\n")
    yield Scenario("check --twice", ["check", "--twice", "rebind-fix"])
    yield Scenario("why", ["why", "30000"])
    yield Scenario("table", ["table", "close"])
    yield Scenario("list", ["list"])
    yield Scenario("describe", ["describe", "listener"])
