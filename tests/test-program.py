#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line: what each word and option does, what is said of a wrong one, and every exit
status. What scripts can have wrong in them is in test-script-errors.py.
"""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import program
from program import (Skip, expect, expect_equal, expect_in, expect_status, list_scripts,
                     read_until, run, start)

GROUPS = ["life", "actors", "sockets", "script", "checks", "explanations"]
ESCAPE = "\x1b["
REAL_TIME = ["run", "rebind-bug", "--clock=real", "--timeout=1ms"]

# What describe has that is no type, and some of what it prints.
TOPICS = {
    "lifecycle": ["```mermaid\nstateDiagram-v2\n", " not_running --> active : launch\n",
                  "- `home`: press Home", "| `unlock` ", "nothing keeps the application running"],
    "profiles": ["| linux ", "| `reclaim` ", " at-lock ", "TN2277", "| `launch-limit` ", "QA1693"],
}

# Parts of these are written before the end.
UNBUFFERED = [REAL_TIME, ["run", "--help"]]


def expect_complaint(words, status, *texts, **options):
    """WORDS are refused with STATUS, and all of TEXTS on standard error; nothing is played."""
    done = run(*words, **options)
    expect_status(done, status)
    for line in done.stderr.splitlines():
        expect(line.startswith("rebound: "), f"expected “rebound: ” before “{line}”")
    for text in texts:
        expect_in(text, done.stderr, "standard error")
    expect_equal(done.stdout, "", "standard output")


def play_text(text, *words, **options):
    return run("run", *words, "-", input=text, **options)


# -- what there is to ask --


def test_help():
    """--help of everything says how it is used"""
    for words in (["--help"], ["-h"], ["help"]):
        done = run(*words)
        expect_status(done, 0)
        for text in ("Usage: rebound", "run ", "check ", "list ", "describe ", "why ", "table ",
                     "--version"):
            expect_in(text, done.stdout, f"{words}")
    for command, options in (("run", ["--clock", "--set", "--show", "--format", "--quiet",
                                      "--color", "--timeout", "--no-isolation", "--expose",
                                      "--fill", "Exit status: 0"]),
                             ("check", ["--twice", "--set", "--fill"]), ("list", []),
                             ("describe", []),
                             ("why", ["PORT", "--reuse", "--address", "--json",
                                      "Exit status: 0 free, 1 taken"]),
                             ("table", ["close", "--json", "Exit status: 0"])):
        done = run(command, "--help")
        expect_status(done, 0)
        for text in [f"rebound {command} [OPTION", *options]:
            expect_in(text, done.stdout, f"{command} --help")
        expect_equal(done.stderr, "", "standard error")


def test_version():
    """--version says which it is"""
    done = run("--version")
    expect_status(done, 0)
    expect(re.fullmatch(r"rebound \d+\.\d+\.\d+\n", done.stdout), f"saw {done.stdout!r}")


def test_no_command():
    """without a command it says what there is, and exits 2"""
    done = run()
    expect_status(done, 2)
    expect_in("Usage: rebound", done.stderr, "standard error")
    expect_equal(done.stdout, "", "standard output")


def test_describe():
    """describe names every type, and says of each what it can do"""
    overview = run("describe")
    expect_status(overview, 0)
    names = re.findall(r"^  (\S+) +\S", overview.stdout, re.MULTILINE)
    expect(set(names) >= {"listener", "client", "app", "device", "kernel"}, f"saw only {names}")
    for name in names:
        done = run("describe", name)
        expect_status(done, 0)
        if name not in TOPICS:
            expect(done.stdout.startswith(f"{name}: "), f"{name}: saw {done.stdout}")
        expect("(null)" not in done.stdout and not re.search(r"^ +$", done.stdout, re.MULTILINE),
               f"{name}: something has no description:\n{done.stdout}")
    expect_in("reuse-address", run("describe", "listener").stdout, "describe listener")


def test_describe_topics():
    """describe lifecycle and describe profiles print what a script can rely on"""
    overview = run("describe").stdout
    for topic, texts in TOPICS.items():
        expect(re.search(rf"^  {topic} +\S", overview, re.MULTILINE), f"describe lacks {topic}")
        done = run("describe", topic)
        expect_status(done, 0)
        expect(done.stdout.startswith("## "), f"{topic}: saw {done.stdout}")
        for text in texts:
            expect_in(text, done.stdout, f"describe {topic}")


def list_possible(state):
    """The words that describe lifecycle has for an application in STATE on a phone as it is at
    first."""
    rows = re.findall(r"^\| `([^`]+)` +\| (.*?) +\| (.*?) +\| (.*?) +\| (.*?) +\|$",
                      run("describe", "lifecycle").stdout.split("\n## ")[0], re.MULTILINE)
    words = {word for word, states, *_ in rows if is_among(state, states)}
    rows = re.findall(r"^\| `([^`]+)` +\| (.*?) +\| (.*?) +\|",
                      run("describe", "lifecycle").stdout.split("\n## ")[1], re.MULTILINE)
    return words | {word for word, phone, states in rows if is_among(state, states)
                    and not re.search(r"\blocked|without a link|=resign", phone)}


def is_among(state, states):
    return states == "any" or (states == "any but not-running" and state != "not-running") \
        or state in states.split(", ")


def test_describe_words():
    """what describe lifecycle has for a state is what a refusal says is possible in it"""
    for state, script in (("not-running", "home"), ("active", "launch\nlaunch"),
                          ("inactive", "launch\nresign-active\nlaunch"),
                          ("background", "launch\nresign-active\nenter-background\nlaunch"),
                          ("suspended", "launch\nhome\nlaunch")):
        done = play_text(script + "\n")
        expect_status(done, 2)
        listed = re.search(r"; expected one of (.*?)( \(--fill|$)", done.stderr.strip())
        expect_equal(list_possible(state), set(listed[1].split(", ")), state)


# -- what is measured --


def expect_documented(cells, heading):
    """The keys of each of CELLS are those of the table below HEADING in docs/closing.md."""
    page = (program.TESTS.parent / "docs" / "closing.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \|", page.split(heading)[1].split("\n\n")[1], re.MULTILINE)
    expect(cells, heading)
    for cell in cells:
        expect_equal(list(cell), told, heading)


def test_table():
    """table close prints what each way out does, and the same for machines"""
    done = run("table", "close")
    expect_status(done, 0)
    for text in ("| our way out ", "| finish", "| close ", "`ECONNRESET`", "2 × send"):
        expect_in(text, done.stdout, "the tables")
    table = json.loads(run("table", "close", "--json").stdout)
    expect_equal(list(table), ["outcomes", "answers"], "keys")
    expect_documented(table["outcomes"], "\nAn outcome is:")
    expect_documented(table["answers"], "\nAn answer is:")
    cell, = [cell for cell in table["outcomes"] if cell["way"] == "close" and cell["input_unread"]
             and cell["peer"] == "open" and cell["flight"] == "in-tcp"]
    expect_equal((cell["peer_end"], cell["time_wait"]), ("ECONNRESET", "nobody"), "the end")
    expect_equal(cell["delivered_bytes"] + cell["lost_bytes"], cell["given_bytes"], "all of it")


# -- what is wrong with a command line --

WRONG = [
    (["play"], "there is no command “play”; expected one of run, check, list, describe, why, table"),
    (["table"], "something is missing; “rebound table --help” says what"),
    (["table", "open"], "there is no table of “open”; expected close"),
    (["table", "close", "open"], "“open” is one word too many"),
    (["table", "close", "--quiet"], "Unknown option --quiet"),
    (["run"], "something is missing; “rebound run --help” says what"),
    (["check"], "something is missing"),
    (["run", "rebind-fix", "rebind-bug"], "“rebind-bug” is one word too many"),
    (["list", "all"], "“all” is one word too many"),
    (["run", "--loud", "rebind-fix"], "Unknown option --loud"),
    (["check", "--quiet", "rebind-fix"], "Unknown option --quiet"),
    (["describe", "lisener"], "there is nothing called “lisener”"),
    (["run", "no-such-script"], "no-such-script: there is neither a shipped script nor a file"),
    (["run", "./no-such-file"], "./no-such-file: cannot be read: ENOENT"),
    (["run", "no-such-file.life"], "no-such-file.life: cannot be read: ENOENT"),
    (["run", "/"], "/: cannot be read: EISDIR"),
    (["run", ""], "rebound: "),
    (["run", "rebind-fix", "--set"], "--set"),
    (["run", "rebind-fix", "--set", "reuse-address"], "“reuse-address” has no value; expected "),
    (["run", "rebind-fix", "--set", "reuse-adress=no"], "did you mean “reuse-address”?"),
    (["run", "rebind-fix", "--set", "=no"], "there is no variable “”"),
    (["check", "rebind-fix", "--set", "reuse-address=maybe"],
     "“maybe” is neither yes nor no; expected yes or no"),
    (["run", "rebind-fix", "--set", "reuse-address=maybe"], "“maybe” is neither yes nor no"),
    (["run", "rebind-fix", "--clock=wrong"], "--clock: “wrong” is none; expected virtual or real"),
    (["run", "rebind-fix", "--format=xml"], "--format: “xml” is none; expected one of text, jsonl"),
    (["run", "rebind-fix", "--color=blue"], "--color: “blue” is none; expected one of auto, "),
    (["run", "rebind-fix", "--show=life,nothing"], "there is no group “nothing”; expected some of"),
    (["run", "rebind-fix", "--show="], "there is no group “”"),
    (["run", "rebind-fix", "--timeout=5"], "--timeout: “5” has no unit"),
    (["run", "rebind-fix", "--timeout=-1s"], "--timeout: "),
    (["run", "rebind-fix", "--expose"], "expected --no-isolation with it"),
    (["run", "rebind-fix", "--no-isolation", "--clock=virtual"], "expected --clock=real"),
]


def test_check_several():
    """check looks at every script that is named, and reports each mistake"""
    expect_status(run("check", *list_scripts()), 0)
    expect_complaint(["check", "nope", "rebind-fix", "neither"], 2, "nope: there is neither",
                     "neither: there is neither")


# -- where a script comes from --


def test_standard_input():
    """- is standard input, and it is named in messages"""
    done = play_text("# From a pipe.\nlaunch\nexpect app.state == active\n")
    expect_status(done, 0)
    expect_in("-: From a pipe.", done.stdout, "the title")
    expect_complaint(["run", "-"], 2, "-:1:1: “lanch” is no statement", input="lanch\n")
    expect_complaint(["check", "-"], 2, "-:2:1: ", input="launch\nlanch\n")
    expect_complaint(["run", "-"], 2, "-: the script is empty", input="")


def test_standard_input_twice():
    """check --twice plays what came on standard input twice, not once"""
    expect_status(run("check", "--twice", "-", input="launch\nhome\n"), 0)
    expect_complaint(["check", "--twice", "-"], 2, "-:2:1: ", input="launch\nlanch\n")


def test_file_in_folder():
    """a path is a file, also one that has a shipped script's name"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rebind-bug")
        with open(path, "w", encoding="utf-8") as file:
            file.write("launch\nprint \"mine\"\n")
        for word in (path, "./rebind-bug"):
            done = run("run", word, cwd=folder)
            expect_status(done, 0)
            expect_in("mine", done.stdout, word)
        expect_in("The listening socket", run("run", "rebind-bug", cwd=folder).stdout, "rebind-bug")


