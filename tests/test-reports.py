#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The reports for machines, TAP and JUnit's XML: against the same run's JSON Lines, and by readers
that are not ours, Perl's prove and xmllint.

xmllint holds the XML against junit.xsd beside this. JUNIT_SCHEMAS may name more schemas, joined by
colons: those of the field's tools, say.
"""

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import program
import tap_text
from program import Skip, expect, expect_equal, expect_in, expect_status, list_scripts, run, start

SCHEMAS = [str(program.TESTS / "junit.xsd"),
           *filter(None, os.environ.get("JUNIT_SCHEMAS", "").split(":"))]

RUN = "the script is played to its end"


def run_tool(*words):
    if shutil.which(words[0]) is None:
        raise Skip(f"{words[0]}: not installed")
    return subprocess.run(words, check=False, text=True, encoding="utf-8", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=program.ENVIRONMENT)


def validate(*paths):
    for schema in SCHEMAS:
        done = run_tool("xmllint", "--noout", "--schema", schema, *map(str, paths))
        expect_equal(done.returncode, 0, f"xmllint with {schema} says {done.stdout}")


def prove(*paths):
    """What prove says, and its exit status."""
    done = run_tool("prove", "--exec", "cat", *map(str, paths))
    return done.stdout, done.returncode


class Played:
    """A run, with both reports, each where it can be found, and as it reads."""

    def __init__(self, folder, done):
        self.status = done.returncode
        self.complaint = done.stderr
        self.events = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
        self.paths = [Path(folder) / "run.tap", Path(folder) / "run.xml"]
        self.tap = tap_text.read(self.paths[0].read_bytes().decode("utf-8"))
        self.suites = ElementTree.parse(self.paths[1]).getroot()
        self.suite = self.suites[0]
        self.cases = self.suite.findall("testcase")

    def find_property(self, name):
        return [item.get("value") for item in self.suite.iter("property")
                if item.get("name") == name]


def outputs(folder):
    return ["--output", f"tap:{folder}/run.tap", "--output", f"junit:{folder}/run.xml",
            "--format=jsonl", "--show=all"]


def play(folder, *words, **options):
    played = Played(folder, run("run", *outputs(folder), *words, **options))
    compare(played)
    return played


def play_script(folder, text, *words, **options):
    return play(folder, *words, "-", input=text, **options)


def compare_check(event, point, case):
    """An expectation of JSON Lines, in both reports."""
    name = f"line {event['line']}: {event['statement']}"
    met = event["kind"] == "met"
    failure = case.find("failure")
    expect(case.get("name").startswith(tap_text.visible(name)), f"a case's name, of {event}")
    expect_equal(point.description, tap_text.shorten(case.get("name")), "a point's description")
    expect_equal((point.good, failure is None), (met, met), f"whether {event} is good")
    expect_equal(point.directive, None, "a directive")
    if met:
        expect_equal(point.block, None, "what is said of it")
        return
    fields = {key: event[key] for key in ("statement", "line", "seen", "time_usec") if key in event}
    for key, value in fields.items():
        shown = tap_text.visible(value, lines=True)
        expect_equal(point.block[key], tap_text.shorten(shown), f"{key} in its block")
    expect_equal(list(point.block), list(fields), "what its block has")
    expect_equal(failure.get("message"), tap_text.visible(event["seen"]), "its message")
    expect_in(f"time_usec: {event['time_usec']}", failure.text, "its text")


def compare_run(played, point, case):
    """What is said of the run itself."""
    broken = [case.find(kind) for kind in ("failure", "error") if case.find(kind) is not None]
    expect_equal((point.description, case.get("name")), (RUN, RUN), "the run's own result")
    expect_equal(point.good, not broken, "whether the script was played to its end")
    told = [event["text"] for event in played.events if event["kind"] == "explanation"]
    expect_equal(point.block.get("why", []), told, "why")
    expect_equal(point.block["events"], len(played.events), "how many events it says there were")
    for text in point.block.get("why", []):
        expect_in(f"  - {text}\n", played.suite.find("system-out").text, "standard output")


def compare_times(played):
    """The cases' times make up the suite's, and those are the run's."""
    n_usec = round(sum(float(case.get("time")) for case in played.cases) * 10**6)
    expect_equal(n_usec, played.tap.points[-1].block["time_usec"], "the cases' times")
    expect_equal(played.suite.get("time"), f"{n_usec // 1000 / 1000:.3f}", "the suite's time")


