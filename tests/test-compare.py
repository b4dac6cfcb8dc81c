#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rebound compare: two scripts, one with two settings, two files of events; where they part, what
followed, what it came to; and what is no run.
"""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import program
from program import REBOUND, expect, expect_equal, expect_in, expect_status, run

BUG, FIX = ["--set", "reuse-address=no"], ["--with", "reuse-address=yes"]
SAMPLE = ["rebind-fix", *BUG, *FIX]

# Of a run, as short as it can be: what happened, and a check.
EVENTS = [
    {"n": 1, "time_usec": 0, "actor": "script", "kind": "statement", "statement": "launch",
     "line": "3"},
    {"n": 2, "time_usec": 0, "actor": "app", "kind": "did-become-active"},
    {"n": 3, "time_usec": 200000, "actor": "phone", "kind": "refused", "error": "ECONNREFUSED"},
    {"n": 4, "time_usec": 400000, "actor": "phone", "kind": "refused", "error": "ECONNREFUSED"},
    {"n": 5, "time_usec": 600000, "actor": "phone", "kind": "connected", "connection": "phone#1"},
    {"n": 6, "time_usec": 600000, "actor": "script", "kind": "met",
     "statement": "wait phone.connected", "line": "4"},
]


def change(number, **fields):
    """EVENTS with other fields in event NUMBER."""
    return [event | fields if event["n"] == number else event for event in EVENTS]


def to_lines(events):
    return "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events)


class Folder:
    """A folder with files in it, for as long as it is looked into."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        return self

    def __exit__(self, *what):
        self.folder.cleanup()

    def write(self, name, data):
        path = Path(self.folder.name, name)
        data = to_lines(data) if isinstance(data, list) else data
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return str(path)


def compare_events(first, second, *words):
    """What is said of two files with these EVENTS, without their names."""
    with Folder() as folder:
        names = folder.write("a.jsonl", first), folder.write("b.jsonl", second)
        done = run("compare", *names, *words)
        return done.returncode, done.stdout.replace(str(Path(names[0]).parent) + "/", "")


def expect_complaint(words, status, text, **options):
    done = run("compare", *words, **options)
    expect_status(done, status)
    expect_in(text, done.stderr, f"{words}: standard error")
    expect(all(line.startswith("rebound: ") for line in done.stderr.splitlines()),
           f"{words}: standard error: {done.stderr}")
    expect_equal(done.stdout, "", f"{words}: standard output")


def test_sample():
    """the sample: one script, two settings; where it parts, what followed, what it came to"""
    done = run("compare", *SAMPLE)
    expect_status(done, 1)
    head, told, before, what, numbers, failed, why, why_not = done.stdout.split("\n\n")
    expect_equal(head.splitlines(), [
        "rebind-fix: SO_REUSEADDR before bind(), on every generation: it always comes back.",
        "A  reuse-address=no   NOT as expected: 3 of 5 expectations failed",
        "B  reuse-address=yes  as expected: 21 expectations met"], "the head")
    expect_equal([(line[0], "reuse-address=yes" in line) for line in told.splitlines()[1:]],
                 [("-", False), ("+", True)], "what they are told")
    expect(before.startswith("The same in both: 72 events, the last of them:\n"), before)
    expect_in("  ×50, every 200 ms, until 10.200\n", before, "what came before")
    lines = what.splitlines()
    expect_equal(lines[0], "They part at 10.200, event 77, line 22:", "the parting")
    expect(lines[1].startswith("-     10.200  web       cannot bind port 30000"), lines[1])
    expect_in("\n+     10.200  web       listens on port 30000 (generation 2)\n", what, "B")
    expect_equal([line[0] for line in lines[1:6]], list("----+"), "marks")
    expect_in("  ×1500, every 200 ms, until 310.200  (0.200 s later in B; B: ×50, until 20.400)\n",
              what, "the refused")
    for label, first, second in (("phone connected", 1, 6), ("phone refused", 1550, 250),
                                 ("web bind-failed", 1, 0)):
        expect([label, str(first), str(second)] in
               [[line[2:].rsplit(None, 2)[0].strip(), *line.split()[-2:]]
                for line in numbers.splitlines()], f"{label} {first} {second}: {numbers}")
    expect_equal(failed.splitlines()[0], "Failed in A only:", "failed")
    expect_in("  - line 23: expect web.last-error == none; web.last-error was “EADDRINUSE” "
              "(B has met it)\n", failed, "failed")
    expect(why.startswith("Why, of A only:\n") and "set it on every socket" in why, why)
    expect(why_not.startswith("Why, of B only:\n") and "250 times" in why_not, why_not)