def test_include():
    """an include is found beside its script, and its mistakes name it"""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("common.life", "launch\nexpect app.state == suspended\n"),
                           ("main.life", "include \"common.life\"\nhome\n")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        done = run("run", os.path.join(folder, "main.life"), cwd="/")
        expect_status(done, 1)
        expect_in("NOT AS EXPECTED (line common.life:2): expect app.state == suspended; "
                  "app.state was “active”", done.stdout, "the log")
        with open(os.path.join(folder, "main.life"), encoding="utf-8") as file:
            done = run("run", "-", stdin=file, cwd=folder)
        expect_status(done, 1)


# -- what is shown --


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
    shown = b""
    try:
        while data := os.read(controller, 65536):
            shown += data
    except OSError:  # EIO: nobody has the terminal open any more
        pass
    os.close(controller)
    expect_equal(process.wait(), 0, "status")
    process.stderr.close()
    return shown.decode("utf-8")


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


# -- how it is played --


def test_set():
    """--set puts another value in the place of a let's, each time the script says it"""
    script = "let a=one\nlet b=two\nprint \"$a $b\"\nlet a=three\nprint \"$a $b\"\n"
    expect_in("one two", play_text(script).stdout, "no --set")
    done = play_text(script, "--set", "a=x=y", "-s", "b=", "--format=jsonl")
    printed = [event["text"] for event in map(json.loads, done.stdout.splitlines())]
    expect_equal(printed, ["x=y ", "x=y "], "what is printed")