def compare(played):
    """Both reports say what the run's events say."""
    checks = [event for event in played.events
              if event["actor"] == "script" and event["kind"] in ("met", "failed")]
    expect_equal(len(played.tap.points), len(checks) + 1, "points")
    expect_equal(len(played.cases), len(checks) + 1, "cases")
    expect_equal(len({case.get("name") for case in played.cases}), len(checks) + 1, "names")
    for event, point, case in zip(checks, played.tap.points, played.cases):
        compare_check(event, point, case)
    compare_run(played, played.tap.points[-1], played.cases[-1])
    compare_times(played)
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("testcase", "tests")):
        n_elements = len(list(played.suite.iter(kind)))
        expect_equal(int(played.suite.get(attribute)), n_elements, attribute)


def compare_shipped(script):
    with tempfile.TemporaryDirectory() as folder:
        played = play(folder, script)
        expect_equal(played.status, 0, f"status; {played.complaint}")
        expect_equal(played.tap.comments[0], script, "the first comment")
        expect_equal(played.suite.get("name"), script, "the suite's name")
        title = list_scripts()[script]
        expect_equal(played.tap.comments[1], title, "the second comment")
        expect_equal(played.find_property("title"), [title], "the title")
        expect(all(case.get("classname") == script for case in played.cases), "classes")
        validate(played.paths[1])
        said, status = prove(played.paths[0])
        expect_equal(status, 0, f"status of prove, which said {said}")
        expect_in(f"Tests={len(played.tap.points)},", said, "what prove says")


FAILING = """# What does not come true.
# Problem: 1, made up.
#
# Where it comes from: nowhere,
# really.
let state=closed
listener web port=30000
client phone connect=web count=1
launch
wait phone.connected
repeat 2
expect web.state == $state
end
expect no phone.connected
print "so far"
"""


def test_failing():
    """expectations that failed, with what was seen; the script was played to its end"""
    with tempfile.TemporaryDirectory() as folder:
        played = play_script(folder, FAILING, "--set", "state=unbound")
        expect_equal(played.status, 1, "status")
        expect_equal([point.good for point in played.tap.points], [True, False, False, True, True],
                     "the points")
        expect_equal([point.description for point in played.tap.points[1:3]],
                     ["line 12: expect web.state == unbound",
                      "line 12: expect web.state == unbound (2)"], "one that is repeated")
        expect_equal(played.tap.points[1].block["seen"], "web.state was “listening”", "seen")
        expect_equal(played.tap.comments,
                     ["-", "What does not come true.", "Where it comes from: nowhere, really.",
                      "Problem: 1, made up.", "With state=unbound"], "comments")
        expect_equal([(item.get("name"), item.get("value"))
                      for item in played.suite.iter("property")],
                     [("title", "What does not come true."), ("source", "nowhere, really."),
                      ("problem", "1, made up."), ("set state", "unbound")], "properties")
        expect_equal(played.suite.find("system-out").text, "so far\n", "what is printed")
        validate(played.paths[1])
        said, status = prove(played.paths[0])
        expect_equal(status, 1, "status of prove")
        expect_in("Failed 2/5 subtests", said, "what prove says")


def test_nothing_expected():
    """a script without expectations has one result"""
    with tempfile.TemporaryDirectory() as folder:
        played = play_script(folder, "launch\n")
        expect_equal((played.status, len(played.tap.points)), (0, 1), "status and points")
        validate(played.paths[1])
        expect_equal(prove(played.paths[0])[1], 0, "status of prove")


def expect_end(played, status, end, element):
    """The run's own result is bad, and says what ended the run."""
    last = played.tap.points[-1]
    problem = played.cases[-1].find(element)
    expect_equal((played.status, last.good, last.block["end"]), (status, False, end), "the end")
    expect_equal(played.complaint, f"rebound: {last.block['problem']}\n", "the complaint")
    expect_equal((problem.get("type"), problem.get("message")), (end, last.block["problem"]),
                 "the case")
    validate(played.paths[1])


def test_broken_off():
    """a run that breaks off: the wait has failed, and so has the run"""
    with tempfile.TemporaryDirectory() as folder:
        played = play_script(folder, "launch\nexpect app.state == active\n"
                             "wait app.did-enter-background within 2s\n"
                             "expect app.state == active\n")
        expect_equal([point.good for point in played.tap.points], [True, False, False], "points")
        expect_end(played, 1, "broken off", "failure")
        expect_equal(played.tap.bail_out, None, "“Bail out!”")
        expect_equal(prove(played.paths[0])[1], 1, "status of prove")


def test_impossible():
    """a run that breaks off without any expectation"""
    with tempfile.TemporaryDirectory() as folder:
        played = play_script(folder, "peer listener web port=30000 on-accept=keep\nsocket s\n"
                             "launch\ns.socket\ns.connect to=web\ns.recv bytes=1B\n")
        expect_equal([point.good for point in played.tap.points], [False], "points")
        expect_end(played, 1, "broken off", "failure")


