#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a script watches, `always` and `eventually`, is one check in every report: at its own line,
at the time when it was judged.
"""

import json
import re
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import program
import tap_text
from program import expect, expect_equal, expect_in, expect_status, run

SCRIPT = """\
# What holds all the time, and what comes to hold.
listener web port=30000 reuse-address=yes background-policy=keep
client phone connect=web retry-every=1s
always web.state != listening while app.state == suspended
always web.last-error == none
eventually phone.connected-count == 1 within 2s
eventually phone.connected-count == 2 within 3s
launch
after 3500ms home
after 1s open
eventually phone.closed-count == 1 within 10s
"""

KEPT = "eventually phone.connected-count == 1 within 2s"
BROKEN = "eventually phone.connected-count == 2 within 3s"
KEPT_OPEN = "always web.state != listening while app.state == suspended"
NEVER = "eventually phone.closed-count == 1 within 10s"
HELD = "always web.last-error == none"
NOTHING = ("phone.closed-count was “0”, and nothing can happen any more: phone waits for the other end "
           "to close")

# Time, line, statement and what was seen of each that is judged, in the order in which it is.
CHECKS = [
    (1000000, "6", KEPT, None),
    (3000000, "7", BROKEN, "phone.connected-count was “1”"),
    (3500000, "4", KEPT_OPEN, "web.state was “listening” while app.state was “suspended”"),
    (4500000, "11", NEVER, NOTHING),
    (4500000, "5", HELD, None),
]


def play(format_name):
    done = run("run", "-", f"--format={format_name}", input=SCRIPT)
    expect_status(done, 1)
    return done.stdout


def test_jsonl():
    """JSON Lines: met or failed, once each, when it was judged"""
    events = [json.loads(line) for line in play("jsonl").splitlines()]
    seen = [(event["time_usec"], event["line"], event["statement"], event.get("seen"))
            for event in events if event["kind"] in ("met", "failed")]
    expect_equal(seen, CHECKS, "checks")
    kinds = [event["kind"] for event in events if event["kind"] in ("met", "failed")]
    expect_equal(kinds, ["met" if seen is None else "failed" for *_, seen in CHECKS], "kinds")


def test_told():
    """JSON Lines: a statement that watches is told when it begins"""
    events = [json.loads(line) for line in play("jsonl").splitlines()]
    told = [(event["time_usec"], event["line"]) for event in events if event["kind"] == "statement"
            and event["statement"].startswith(("always", "eventually"))]
    expect_equal(told, [(0, "4"), (0, "5"), (0, "6"), (0, "7"), (4500000, "11")], "told")


def test_text():
    """text: the failure is at the statement's line, and so is the verdict"""
    text = play("text")
    expect_in(f"     3.500  script    NOT AS EXPECTED (line 4): {KEPT_OPEN}; {CHECKS[2][3]}\n", text,
              "the text")
    expect_in("5 expectations, 3 failed", text, "the verdict")


def test_tap():
    """TAP: a point for each, by its own line"""
    names = [f"line {line}: {statement}" for _, line, statement, _ in CHECKS]
    points = tap_text.read(play("tap")).points
    expect_equal([point.description for point in points][:-1], names, "names")
    expect_equal([point.good for point in points][:-1], [seen is None for *_, seen in CHECKS],
                 "which hold")


def test_junit():
    """JUnit: a case for each, in the run's time"""
    suite = ElementTree.fromstring(play("junit")).find("testsuite")
    cases = suite.findall("testcase")
    expect_equal([case.get("name") for case in cases][:-1],
                 [f"line {line}: {statement}" for _, line, statement, _ in CHECKS], "names")
    expect_equal([case.get("time") for case in cases][:-1],
                 ["1.000000", "2.000000", "0.500000", "1.000000", "0.000000"], "times")
    expect_equal([case.find("failure") is None for case in cases][:-1],
                 [check[3] is None for check in CHECKS], "failures")


def test_html():
    """html: the check is of its own line, though another is being played"""
    page = play("html")
    told = json.loads(re.search(r'<script[^>]* id="data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    told = told["runs"][0]
    columns = told["events"]
    places = [told["places"][place] for place, field in zip(columns["place"], columns["fields"])
              if "seen" in told["fields"][field]]
    expect_equal(places, ["7", "4", "11"], "places of those that failed")


def test_summary():
    """rebound test: the failures by their lines"""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "watched.life").write_text(SCRIPT, encoding="utf-8")
        done = run("test", folder)
    expect_status(done, 1)
    expect_in(f"    line 4: {KEPT_OPEN}; {CHECKS[2][3]}\n", done.stdout, "the summary")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