def test_fill():
    """--fill plays the steps that the script leaves out, and says so"""
    expect_complaint(["run", "-"], 2, "-:2:1: “open” is not possible while the application is",
                     "--fill", input="launch\nopen\n")
    done = play_text("launch\nopen\nexpect app.state == active\n", "--fill")
    expect_status(done, 0)
    expect_in("a missing step, played by --fill", done.stdout, "the log")
    expect_status(run("check", "--fill", "-", input="launch\nopen\n"), 0)


def test_timeout():
    """--timeout ends a run that takes too long by the clock on the wall"""
    done = play_text("launch\nafter 1h home\n", "--clock=real", "--timeout=50ms")
    expect_status(done, 1)
    expect_in("-:2:1: the time limit of the whole run (--timeout) is over", done.stderr, "the end")
    expect_in("NOT as expected: ", done.stdout, "the summary")
    endless = "client c connect=127.0.0.1:9 retry-every=1us\nlaunch\nafter 1d home\n"
    expect_status(play_text(endless, "--timeout=50ms", "-q"), 1)
    expect_status(play_text("launch\nafter 1d home\n", "--timeout=1h"), 0)


# -- exit statuses --


def test_status_failed():
    """status 1: an expectation failed, and the script went on"""
    done = play_text("launch\nexpect app.state == background\nhome\nexpect app.state == active\n")
    expect_status(done, 1)
    expect_equal(done.stdout.count("NOT AS EXPECTED"), 2, "failures shown")
    expect_in("2 expectations, 2 failed", done.stdout, "the summary")
    expect_equal(done.stderr, "rebound: 2 of 2 expectations failed\n", "the complaint")