def test_interrupted():
    """Ctrl-C: what was reached by then, an error, and “Bail out!”"""
    with tempfile.TemporaryDirectory() as folder:
        process = start("run", *outputs(folder), "-", "--clock=real", stdin=subprocess.PIPE)
        process.stdin.write("launch\nexpect app.state == active\nafter 1h home\n")
        process.stdin.close()
        before = program.read_until(process, '"after 1h home"')
        process.send_signal(signal.SIGINT)
        done = subprocess.CompletedProcess([], None, before + process.stdout.read(),
                                           process.stderr.read())
        done.returncode = process.wait()
        played = Played(folder, done)
        compare(played)
        expect_equal([point.good for point in played.tap.points], [True, False], "points")
        expect_end(played, 130, "interrupted", "error")
        expect_in("interrupted", played.tap.bail_out, "“Bail out!”")
        said, status = prove(played.paths[0])
        expect(status not in (0, 1), f"status of prove: {status}")
        expect_in("Further testing stopped:", said, "what prove says")


def test_internal():
    """status 99: the run could not begin, an error"""
    with tempfile.TemporaryDirectory() as folder:
        for n_descriptors in range(24, 8, -1):
            prefix = ["sh", "-c", f"ulimit -n {n_descriptors}; exec \"$@\"", "sh"]
            done = run("run", *outputs(folder), "-", prefix=prefix, input="launch\n")
            if done.returncode == 99:
                break
        expect(Path(folder, "run.tap").exists(), f"no report, but {done.stderr}")
        played = Played(folder, done)
        compare(played)
        expect_end(played, 99, "internal error", "error")
        expect_equal(prove(played.paths[0])[1], 1, "status of prove")


# Texts that would be something else, if they were not watched.
HOSTILE = {
    "the end of a CDATA section": "]]>",
    "the end of an element": "</failure></testcase>",
    "a reference": "&lt;&#10;&nosuch;",
    "quotes": "'\" \\\" '",
    "a directive": "it # SKIP not \\# TODO this",
    "a comment": "-- <!-- x --> <?php",
    "lines of TAP": "a\nnot ok 2\n1..0\nBail out!\n  ...\n  ---\n",
    "a return": "a\rok 1\r\nb",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f",
    "more of them": "\x80\x85\x9b31m",
    "an escape": "\x1b[2J\x1b]0;title\x07",
    "right to left": "\u202egnp.exe \u2066x\u2069",
    "no characters": "\ufffe\uffff\ufdd0\U0001ffff",
    "line ends of Unicode": "a\u2028b\u2029c\u0085d",
    "many languages": "ä 漢字 \U0001f4f1 שלום",
}


def quote(text):
    """A text of the script language."""
    escapes = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\", "$": "\\$"}
    escapes = {chr(code): f"\\x{code:02x}" for code in range(1, 32)} | escapes
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'


def play_hostile(piece, n_times=1):
    """PIECE as what is seen, as what is printed, and in a statement."""
    text = piece * n_times
    script = (f"let a={quote(piece)}\npeer listener web port=30000 on-accept=hello\nlaunch\n"
              f"set web greeting=\"{'$a' * n_times}\"\nprint \"{{web.greeting}}\"\n"
              f"expect web.greeting == x\nexpect web.greeting == \"{'$a' * n_times}\"\n")
    with tempfile.TemporaryDirectory() as folder:
        played = play_script(folder, script)
        expect_equal([point.good for point in played.tap.points], [False, True, True], "points")
        seen = f"web.greeting was “{tap_text.visible(text)}”"
        expect_equal(played.cases[0].find("failure").get("message"), seen, "XML")
        expect_equal(played.suite.find("system-out").text,
                     tap_text.visible(text, lines=True) + "\n", "standard output")
        validate(played.paths[1])
        said, status = prove(played.paths[0])
        expect_equal(status, 1, f"status of prove, which said {said[-2000:]}")
        expect_in("Failed 1/3 subtests", said, "what prove says")