def test_two_scripts():
    """two scripts: each has its title, and its own line"""
    done = run("compare", "rebind-bug", "rebind-fix")
    expect_status(done, 1)
    expect_in("A  rebind-bug: The listening socket that does not come back.\n"
              "   as expected: 6 expectations met\nB  rebind-fix: ", done.stdout, "the head")
    expect_in("\nThey part, A at 0.200, event 23, line 26, and B at 0.400, event 23, line 22:\n",
              done.stdout, "the parting")
    expect_in("  (line 26)\n+      0.200  script    > after 10s open  (line 22)\n", done.stdout,
              "what they are told")


def test_same():
    """the same: identical scripts, a script with the same settings, and a file of its own run"""
    for words in (["rebind-fix", "rebind-fix"],
                  ["rebind-fix", "--set", "reuse-address=yes", *FIX],
                  ["rebind-bug", "--with", "reuse-address=no"]):
        done = run("compare", *words)
        expect_status(done, 0)
        expect_in("\nThe same: 3", done.stdout, f"{words}")
    with Folder() as folder:
        name = folder.write("run.jsonl", "")
        expect_status(run("run", "rebind-fix", "--output", f"jsonl:{name}"), 0)
        for words in ([name, name], [name, "rebind-fix"], ["rebind-fix", name]):
            done = run("compare", *words)
            expect_status(done, 0)
            expect_in("\nThe same: 375 events in 51.200 seconds", done.stdout, f"{words}")


FAILING = """client phone connect=127.0.0.1:30000 retry-every=200ms
launch
wait phone.connected within 1s
"""


def test_hostile_names():
    """a script's name and what it says may have anything in it"""
    with Folder() as folder:
        name = folder.write("a\tb\n\x1b.life", 'launch\nprint "\\t|\t\x7f|é"\nhome\n')
        done = run("compare", name, "rebind-bug")
        expect_status(done, 1)
        expect_in(", line 2", done.stdout, "the parting")
        expect("\x1b" not in done.stdout and "\t" not in done.stdout, f"{done.stdout!r}")
        expect_status(run("compare", name, name), 0)
        expect_status(run("check", "--twice", name), 0)


def test_same_failure():
    """two that fail in the same way are the same: as files, and under two names"""
    with Folder() as folder:
        first, second = folder.write("a.life", FAILING), folder.write("b.life", "# b\n" + FAILING)
        name = folder.write("run.jsonl", "")
        expect_status(run("run", first, "--output", f"jsonl:{name}"), 1)
        for words in ([first, second], [first, name], [name, second]):
            done = run("compare", *words)
            expect_status(done, 0)
            expect_in("NOT as expected: 1 of 1 expectations failed\n", done.stdout, f"{words}")


def test_other_lines():
    """a script on other lines is the same script, explanations and the holders of a port as well"""
    shipped = program.TESTS.parent / "app" / "scripts"
    with Folder() as folder:
        for name in ("rebind-bug", "why-is-it-taken", "close-loses-data", "pool-lock"):
            text = (shipped / f"{name}.life").read_text(encoding="utf-8")
            done = run("compare", name, folder.write("moved.life", "#\n#\n" + text))
            expect_status(done, 0)


def test_set_for_both():
    """--set is for both, and --with for the second besides"""
    done = run("compare", "rebind-bug", "rebind-fix", "--set", "reuse-address=yes")
    expect_in("; reuse-address=yes\n", done.stdout, "the settings")
    expect_equal(done.stdout.count("; reuse-address=yes\n"), 2, done.stdout)
    script = "let a=1\nlet b=1\nprint $a$b\n"
    done = run("compare", "-", "--set", "a=2", "--set", "b=2", "--with", "b=3", input=script)
    expect_status(done, 1)
    expect_in("A  a=2 b=2  ", done.stdout, "A")
    expect_in("B  a=2 b=3  ", done.stdout, "B")
    expect_in("script    22\n", done.stdout, "A")
    expect_in("script    23\n", done.stdout, "B")