def test_status_wait():
    """status 1: a wait failed, and the script ended there"""
    done = play_text("launch\nwait app.did-enter-background within 2s\nprint \"not reached\"\n")
    expect_status(done, 1)
    expect("not reached" not in done.stdout, "the script went on")
    expect_in("rebound: -:2:1: ", done.stderr, "the complaint")
    expect_in("app.did-enter-background did not come", done.stderr, "the complaint")


def test_status_lacking():
    """status 77: the machine allows no namespace, and how to go without is said"""
    if shutil.which("unshare") is None:
        raise Skip("there is no unshare to take the namespaces away with")
    shell = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\""
    prefix = ["unshare", "--user", "--map-root-user", "sh", "-c", shell, "sh"]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        raise Skip("the limit of namespaces cannot be lowered here")
    for words in (["run", "rebind-bug"], ["check", "--twice", "rebind-bug"]):
        expect_complaint(words, 77, "ENOSPC", "user.max_user_namespaces is 0",
                         "--no-isolation --clock=real", prefix=prefix)
    expect_complaint(["table", "close"], 77, "ENOSPC", "user.max_user_namespaces is 0", prefix=prefix)
    expect_status(run("check", "rebind-bug", prefix=prefix), 0)


def test_status_interrupted():
    """status 130: Ctrl-C in real time; the summary is still shown"""
    process = start("run", "-", "--clock=real", stdin=subprocess.PIPE)
    process.stdin.write("launch\nafter 1h home\n")
    process.stdin.close()
    read_until(process, "> after 1h home")
    process.send_signal(signal.SIGINT)
    rest, complaint = process.stdout.read(), process.stderr.read()
    expect_equal(process.wait(), 130, "status")
    expect_in("interrupted: ", rest, "the summary")
    expect_in("interrupted", complaint, "the complaint")


