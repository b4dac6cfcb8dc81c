#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run shows: groups, formats, colours, why something went wrong, what clients have come to.
How it is asked for what it does is in test-program.py.
"""

import json
import os
import pty
import re
import sys

import program
from program import (expect, expect_equal, expect_in, expect_status, list_scripts, run, start)

GROUPS = ["life", "actors", "sockets", "script", "checks", "explanations"]
ESCAPE = "\x1b["


def play_text(text, *words, **options):
    return run("run", *words, "-", input=text, **options)


def read_jsonl(*words):
    done = run("run", "--format=jsonl", *words)
    lines = done.stdout.splitlines()
    expect(done.stdout.endswith("\n") and lines, f"expected lines, saw {done.stdout!r}")
    return [json.loads(line, object_pairs_hook=list) for line in lines]


def test_jsonl():
    """--format=jsonl: one object a line, numbered, n, time_usec, actor and kind first"""
    for script in list_scripts():
        before = 0
        for number, event in enumerate(read_jsonl(script), 1):
            keys = [key for key, _ in event]
            values = dict(event)
            expect_equal(keys[:4], ["n", "time_usec", "actor", "kind"], f"{script}: first keys")
            expect_equal(len(set(keys)), len(keys), f"{script}: keys in {event}")
            expect_equal(values["n"], number, f"{script}: number")
            expect(isinstance(values["time_usec"], int) and values["time_usec"] >= before,
                   f"{script}: time goes back at {event}")
            expect(all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys), f"keys of {event}")
            expect(all(isinstance(value, (str, int, float, bool)) for value in values.values()),
                   f"{script}: values of {event}")
            before = values["time_usec"]


def test_jsonl_controls():
    """--format=jsonl: every control character is escaped, and comes back"""
    codes = range(1, 32)
    text = "".join(f"\\x{code:02x}" for code in codes)
    done = play_text(f'print "{text}"\n', "--format=jsonl")
    for line in done.stdout.split("\n"):
        expect(all(character >= " " for character in line), f"a control character in {line!r}")
    last = json.loads(done.stdout.split("\n")[-2])
    expect_equal(last["text"], "".join(map(chr, codes)), "the text")


# What --show=sockets has besides, as --show=packets has packets: the numbers of the other events are
# not the same with it.
TABLE = {"sockets", "socket"}


def without_number(event):
    return [(key, value) for key, value in event if key != "n"]


def test_show():
    """--show chooses groups, which are parts of the whole"""
    whole = read_jsonl("rebind-bug")
    expect_equal(read_jsonl("rebind-bug", "--show=all"), whole, "--show=all")
    parts = {group: read_jsonl("rebind-bug", f"--show={group}") for group in GROUPS}
    together = [without_number(event) for part in parts.values() for event in part
                if dict(event)["kind"] not in TABLE]
    expect_equal(sorted(together, key=repr), sorted(map(without_number, whole), key=repr),
                 "all groups put together")
    expect(TABLE <= {dict(event)["kind"] for event in parts["sockets"]}, "no table is shown")
    expect_equal({dict(event)["actor"] for event in parts["life"]}, {"app"}, "actors of life")
    expect("kernel" in {dict(event)["actor"] for event in parts["sockets"]}, "no state is shown")
    expect_equal({dict(event)["kind"] for event in parts["checks"]}, {"met"}, "kinds of checks")
    for both in ("life,checks", "life+checks"):
        expect_equal(len(read_jsonl("rebind-bug", f"--show={both}")),
                     len(parts["life"]) + len(parts["checks"]), f"events of {both}")


def test_show_text():
    """the text leaves the sockets out, and shows them with --show"""
    expect("-> TIME_WAIT" not in run("run", "rebind-bug").stdout, "a state of the kernel is shown")
    text = run("run", "rebind-bug", "--show=sockets").stdout
    expect_in("-> TIME_WAIT", text, "--show=sockets")
    expect("did become active" not in text, f"a callback is shown:\n{text}")


def test_print_nothing():
    """an empty text is an empty line"""
    expect_in("     0.000  script    \n", play_text('print ""\n').stdout, "the text")


def read_why(*words, **options):
    """The lines under “why:”, and what comes after them."""
    text = run("run", *words, **options).stdout
    expect(text.count("\nwhy:\n") == 1, f"no “why:”, or two, in\n{text}")
    why, rest = text.split("\nwhy:\n")[1].split("\n\n", 1)
    return why.splitlines(), rest


def test_why():
    """why something was refused stands before the verdict, wrapped, once for each cause"""
    lines, rest = read_why("rebind-bug")
    expect(rest.startswith("as expected: "), f"after it: {rest}")
    entries = [line for line in lines if line.startswith("  - ")]
    expect_equal(len(entries), 2, f"entries of {lines}")
    expect_in("  - web could not bind port 30000 (EADDRINUSE, at 0.200): it had closed phone#1",
              entries[0], "the first entry")
    expect(all(len(line) <= 100 and line[:4] in ("  - ", "    ") for line in lines),
           f"how they are laid out: {lines}")
    expect(max(len(line) for line in lines) > 90, f"the lines are short: {lines}")
    expect("why:" not in run("run", "close-proper").stdout, "nothing was lost, and it says why")
    expect("why:" not in run("run", "rebind-bug", "--show=life,checks").stdout,
           "it was not asked for")
    expect_equal(read_why("rebind-bug", "--show=explanations")[0], lines, "--show=explanations")


def test_why_quiet():
    """--quiet says why where something was not as expected"""
    lines, rest = read_why("rebind-fix", "--set", "reuse-address=no", "-q")
    expect(rest.startswith("NOT as expected: "), f"after it: {rest}")
    expect_in("  - web could not bind port 30000", "\n".join(lines), "the entries")
    expect_equal(run("run", "rebind-bug", "-q").stdout, "", "all was as expected")


def test_why_jsonl():
    """an explanation is an event, with its cause and how often it came"""
    events = [dict(event) for event in read_jsonl("rebind-bug", "--show=explanations")]
    expect_equal([event["cause"] for event in events], ["address-in-use", "nobody-listens"],
                 "causes")
    expect_equal(list(events[1]), ["n", "time_usec", "actor", "kind", "cause", "text", "rule",
                                   "count", "first_usec", "last_usec"], "keys")
    expect_equal([events[1][key] for key in ("actor", "kind", "rule", "count", "first_usec",
                                             "last_usec")],
                 ["kernel", "explanation", "RFC 9293 3.5.2", 305, 400000, 61200000], "values")
    described = (program.TESTS.parent / "docs" / "output.md").read_text(encoding="utf-8")
    for script in list_scripts():
        for line in run("run", script, "--format=jsonl", "--show=explanations").stdout.splitlines():
            expect_in(f"`{json.loads(line)['cause']}`", described, f"docs/output.md, of {script}")


# Two policies and a lock: one client learns of dead connections by trying them.
POOLS = """set device profile=ios-5
peer http-server server port=30000 delay=100ms
http-client old policy=asi
http-client new
http-client idle
launch
old.get uri=http://server/ count=2
new.get uri=http://server/ count=2
after 1s lock
after 10s unlock
old.get uri=http://server/
new.get uri=http://server/
after 1s
"""


def test_statistics():
    """what HTTP clients have come to is a table before the verdict, with a row for each"""
    text = play_text(POOLS).stdout
    table, verdict = text.split("\n\n")[-2:]
    expect(verdict.startswith("as expected: ") and ", 5 connections, " in verdict, verdict)
    lines = table.splitlines()
    expect_equal([line.split() for line in lines[-3:]],
                 [["policy", "requests", "answered", "failed", "retried", "created", "reused",
                   "retired", "byte"],
                  ["old", "asi", "3", "2", "1", "1", "2", "2", "0", "100ms"],
                  ["new", "rebound", "3", "3", "0", "0", "3", "0", "2", "100ms"]], "the table")
    expect_equal(lines[-4].split(), ["connections", "first"], "the upper headings")
    expect_equal(len({len(line) for line in lines[-4:]}), 1, "widths of the lines")
    expect_in(table, play_text(POOLS, "--show=statistics").stdout, "--show=statistics")
    for words in (["-q"], ["--show=life"]):
        expect("requests" not in play_text(POOLS, *words).stdout, f"{words}: there is a table")
    events = [json.loads(line) for line in
              play_text(POOLS, "--show=statistics", "--format=jsonl").stdout.splitlines()]
    expect_equal([(event["actor"], event["requests"], event["first_byte_usec"])
                  for event in events], [("old", 3, 100000), ("new", 3, 100000)], "events")
    described = (program.TESTS.parent / "docs" / "output.md").read_text(encoding="utf-8")
    for key in list(events[0])[4:]:
        expect_in(f"`{key}`", described, "docs/output.md")


def test_connections():
    """the summary counts connections, whoever tells of them"""
    text = play_text("listener web port=30000 on-accept=close tell-connections=no\nlaunch\n"
                     "client phone connect=web count=3 at-once=3 tell-connections=no\n").stdout
    expect_in(", 3 connections, ", text, "the summary")


def test_quiet():
    """--quiet shows what was not as expected, and nothing else"""
    done = play_text("launch\nexpect app.state == active\nexpect app.state == background\n", "-q")
    expect_status(done, 1)
    lines = [line for line in done.stdout.splitlines() if line]
    expect_equal(len(lines), 2, f"lines of\n{done.stdout}")
    expect_in("NOT AS EXPECTED (line 3): expect app.state == background; app.state was “active”",
              lines[0], "the first line")
    expect_in("NOT as expected: ", lines[1], "the second line")
    done = run("run", "rebind-fix", "--set", "reuse-address=no", "--quiet", "--format=jsonl")
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    expect_equal(kinds, ["failed"] * 3, "kinds of events")
    expect_equal(run("run", "rebind-fix", "-q", "--format=jsonl").stdout, "", "JSON Lines")


def play_on_terminal(*words, **variables):
    """What rebind-bug shows on a terminal."""
    controller, terminal = pty.openpty()
    environment = program.ENVIRONMENT | variables
    process = start("run", "rebind-bug", *words, stdout=terminal, env=environment)
    os.close(terminal)
    shown = program.read_terminal(controller)
    expect_equal(process.wait(), 0, "status")
    process.stderr.close()
    return shown


def test_color():
    """colours are for terminals, unless --color or NO_COLOR says otherwise"""
    plain = run("run", "rebind-bug").stdout
    expect(ESCAPE not in plain, "a colour in a pipe")
    expect(ESCAPE not in run("run", "rebind-bug", "--color=auto").stdout, "--color=auto in a pipe")
    expect_in(ESCAPE, run("run", "rebind-bug", "--color=always").stdout, "--color=always")
    expect_in(ESCAPE, play_on_terminal(), "a terminal")
    expect_in(ESCAPE, play_on_terminal(NO_COLOR=""), "a terminal with an empty NO_COLOR")
    expect_in(ESCAPE, play_on_terminal("--color=always", NO_COLOR="1"), "--color=always, NO_COLOR")
    expect(ESCAPE not in play_on_terminal(NO_COLOR="1"), "a colour in spite of NO_COLOR")
    expect(ESCAPE not in play_on_terminal("--color=never"), "a colour in spite of --color=never")
    expect(ESCAPE not in play_on_terminal(TERM="dumb"), "a colour on a dumb terminal")
    coloured = re.sub(r"\x1b\[\d+m", "", run("run", "rebind-bug", "--color=always").stdout)
    expect_equal(coloured.splitlines()[:-1], plain.splitlines()[:-1], "the text without colours")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