def test_files():
    """two files part where something is otherwise, at another time, or over"""
    status, text = compare_events(EVENTS, EVENTS)
    expect_equal((status, text.splitlines()[-1]),
                 (0, "The same: 6 events in 0.600 seconds of the run's time"), text)
    status, text = compare_events(EVENTS, change(5, connection="phone#2"))
    expect_equal(status, 1, text)
    expect_in("They part at 0.600, event 5, line 3:\n"
              "-      0.600  phone     connected: connection=phone#1\n"
              "+      0.600  phone     connected: connection=phone#2\n"
              "       0.600  script    as expected: wait phone.connected\n", text, "a field")
    later = change(5, time_usec=800000)[:5] + [EVENTS[5] | {"time_usec": 800000}]
    expect_in("They part, A at 0.600, event 5, line 3, and B at 0.800, event 5, line 3:\n"
              "~      0.600  phone     connected: connection=phone#1  (0.200 s later in B)\n"
              "~      0.600  script    as expected: wait phone.connected  (0.200 s later in B)\n",
              compare_events(EVENTS, later)[1], "a time")
    expect_in("They part, A at 0.600, event 5, line 3, and B at its end:\n-      0.600  phone",
              compare_events(EVENTS, EVENTS[:4])[1], "an end")
    expect_in("Nothing is the same from the beginning on.\n\nThey part at 0.000, event 2",
              compare_events(EVENTS[1:], change(2, actor="it")[1:])[1], "a beginning")


def test_numbers():
    """neither the number of an event counts nor its line, but what happened and when"""
    status, text = compare_events(EVENTS, [event | {"n": event["n"] * 2} for event in EVENTS])
    expect_equal(status, 0, text)
    status, text = compare_events(EVENTS, change(6, line="7"))
    expect_equal(status, 0, text)
    status, text = compare_events(EVENTS, change(1, statement="launch now"))
    expect_equal(status, 1, text)
    expect_in("What they are told otherwise:\n-      0.000  script    > launch  (line 3)\n"
              "+      0.000  script    > launch now  (line 3)\n", text, "what is told")
    expect_in("\nNothing happens otherwise.\n", text, "the parting")


def test_groups():
    """what is not shown is looked at where nothing else differs, or where it is asked for"""
    socket = {"n": 3, "time_usec": 0, "actor": "kernel", "kind": "state-changed", "state": "LISTEN"}
    first = EVENTS[:2] + [socket] + [event | {"n": event["n"] + 1} for event in EVENTS[2:]]
    second = [event | {"state": "CLOSE"} if event["n"] == 3 else event for event in first]
    expect_in("+      0.000  kernel    state-changed: state=CLOSE\n", compare_events(first, second)[1],
              "sockets only")
    second = second[:-1] + [second[-1] | {"kind": "failed", "seen": "nothing"}]
    expect("state=CLOSE" not in compare_events(first, second)[1], "sockets are shown")
    expect_in("state=CLOSE", compare_events(first, second, "--show=all")[1], "--show=all")


def test_folded():
    """what is the same is folded, and so is what is later by as much; --all shows all of it"""
    events = [{"n": n, "time_usec": n * 1000, "actor": "web", "kind": f"kind-{n}"}
              for n in range(1, 101)]
    later = [event | {"time_usec": event["time_usec"] + (500000 if event["n"] > 10 else 0)}
             for event in events]
    text = compare_events(events, later)[1]
    expect_in("           … 84 events the same, 0.500 s later in B\n", text, "folded")
    expect_equal(text.count("\n~"), 6, text)
    expect_equal(compare_events(events, later, "--all")[1].count("\n~"), 90, "--all")
    other = [event | {"kind": f"other-{event['n']}"} for event in events]
    text = compare_events(events, other)[1]
    expect_in("           … 160 lines more; --all shows them\n", text, "the limit")
    expect_equal((text.count("\n-"), text.count("\n+")), (20, 20), text)
    text = compare_events(events, other, "--all")[1]
    expect_equal((text.count("\n-"), text.count("\n+")), (100, 100), text)
    expect("--all" not in text, text)


def read_terminal(columns, *words):
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.execve(REBOUND, [REBOUND, *words], program.ENVIRONMENT | {"NO_COLOR": "1"})
    shown = program.read_terminal(fd)
    expect_equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1, "status")
    return shown.replace("\r\n", "\n").splitlines()


