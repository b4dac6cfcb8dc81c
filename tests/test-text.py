#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The text for people: what is folded, what is left out, how wide it is, that nothing in it steers a
terminal, and the line that says where a run in real time has got to. What it says at its end is in
test-shown.py.
"""

import fcntl
import json
import os
import pty
import re
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata
from pathlib import Path

import program
from program import expect, expect_equal, expect_in, expect_status, run, start

# What a log may have besides text: colours, and the progress line's wiping.
COLOUR = re.compile(r"\x1b\[\d+m")
WIPE = "\r\x1b[K"

# What Unicode has to turn text round (UAX #9).
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def play(text, *words, **options):
    return run("run", *words, "-", input=text, **options)


def lines_of(text, *words):
    """The lines of events, without what comes before and after them."""
    done = play(text, *words)
    expect(done.returncode in (0, 1), f"status {done.returncode}:\n{done.stderr}")
    return [line for line in done.stdout.splitlines() if re.match(r" *([\d.]+|…)  ", line)]


def open_terminal(columns):
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return controller, terminal


def play_on_terminal(text, *words, columns=80, stdout=True, **variables):
    """What is shown on a terminal of COLUMNS; and what goes to a pipe, if standard output does."""
    controller, terminal = open_terminal(columns)
    process = start("run", *words, "-", stdin=subprocess.PIPE, stderr=terminal,
                    stdout=terminal if stdout else subprocess.PIPE,
                    env=program.ENVIRONMENT | variables)
    os.close(terminal)
    process.stdin.write(text)
    process.stdin.close()
    piped = "" if stdout else process.stdout.read()
    shown = program.read_terminal(controller)
    process.wait()
    if not stdout:
        process.stdout.close()
    return shown.replace("\r\n", "\n"), piped


def width_of(line):
    """The columns that a terminal needs for it, by Python's own table."""
    return sum(0 if unicodedata.category(c) in ("Mn", "Me", "Cf")
               else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


# -- folding --

def folded(text):
    return [line.split("(nobody listens there)")[1] for line in lines_of(text, "--show=actors")]


def test_fold():
    """lines that say the same are one, with how often, how far apart and until when"""
    expect_equal(folded("client phone connect=127.0.0.1:9 retry-every=200ms\nafter 1s\n"),
                 ["  ×6, every 200 ms, until 1.000"], "six at equal distances")
    expect_equal(folded("client phone connect=127.0.0.1:9 retry-every=1500ms\nafter 3s\n"),
                 ["  ×3, every 1.5 s, until 3.000"], "three")
    expect_equal(folded("client phone connect=127.0.0.1:9 retry-every=1500ms\nafter 2s\n"),
                 ["  ×2, until 1.500"], "two have one distance, which says itself")
    expect_equal(folded("client phone connect=127.0.0.1:9 retry-every=1s\nafter 500ms\n"), [""],
                 "one")
    expect_equal(folded("client phone connect=127.0.0.1:9 retry-every=200ms\nafter 1s\n"
                        "set phone retry-every=300ms\nafter 1s\n"),
                 ["  ×9, until 1.800"], "of two distances")
    expect_equal(folded("client phone connect=127.0.0.1:9 count=3 at-once=3\nafter 500ms\n"),
                 ["  ×3"], "at one instant")


SERVED = """listener web port=30000 on-accept=close
client phone connect=web retry-every=1s
launch
after 5500ms
client tablet connect=127.0.0.1:9 retry-every=1s
client watch connect=127.0.0.1:9 retry-every=1s
after 3s
"""


def test_fold_instants():
    """an instant that is as the one before, but for connections' numbers, is folded as a whole"""
    lines = [line.strip() for line in lines_of(SERVED, "--show=actors")]
    begin = lines.index("1.000  phone     connected as phone#1")
    expect_equal(lines[begin:begin + 5],
                 ["1.000  phone     connected as phone#1", "1.000  web       accepted phone#1",
                  "1.000  web       phone#1 ended: the server closed first",
                  "1.000  phone     phone#1 ended: the other end closed first",
                  "…  these 4 lines ×5, every 1 s, until 5.000, each time #N is 1 higher"],
                 "what is served")
    expect_in("…  these 2 lines ×4, every 1 s, until 8.500",
              "\n".join(lines_of(SERVED, "--actor=tablet,watch")), "two that are refused")
    told = [line for line in lines_of(SERVED, "--show=actors,script") if "phone#3" in line]
    expect_equal(told, [], "lines that are folded")
    page = (program.TESTS.parent / "docs" / "output.md").read_text(encoding="utf-8")
    block = re.search(r"```\n(     2\.000  phone .*?)```", page, re.S)
    expect(block and block[1] in run("run", "day-in-the-life").stdout,
           "docs/output.md: what is folded there is not in the log of day-in-the-life")
    real = play("client a connect=127.0.0.1:9 retry-every=10ms\n"
                "client b connect=127.0.0.1:9 retry-every=10ms\nafter 100ms\n", "--clock=real")
    expect("these" not in real.stdout, "folded in real time")


def test_no_fold():
    """what a script prints is not folded, and nothing is in real time"""
    printed = [line for line in lines_of('print "x"\nprint "x"\n') if line.endswith("  x")]
    expect_equal(len(printed), 2, f"lines of {printed}")
    text = "client phone connect=127.0.0.1:9 retry-every=10ms\nafter 100ms\n"
    expect("×" not in play(text, "--clock=real").stdout, "folded in real time")


# -- what is left out --

RINGS = """listener web port=30000 on-accept=close
client phone connect=web retry-every=1s
launch
after 4s
"""


def read_jsonl(*words):
    return [json.loads(line) for line in play(RINGS, "--format=jsonl", *words).stdout.splitlines()]


def test_since_and_until():
    """--since and --until leave out what was before and after, and say how much"""
    whole = read_jsonl()
    text = lines_of(RINGS, "--since=1s", "--until", "2s", "--show=all")
    expect_equal(text[0].split()[0], "…", "the first line")
    early = sum(event["time_usec"] < 1000000 for event in whole)
    late = sum(event["time_usec"] > 2000000 for event in whole)
    expect_equal(text[0].strip(), f"…  {early} events before 1.000 are left out", "the first")
    expect_equal(text[-1].strip(), f"…  {late} events after 2.000 are left out", "the last")
    expect_equal({line.split()[0] for line in text[1:-2]}, {"1.000"}, "the times in between")
    expect_in(" ×2, until 2.000", text[-2], "what is folded")
    expect_equal(read_jsonl("--since=1s", "--until=2s"),
                 [event for event in whole if 1000000 <= event["time_usec"] <= 2000000],
                 "JSON Lines")
    expect_equal(read_jsonl("--until=0s"), [event for event in whole if event["time_usec"] == 0],
                 "--until=0s")
    expect_equal(read_jsonl("--since=0s"), whole, "--since=0s")
    expect("left out" not in play(RINGS, "--since=0s").stdout, "nothing was left out")
    one = lines_of("launch\nafter 1s\nprint 'x'\n", "--show=script", "--since=1s")
    expect_equal(one[0].strip(), "…  2 events before 1.000 are left out", "of a group")


def test_actor():
    """--actor shows what happened to these"""
    whole = read_jsonl()
    expect_equal(read_jsonl("--actor=phone,app"),
                 [event for event in whole if event["actor"] in ("phone", "app")], "JSON Lines")
    expect_equal({line.split()[1] for line in lines_of(RINGS, "--actor=web") if "…" not in line},
                 {"web"}, "text")
    expect_equal({line.split()[1] for line in lines_of(RINGS, "--actor", "script,device,kernel")},
                 {"script"}, "names that every script has")
    counted = lines_of(RINGS, "--actor=web", "--since=2s")[0].strip()
    early = sum(event["actor"] == "web" and event["time_usec"] < 2000000
                and event["kind"] != "descriptor" for event in whole)
    expect(re.fullmatch(r"…  \d+ events before 2\.000 are left out", counted), counted)
    expect(int(counted.split()[1]) <= early, f"{counted}: others' are counted")


def test_end_is_whole():
    """what is explained, the table and the verdict are there, whatever is left out"""
    words = ("rebind-bug", "--actor=app", "--since=61s", "--until=61s")
    text = run("run", *words).stdout
    expect_equal(text[text.index("\nwhy:\n"):], (whole := run("run", "rebind-bug").stdout)
                 [whole.index("\nwhy:\n"):], "the end")
    kinds = [json.loads(line)["kind"]
             for line in run("run", *words, "--format=jsonl").stdout.splitlines()]
    expect_equal(kinds, ["explanation"] * 2, "kinds")
    table = run("run", "pool-lock", "--actor=app", "--since=1d").stdout
    expect_in("\n        policy ", table.replace("         policy", "        policy"), "the table")


def test_wrong_words():
    """a time that is none and a name that nobody has are mistakes, and nothing is run"""
    for words, told in (
            (["--since=5"], "--since: “5” has no unit; expected a duration such as"),
            (["--until=soon"], "--until: “soon” "),
            (["--since=2s", "--until=1s"], "--until 1s is before --since 2s; expected it not to"),
            (["--actor=fone"], "--actor: -: nothing in it is called “fone”; expected one of "),
            (["--actor=phome"], "did you mean “phone”?"),
            (["--actor=phone,"], "nothing in it is called “”"),
            (["--actor="], "--actor: nobody is named; expected NAME[,NAME…]")):
        done = play(RINGS, *words)
        expect_status(done, 2)
        expect_in(told, done.stderr, f"{words}")
        expect_equal(done.stdout, "", f"{words}: the output")
    done = play("repeat 2 as i\nclient c$i connect=127.0.0.1:9\nend\n", "--actor=c2,run")
    expect_status(done, 0)


# -- how wide --

LONG = ('# ' + "A title that goes on and on " * 5 + "\n#\n# Problem: 1, " + "words of it " * 12
        + '\nprint "' + "the quick brown fox jumps over the lazy dog " * 5 + '"\n'
        + 'print "' + "漢字 " * 60 + '"\n' + 'print "' + "e\\xcc\\x81" * 100 + '"\n'
        + 'print "' + "x" * 300 + '"\n' + 'print "one\\n' + "two " * 60 + '"\n')


def test_width():
    """on a terminal no line is wider than it, and goes on under the text"""
    for columns in (40, 61, 80, 133):
        shown, _ = play_on_terminal(LONG, columns=columns)
        lines = COLOUR.sub("", shown).splitlines()
        wide = [line for line in lines if width_of(line) > columns]
        expect_equal(wide, [], f"lines of more than {columns} columns")
        expect(any(columns - width_of(line) < 12 for line in lines), f"{columns}: all are short")
        goes_on = [line for line in lines if line.startswith(" " * 11)]
        expect(len(goes_on) > 7 and all(line[:22].strip() == "" and line[22] != " "
                                        for line in goes_on), f"where lines go on:\n{shown}")
        words = [word for line in lines for word in line.split()]
        for word in ("quick", "漢字", "e\u0301", "two", "going"):
            expect(word == "going" or any(word in each for each in words), f"{columns}: {word}")
        expect_equal(sum(word.count("quick") for word in words), 5, "whole words")
    narrow, least = (COLOUR.sub("", play_on_terminal(LONG, columns=columns)[0])
                     .split("\nas expected: ")[0] for columns in (20, 40))
    expect_equal(narrow, least, "narrower than can be read")


def test_width_of_list():
    """the list of scripts is as wide as the terminal, too"""
    controller, terminal = open_terminal(80)
    process = start("list", stdout=terminal)
    os.close(terminal)
    shown = program.read_terminal(controller).replace("\r\n", "\n")
    expect_equal(process.wait(), 0, "status")
    process.stderr.close()
    expect_equal([line for line in shown.splitlines() if len(line) > 80], [], "wide lines")
    expect_equal(shown.split(), run("list").stdout.split(), "the words")


def test_no_width():
    """in a pipe and in a file an event is a line, however long"""
    text = play(LONG).stdout
    expect_in("lazy dog the quick brown fox jumps over the lazy dog the", text, "a pipe")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        play_on_terminal(LONG, "-o", f"text:{path}", columns=40)
        expect_equal(path.read_text(encoding="utf-8"), text, "a file beside a terminal")


# -- what would steer a terminal --

HOSTILE = r"\x1b[31mred \x1b]0;title\x07 \xc2\x9b31m\x0d\t\x08\x7f"


def test_hostile():
    """control characters and bidirectional overrides are shown, and do nothing"""
    text = (f'# A title \x1b[2J{BIDI}\n#\n# Problem: 1, \x1b[2J{BIDI}\n#\n'
            f'# Where it comes from: \x1b[2J{BIDI}\n'
            f'print "{HOSTILE}"\nprint \'{BIDI} \u2028 \u2029 \x85 raw \x1b[2J\'\n'
            f'let name="a\\x1bb"\nprint "$name\\nsecond \\x1b[2J"\n'
            'expect app.state == background\n')
    for shown in (play(text).stdout, play(text, "--color=always").stdout,
                  play_on_terminal(text)[0]):
        plain = COLOUR.sub("", shown)
        bad = [c for c in plain if c != "\n" and (unicodedata.category(c) in ("Cc", "Zl", "Zp")
                                                   or c in BIDI)]
        expect_equal(bad, [], f"what reaches the terminal of\n{shown!r}")
    text = play(text).stdout
    expect_in("\\x1B[31mred \\x1B]0;title\\x07 \\u009B31m\\r\\t\\x08\\x7F", text, "the escapes")
    expect_in("\\u202E", text, "an override")
    expect_in("\n                      second \\x1B[2J\n", text, "a second line")
    expect_in("A title \\x1B[2J\\u061C", text, "the title")
    joined = play('print "क्‍ष 👩‍👩‍👧 é שלום"\n').stdout
    expect_in("क्‍ष 👩‍👩‍👧 é שלום\n", joined, "what harms nobody")


def test_hostile_messages():
    """a message about a word that would steer a terminal does not"""
    for words in (["run", "\x1b[2J"], ["run", "rebind-bug", "--set", "\x1b[2J=x"],
                  ["run", "rebind-bug", "--show", "\u202e"], ["run", "-o", "\x1b[2J", "rebind-bug"],
                  ["run", "rebind-bug", "--actor", "\x1b[2J\u2066"], ["list", "\x1b[2J"],
                  ["\x1b[2J"], ["run", "--\x1b[2J"], ["run", "rebind-bug", "x\x9b"]):
        done = run(*words)
        expect_status(done, 2)
        bad = [c for c in done.stdout + done.stderr
               if c != "\n" and (unicodedata.category(c) == "Cc" or c in BIDI)]
        expect_equal(bad, [], f"{words}: {done.stderr!r}")


def test_hostile_path():
    """a script's path is shown as its bytes can be"""
    with tempfile.TemporaryDirectory() as folder:
        for name in (b"\x1b[2J\n   0.000.life", b"\xff.life", "\u202e.life".encode()):
            path = os.fsencode(folder) + b"/" + name
            with open(path, "wb") as script:
                script.write(b"launch\n")
            done = run("run", path, text=False)
            expect_equal(done.returncode, 0, f"{name}: {done.stderr}")
            head = done.stdout.decode("utf-8").splitlines()[0]
            bad = [c for c in head if unicodedata.category(c) == "Cc" or c in BIDI]
            expect_equal(bad, [], f"{name}: {head!r}")
            expect(head.endswith(".life"), f"{name}: {head!r}")


def test_hostile_process():
    """a process that calls itself something does not turn round what rebound why says of it"""
    with socket.create_server(("127.0.0.1", 0)) as held, open("/proc/self/comm", "r+") as comm:
        before = comm.read()
        try:
            comm.write("\u202e\x9b1m\x1b[2J")
            comm.flush()
            done = run("why", str(held.getsockname()[1]))
        finally:
            comm.write(before)
            comm.flush()
    expect_status(done, 1)
    bad = [c for c in done.stdout if c != "\n" and (unicodedata.category(c) == "Cc" or c in BIDI)]
    expect_equal(bad, [], f"{done.stdout!r}")
    expect_in("\\u202E\\u009B1m", done.stdout, "its name")


# -- how far it has got --

SILENT = "launch\nexpect no app.died for 3s\nprint 'over'\n"


def test_progress():
    """a run in real time says where it is after two seconds, on one line that is wiped off"""
    shown, _ = play_on_terminal(SILENT, "--clock=real", "--color=never", columns=50)
    ticks = re.findall(WIPE.replace("[", r"\[") + r"(\d+\.\d s, line 2: [^\r\n]*)", shown)
    expect(ticks, f"there is no progress in {shown!r}")
    expect(all(tick.endswith("expect no app.died for 3s") for tick in ticks), f"{ticks}")
    expect(float(ticks[0].split()[0]) >= 2, f"it comes too soon: {ticks[0]}")
    # What a terminal has in the end: each line from the last time that it was wiped off.
    left = [line.rsplit(WIPE, 1)[-1] for line in shown.split("\n")]
    expect(not any(" s, line 2: " in line for line in left), f"it is still there: {left}")
    expect(any(line.endswith("over") for line in left), f"the log: {left}")
    shown, piped = play_on_terminal("after 3s\n", "--clock=real", "-q", stdout=False, columns=50)
    expect_in(" s, line 1: after 3s", shown, "standard error alone")
    expect(shown.endswith(WIPE), f"it is still there: {shown!r}")
    expect_equal(piped, "", "the pipe")


def test_no_progress():
    """there is none in a pipe, on a dumb terminal, or in virtual time"""
    done = play("after 2500ms\n", "--clock=real")
    expect_equal((done.stderr, "\r" in done.stdout), ("", False), "a pipe")
    expect("\x1b[K" not in play_on_terminal("after 2500ms\n", "--clock=real", TERM="dumb")[0],
           "a dumb terminal")
    expect("\x1b[K" not in play_on_terminal("after 1h\n")[0], "virtual time")


# -- what a script's header says --

HEADER = """# What it is.
#
# More of it.
#
# Where it comes from: a report. Its log
# was longer.
# Problem: 7, a name
# over two lines
#
# Why: something.

launch
"""


def test_head():
    """the head has title, problem and source; what a label says ends at the next"""
    head = play(HEADER).stdout.split("\n\n")[0].splitlines()
    expect_equal(head, ["-: What it is.", "Problem: 7, a name over two lines",
                        "Where it comes from: a report."], "the head")
    expect_equal(play("launch\n").stdout.split("\n\n")[0], "-", "of a script without")
    expect_equal(play(HEADER, "-q").stdout, "", "--quiet")


def test_list():
    """list has a section for each problem, and jsonl and a name say the same and more"""
    entries = [json.loads(line) for line in run("list", "--format=jsonl").stdout.splitlines()]
    expect_equal(sorted(entry["name"] for entry in entries), sorted(program.list_scripts()),
                 "names")
    expect(all(entry["title"] and entry["source"] for entry in entries), "titles and sources")
    names = {(entry["problem"], entry["problem_name"]) for entry in entries if "problem" in entry}
    expect_equal(sorted(number for number, _ in names), [1, 2, 3, 4, 5], "one name a problem")
    sections = [section.splitlines() for section in run("list").stdout.split("\n\n")]
    expect_equal(len(sections), 6, "sections")
    for lines in sections:
        heading = re.fullmatch(r"(?:Problem (\d), (.*)|Besides) \((\d+) scripts?\)", lines[0])
        expect(heading and int(heading[3]) == len(lines) - 1, f"the heading {lines[0]}")
        mine = [entry["name"] for entry in entries
                if entry.get("problem") == (int(heading[1]) if heading[1] else None)]
        expect_equal([line.split()[0] for line in lines[1:]], mine, lines[0])
    text = run("list", "rebind-bug", "rebind-fix").stdout
    expect(text.startswith("rebind-bug: The listening socket that does not come back.\n\nAn app "),
           text)
    expect_in("\n\nrebind-fix: SO_REUSEADDR before bind()", text, "the second")
    expect_in("\nProblem: 1, the listening socket that does not come back\n", text, "its problem")
    one = json.loads(run("list", "-", "--format=jsonl", input=HEADER).stdout)
    expect_equal(one, {"name": "-", "title": "What it is.", "problem": 7,
                       "problem_name": "a name over two lines",
                       "source": "a report. Its log was longer."}, "of any script")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