def test_megabyte():
    """a megabyte of it, of which TAP has what prove can read"""
    piece = "<&#]]>\\ä'\"" * 1500
    play_hostile(piece, 10**6 // len(piece.encode()))


def test_ten_megabytes():
    """ten megabytes that are printed, of which the XML has what xmllint can read"""
    text = "<&]]>ä" * 2000
    script = (f"let a={quote(text)}\npeer listener web port=30000\nlaunch\n"
              f"set web greeting=\"{'$a' * 60}\"\nprint \"{'{web.greeting}' * 14}\"\n")
    with tempfile.TemporaryDirectory() as folder:
        played = play_script(folder, script)
        expect_equal(played.status, 0, f"status; {played.complaint}")
        shown = played.suite.find("system-out").text
        whole = text * 60 * 14 + "\n"
        begin, mark, rest = shown.rpartition("… (")
        expect(mark and whole.startswith(begin), "it is not the beginning of what was printed")
        n_more = len(whole.encode()) - len(begin.encode())
        expect_equal(rest, f"{n_more} bytes more)", "what is said of the rest")
        validate(played.paths[1])


def test_received():
    """bytes that are no UTF-8, from a peer"""
    script = ("peer listener web port=30000 on-accept=hello greeting=\"漢]]>\"\nsocket s\nlaunch\n"
              "s.socket\ns.connect to=web\ns.recv bytes=2B\nexpect s.data == \"\"\n")
    with tempfile.TemporaryDirectory() as folder:
        played = play_script(folder, script)
        expect_in(r"\xe6\xbc", played.tap.points[0].block["seen"], "what was seen")
        validate(played.paths[1])
        expect_equal(prove(played.paths[0])[1], 1, "status of prove")


def test_hostile_name():
    """a script whose path says what it should not"""
    for name in ("a\n]]><&\"'.life", "# SKIP\x1b[2J\u202e.life", "  ", b"\xff\xfe.life"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / os.fsdecode(name)
            path.write_text("launch\nexpect app.state == active\n", encoding="utf-8")
            played = play(folder, path.name, cwd=folder)
            expect_equal(played.status, 0, f"status; {played.complaint}")
            validate(played.paths[1])
            expect_equal(prove(played.paths[0])[1], 0, "status of prove")


def test_schema():
    """what one of the field's schemas refuses, ours refuses too"""
    good = ('<?xml version="1.0"?><testsuites><testsuite name="a" package="b" id="0" '
            'timestamp="1970-01-01T00:00:00" hostname="localhost" tests="1" failures="0" '
            'errors="0" time="0.000"><properties/><testcase name="c" classname="a" time="0.5">'
            '<failure message="d" type="e">f</failure></testcase><system-out/><system-err/>'
            '</testsuite></testsuites>')
    wrong = [("<testsuites>", '<testsuites tests="1">'), ("00:00:00", "00:00:00Z"),
             ('errors="0"', 'errors="0" skipped="0"'), ('time="0.000"', 'time="0.0000"'),
             ("<properties/>", ""), ('type="e"', ""), (' package="b"', ""), (' id="0"', ""),
             ("<system-out/><system-err/>", "<system-err/><system-out/>"),
             ("<system-out/>", ""), ('name="a"', 'name=" "'), ('time="0.5"', 'time="1,000.5"'),
             ("</failure>", "</failure><error message='g' type='h'/>"), ("f</", "&#1;</")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.xml"
        path.write_text(good, encoding="utf-8")
        validate(path)
        for before, after in wrong:
            expect_in(before, good, "what is to be changed")
            path.write_text(good.replace(before, after), encoding="utf-8")
            done = run_tool("xmllint", "--noout", "--schema", SCHEMAS[0], str(path))
            expect(done.returncode != 0, f"{after} instead of {before} is valid")


def test_strict_reader():
    """our reader of TAP refuses what is none"""
    head = "TAP version 13\n"
    for text in ("", "ok 1\n1..1\n", head + "ok 1\n", head + "ok 2\n1..1\n", head + "ok 1\n1..2\n",
                 head + "ok 1\nwhat\n1..1\n", head + "ok 1\n1..1\nok 2\n", head + "1..0",
                 head + "Bail out! x\n1..0\n", head + "  ---\n  ...\n1..0\n",
                 head + "ok 1\n  ---\n  a: b\n  ...\n1..1\n", head + "ok 1\n  ---\n1..1\n",
                 head + "ok 1 - a\r\n1..1\n", head + "ok 1 - a # b\n1..1\n"):
        try:
            tap_text.read(text)
        except (program.Failure, ValueError):
            continue
        raise program.Failure(f"it reads {text!r}")
    expect_equal(len(tap_text.read(head + "ok 1 - a \\# b\n1..1\n").points), 1, "points")


def main():
    cases = [(f"{script}: TAP and JUnit say what its events say",
              functools.partial(compare_shipped, script)) for script in list_scripts()]
    cases += [(f"hostile: {what}", functools.partial(play_hostile, text))
              for what, text in HOSTILE.items()]
    return program.main(cases + program.cases_of(globals()))


if __name__ == "__main__":
    sys.exit(main())