def test_terminal():
    """a wide terminal has two columns, a narrow one is wrapped to its width"""
    with Folder() as folder:
        names = folder.write("a.jsonl", EVENTS), folder.write("b.jsonl", change(5, error="x" * 90))
        lines = read_terminal(120, "compare", *names)
    both = [line for line in lines if "connected" in line and " | " in line]
    expect_equal(len(both), 1, f"{lines}")
    expect_equal(both[0].index(" | "), 58, both[0])
    expect(all(len(line) <= 120 for line in lines), f"{lines}")


def test_colours():
    """--color: what only one has is red or green, in one column; never in a file"""
    second = change(5, connection="phone#2")
    text = compare_events(EVENTS, second, "--color=always")[1]
    expect_in("\n\x1b[31m-      0.600  phone     connected: connection=phone#1\x1b[0m\n"
              "\x1b[32m+      0.600  phone     connected: connection=phone#2\x1b[0m\n"
              "       0.600  script    as expected", text, "--color=always")
    for words in ([], ["--color=never"], ["--color=auto"]):
        expect("\x1b" not in compare_events(EVENTS, second, *words)[1], f"{words}: colours")
    with Folder() as folder:
        names = folder.write("a.jsonl", EVENTS), folder.write("b.jsonl", second)
        path = Path(folder.folder.name, "text")
        run("compare", *names, "--color=always", "-o", f"text:{path}")
        expect("\x1b" not in path.read_text(encoding="utf-8"), "colours in a file")
    expect_complaint([*SAMPLE, "--color=pink"], 2, "--color: “pink” is none; expected one of auto")


def test_files_are_found():
    """a file of events is told by its suffix, or by how it begins; a pipe is one"""
    with Folder() as folder:
        name = folder.write("events", EVENTS)
        done = run("compare", name, name)
        expect_status(done, 0)
        done = run("compare", name, "/dev/stdin", input=to_lines(change(5, connection="b")))
        expect_status(done, 1)
        expect_complaint([name, folder.write("c.jsonl", "launch\n")], 2, "c.jsonl:1: it is no event")


BROKEN = {
    "empty": ("", ":1: there is no event; expected what --output jsonl writes"),
    "no JSON": ("launch\n", ":1: it is no event; expected an object of JSON"),
    "bad JSON": ('{"n":1,}}\n', ":1: it is not JSON; expected an event"),
    "an array": ("[1,2]\n", ":1: it is no event; expected an object of JSON"),
    "no n": ('{"time_usec":0,"actor":"a","kind":"b"}\n', ":1: there is no n; expected"),
    "no time": ('{"n":1,"actor":"a","kind":"b"}\n', ":1: there is no time_usec; expected"),
    "no actor": ('{"n":1,"time_usec":0,"kind":"b"}\n', ":1: there is no actor; expected"),
    "no kind": ('{"n":1,"time_usec":0,"actor":"a"}\n', ":1: there is no kind; expected"),
    "n is a text": ('{"n":"1","time_usec":0,"actor":"a","kind":"b"}\n', ":1: n is none; expected"),
    "n is 0": ('{"n":0,"time_usec":0,"actor":"a","kind":"b"}\n',
               ":1: n is none; expected an integer from 1 to 2^53"),
    "n is too much": ('{"n":9007199254740993,"time_usec":0,"actor":"a","kind":"b"}\n',
                      ":1: n is none; expected"),
    "before the beginning": ('{"n":1,"time_usec":-1,"actor":"a","kind":"b"}\n',
                             ":1: time_usec is none; expected an integer from 0"),
    "an actor without a name": ('{"n":1,"time_usec":0,"actor":"","kind":"b"}\n',
                                ":1: actor is no text; expected a name"),
    "null": ('{"n":1,"time_usec":0,"actor":"a","kind":"b","error":null}\n',
             ":1: error is a value that no event has"),
    "half of a pair": ('{"n":1,"time_usec":0,"actor":"a","kind":"b","error":"\\ud83d!"}\n',
                       ":1: error is a value that no event has"),
    "half of a pair in a name": ('{"n":1,"time_usec":0,"actor":"\\ud83d!","kind":"b"}\n',
                                 ":1: actor is no text; expected a name"),
    "half of a pair for a field": ('{"n":1,"time_usec":0,"actor":"a","kind":"b","\\ud83d!":1}\n',
                                   ":1: the name of a field is no text"),
    "nested": ('{"n":1,"time_usec":0,"actor":"a","kind":"b","c":{"d":[]}}\n',
               ":1: it is too deep for an event"),
    "an abyss": ('{"n":' + "[" * 1000000 + "\n", ":1: it is too deep for an event"),
    "wrong order": (to_lines(EVENTS[:2] + [EVENTS[1]]), ":3: n is 2 after 2; expected the events"),
    "two runs": (to_lines(EVENTS + EVENTS), ":7: n is 1 after 6; expected the events of one run"),
    "time goes back": (to_lines(EVENTS[:4] + [EVENTS[4] | {"time_usec": 1}]),
                       ":5: time_usec is 1 after 400000; expected"),
    "cut off": (to_lines(EVENTS)[:-9], ":6: the file ends within this line; expected"),
    "not UTF-8": (to_lines(EVENTS).encode().replace(b"phone#1", b"phone\xff1"),
                  ":5: it is not UTF-8; expected"),
    "a NUL": (to_lines(EVENTS).encode().replace(b"phone#1", b"phone\x001"),
              ":5: it is not UTF-8; expected"),
    "an empty line": (to_lines(EVENTS[:1]) + "\n" + to_lines(EVENTS[1:]), ":2: it is no event"),
}