def test_status_interrupted_virtual():
    """status 130: Ctrl-C in virtual time"""
    process = start("run", "-", "--format=jsonl", stdin=subprocess.PIPE)
    process.stdin.write("client c connect=127.0.0.1:9 retry-every=1us\nlaunch\nafter 1d home\n")
    process.stdin.close()
    read_until(process, '"refused"')
    process.send_signal(signal.SIGINT)
    for line in process.stdout.read().splitlines()[1:]:
        json.loads(line)
    expect_in("interrupted", process.stderr.read(), "the complaint")
    expect_equal(process.wait(), 130, "status")


def test_status_internal():
    """status 99: what is shown cannot be written"""
    for words in (["run", "rebind-bug"], ["run", "rebind-bug", "--format=jsonl"], ["list"],
                  ["describe", "listener"], ["describe"], ["table", "close"],
                  ["table", "close", "--json"], ["--version"], ["--help"],
                  *UNBUFFERED):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = run(*words, stdout=full)
        expect_equal(done.returncode, 99, f"status of {words}")
        expect_in("standard output could not be written: ENOSPC", done.stderr, f"{words}")


def test_closed_output():
    """status 99: standard output is closed, and no socket of the run gets its number"""
    prefix = ["sh", "-c", "exec \"$@\" >&-", "sh"]
    done = run("run", "rebind-bug", prefix=prefix)
    expect_equal(done.returncode, 99, "status")
    expect_in("standard output could not be written: EBADF", done.stderr, "the complaint")
    expect_equal(run(*REAL_TIME, prefix=prefix).returncode, 99, "status in real time")


def test_missing_output_is_occupied():
    """a missing standard output is occupied before anything else could get its number"""
    process = start("run", "-", stdin=subprocess.PIPE, stdout=None,
                    prefix=["sh", "-c", "exec \"$@\" >&-", "sh"])
    # More than a pipe holds: once it is written the program is reading, and so past that point.
    process.stdin.write("# a comment\n" * 100000)
    expect_equal(os.readlink(f"/proc/{process.pid}/fd/1"), "/", "what has descriptor 1")
    process.communicate()


def test_many_clients():
    """ten thousand clients that cannot connect are no busy loop"""
    few = ["sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"]
    for what, script, prefix in (
            ("an application that does not run", "listener web port=30000\n"
             "client c connect=web at-once=11000\nafter 1500ms launch\n", ()),
            ("no descriptors", "client c connect=127.0.0.1:9 at-once=11000\nafter 1500ms launch\n",
             few)):
        done = play_text(script, "--show=checks", prefix=prefix)
        expect(done.returncode == 0, f"{what}: saw {done.returncode}, {done.stdout}{done.stderr}")


def test_closed_input_and_error():
    """without standard input and standard error it plays all the same"""
    done = run("run", "rebind-bug", prefix=["sh", "-c", "exec \"$@\" <&- 2>&-", "sh"])
    expect_status(done, 0)
    expect_in("as expected: ", done.stdout, "the summary")
    expect_complaint(["run", "-"], 2, "-: cannot be read: EBADF",
                     prefix=["sh", "-c", "exec \"$@\" <&-", "sh"])


def main():
    cases = program.cases_of(globals())
    for words, text in WRONG:
        cases.append((f"status 2: rebound {' '.join(words)}",
                      lambda words=words, text=text: expect_complaint(words, 2, text)))
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