def test_broken_files():
    """what is wrong with a file is said with its line, and what was expected"""
    with Folder() as folder:
        good = folder.write("good.jsonl", EVENTS)
        for name, (data, text) in BROKEN.items():
            broken = folder.write("broken.jsonl", data)
            for words in ([good, broken], [broken, good], [broken, "rebind-bug"]):
                try:
                    expect_complaint(words, 2, f"{broken}{text}")
                except program.Failure as failure:
                    raise program.Failure(f"{name}: {failure}") from failure


def test_unreadable():
    """a file that cannot be read has its errno"""
    expect_complaint(["none.jsonl", "rebind-bug"], 2, "none.jsonl: cannot be read: ENOENT")
    with Folder() as folder:
        os.mkdir(Path(folder.folder.name, "x.jsonl"))
        expect_complaint([str(Path(folder.folder.name, "x.jsonl")), "rebind-bug"], 2,
                         "x.jsonl: cannot be read: EISDIR")


def test_hostile():
    """what a file says stays text: nothing in it steers a terminal"""
    hostile = "\x1b[31m\u202ered\x07\x9b2J\x1f=\n%s</script>"
    status, text = compare_events(change(5, error=hostile, **{hostile: hostile}),
                                  change(3, actor=hostile, kind=hostile, error=hostile * 1000))
    expect_equal(status, 1, text[:2000])
    expect(all(character == "\n" or character.isprintable() for character in text),
           f"{[c for c in text if c != chr(10) and not c.isprintable()][:9]}")
    expect_in("\\x1B[31m\\u202Ered", text, "how it is shown")


def test_many():
    """files of 100,000 events, alike and as different as can be"""
    def make(kinds, step):
        return to_lines({"n": n, "time_usec": n, "actor": "a", "kind": f"k{n * step % kinds}"}
                        for n in range(1, 100001))

    with Folder() as folder:
        first, second = folder.write("a", make(7, 1)), folder.write("b", make(11, 3))
        expect_status(run("compare", first, first), 0)
        done = run("compare", first, second)
        expect_status(done, 1)
        expect_in("\nThey part at 0.000001, event 1:\n", done.stdout, "what is said")
        expect(done.stdout.count("\n") < 100, f"it is long: {done.stdout[:2000]}")


def test_usage():
    """bad usage is refused, and says what was expected"""
    with Folder() as folder:
        name = folder.write("a.jsonl", EVENTS)
        for words, text in (
                ([], "something is missing; “rebound compare --help” says what"),
                (["a", "b", "c"], "“c” is one word too many"),
                (["rebind-bug"], "there is nothing to compare rebind-bug with; expected another "
                                 "script, or --with NAME=VALUE"),
                (["rebind-bug", *BUG], "there is nothing to compare rebind-bug with"),
                ([name], "a.jsonl is a file of events; expected another one"),
                ([name, *FIX], "a.jsonl is a file of events; expected another one"),
                (["rebind-bug", name, *FIX], "--with: "),
                ([name, name, *BUG], "--set: both are files of events; expected a script"),
                ([name, name, *FIX], "--with: "),
                (["rebind-bug", "--with", "reuse-address"], "--with: “reuse-address” has no value; "
                                                            "expected NAME=VALUE"),
                (["rebind-bug", "--set", "x", *FIX], "--set: “x” has no value"),
                (["rebind-bug", "rebind-fix", "--show=x"], "x"),
                (["rebind-bug", "rebind-fix", "--clock=sand"], "expected virtual or real"),
                (["rebind-bug", "no-such"], "no-such: there is neither a shipped script")):
            expect_complaint(words, 2, text)


def test_unknown_variable():
    """a variable that one of them has not is named with it; what the other has is no help"""
    expect_complaint(["rebind-bug", "close-proper", "--set", "reuse-address=yes"], 2, "close-proper")
    expect_complaint(["rebind-bug", "--with", "no-such=1"], 2, "no-such")


def test_mistakes():
    """the mistakes of both scripts are said, once each, and nothing is played"""
    with Folder() as folder:
        first, second = folder.write("a.life", "lanch\n"), folder.write("b.life", "launch\nhme\n")
        expect_complaint([first, second], 2, "a.life:1:1: ")
        expect_complaint([first, second], 2, "b.life:2:1: ")
        done = run("compare", first, second)
        expect_equal(done.stderr.count("a.life:1:1: "), 1, done.stderr)


def read_page(path):
    """The runs of a page, and where they part; nothing but the data may end where it ends."""
    page = Path(path).read_text(encoding="utf-8")
    start = page.index('<script type="application/json" id="data">')
    data = json.loads(page[page.index(">", start) + 1:page.index("</script", start)])
    return data["runs"], data["parting"]


def list_texts(page_run):
    events = page_run["events"]
    number, texts = 0, {}
    for step, text in zip(events["n"], events["text"]):
        number += step
        texts[number] = page_run["texts"][text]
    return texts


def test_page():
    """--output html: both runs on one page, with where they part; the text is there besides"""
    with Folder() as folder:
        path = Path(folder.folder.name, "page.html")
        done = run("compare", *SAMPLE, "--output", f"html:{path}")
        expect_status(done, 1)
        runs, parting = read_page(path)
        expect_equal([(page["name"], page["settings"], page["status"]) for page in runs],
                     [("rebind-fix", ["reuse-address=no"], 1),
                      ("rebind-fix", ["reuse-address=yes"], 0)], "the runs")
        expect([list_texts(page)[n].split(" port")[0] for page, n in zip(runs, parting)]
               == ["cannot bind", "listens on"], f"{parting}")
        expect_in(f"\nThey part at 10.200, event {parting[0]}, line 22:\n", done.stdout, "the text")
        places = {actor["name"]: (actor["place"], actor["owner"]) for actor in runs[1]["actors"]}
        for name, place in (("web", ("application", "app")), ("phone", ("peers", "")),
                            ("kernel", ("kernel", "")), ("script", ("script", ""))):
            expect_equal(places[name], place, name)
        expect("packets" in runs[0]["groups"], "there are no packets")
        expect_in("let reuse-address=yes", runs[0]["files"][0]["lines"], "the script")
        before = path.read_bytes()
        expect_status(run("compare", *SAMPLE, "--output", f"html:{path}"), 1)
        expect(path.read_bytes() == before, "the page is not the same twice")
        done = run("compare", *SAMPLE, "--output=html")
        expect_equal(done.stdout.encode("utf-8"), before, "the page on standard output")


def test_page_as_run():
    """a run on the page of two is that of the page of one"""
    with Folder() as folder:
        one, two = Path(folder.folder.name, "one"), Path(folder.folder.name, "two")
        for script in ("rebind-bug", "pool-policies", "two-applications", "defunct-socket"):
            run("run", script, "--output", f"html:{one}")
            run("compare", script, "rebind-bug", "--output", f"html:{two}")
            whole, part = read_page(one)[0][0], read_page(two)[0][0]
            for key in whole:
                expect(part[key] == whole[key], f"{script}: {key}: {str(part[key])[:500]} instead "
                                                f"of {str(whole[key])[:500]}")


def test_page_of_files():
    """a page of files, hostile ones too: what they say stays data"""
    hostile = "</script><script>alert(1)</script><!--\x1b\u2028\u202e"
    with Folder() as folder:
        path = Path(folder.folder.name, "page.html")
        names = (folder.write("a.jsonl", EVENTS),
                 folder.write("b.jsonl", change(5, error=hostile, **{hostile: 1.5})))
        expect_status(run("compare", *names, "-o", f"html:{path}"), 1)
        runs, parting = read_page(path)
        expect_equal(parting, [5, 5], "the parting")
        expect_equal([page["name"] for page in runs], list(names), "names")
        expect_equal([event for event in runs[1]["fields"] if hostile in event],
                     [{"connection": "phone#1", "error": hostile, hostile: 1.5}], "fields")
        expect_equal([{key: value for key, value in event.items() if key not in
                       ("n", "time_usec", "actor", "kind")} for event in EVENTS],
                     [runs[0]["fields"][index] for index in runs[0]["events"]["fields"]], "fields")
        expect_status(run("compare", names[0], names[0], "-o", f"html:{path}"), 0)
        expect_equal(read_page(path)[1], [0, 0], "the parting of the same")


def test_outputs():
    """a format that is none, no file, a file twice, and a folder that is none"""
    for words, text in ((["--output=pdf"], "--output: “pdf” is no format of a comparison; expected "
                                           "one of text, html"),
                        (["-o", "html:"], "--output: no file is named"),
                        (["-o", "html", "-o", "text"], "--output: two outputs go to standard"),
                        (["-o", "html:x", "-o", "text:./x"], "--output: two outputs go to ./x")):
        expect_complaint([*SAMPLE, *words], 2, text)
    expect_complaint([*SAMPLE, "-o", "html:/no/such/x"], 99, "--output: /no/such/x cannot be "
                                                             "written: ENOENT")
    done = run("compare", *SAMPLE, "-o", "html:/dev/full")
    expect_status(done, 99)
    expect_in("--output: /dev/full cannot be written: ENOSPC", done.stderr, "standard error")
    with Folder() as folder:
        path = Path(folder.folder.name, "text")
        done = run("compare", *SAMPLE, "-o", f"text:{path}", "-o", "html:/dev/null")
        expect_equal(path.read_text(encoding="utf-8"), done.stdout, "the text in a file")
        expect_complaint(["rebind-bug", "no-such", "-o", f"html:{path}"], 2, "no-such")
        expect_equal(path.read_text(encoding="utf-8"), run("compare", *SAMPLE, "-o",
                                                            "html:/dev/null").stdout, "the file")


def test_output():
    """what cannot be written was not said: 99"""
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = run("compare", *SAMPLE, stdout=full)
    expect_equal(done.returncode, 99, "status")
    expect_in("standard output could not be written: ENOSPC", done.stderr, "standard error")


def test_interrupted():
    """status 130: Ctrl-C is for the play, and what it is compared with is not played"""
    process = program.start("compare", "-", "-", "--clock=real", stdin=subprocess.PIPE,
                            start_new_session=True)
    process.stdin.write("launch\nafter 1h home\n")
    process.stdin.close()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text(encoding="ascii"):
        pass
    os.killpg(process.pid, signal.SIGINT)
    # A shell says 130 of either: it was told of it, or ended before it could be.
    status = process.wait(program.HANG_SECONDS)
    expect(status in (130, -signal.SIGINT), f"status {status}")
    expect_equal(process.stdout.read(), "", "standard output")


def test_killed():
    """whoever ends it, however, ends the play that it waits for"""
    for words in (["compare", "-", "-"], ["check", "--twice", "-"]):
        for number in (signal.SIGKILL, signal.SIGTERM):
            process = program.start(*words, "--clock=real", stdin=subprocess.PIPE)
            process.stdin.write("launch\nafter 1h home\n")
            process.stdin.close()
            play = program.open_child(process)
            process.send_signal(number)
            expect_equal(process.wait(), -number, f"status of {words}")
            expect(program.ends(play), f"{words}: after {number} the play goes on")


def test_deterministic():
    """the same to the byte, however often"""
    for words in (SAMPLE, ["day-in-the-life", "pool-policies"]):
        texts = {run("compare", *words).stdout for _ in range(3)}
        expect_equal(len(texts), 1, "different texts")


def test_standard_input():
    """- is a script that both may be, read once"""
    done = run("compare", "-", "-", input="launch\n")
    expect_status(done, 0)


def test_twice():
    """check --twice says where two plays differ: in real time they always do"""
    done = run("check", "--twice", "--clock=real", "-", input="launch\nafter 1ms home\n")
    expect_status(done, 99)
    expect_in("-: two plays differ, at -:1\n", done.stderr, "standard error")
    expect_in('  the first:  {"n":1,"time_usec":', done.stderr, "standard error")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
