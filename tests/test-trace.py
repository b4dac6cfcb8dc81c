#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The trace as a file: it keeps the rules of its format (trace_rules.py, which is tested here with
files that break them), has every event of the run once, and is whole and the same whatever happens.
What its slices, arrows and counters say is in test-trace-content.py.
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import program
import trace_rules
from program import expect, expect_equal, expect_in, expect_status, read_until, run, start
from trace_run import SLOT_NS, Run, each_run, play, read_both


# -- the rules --

def test_rules():
    """every shipped script's trace keeps the rules"""
    for a_run in each_run():
        found = trace_rules.check(a_run.text)
        expect(not found, f"{a_run.name}: " + "\n".join(found[:10]))


GOOD = [
    {"ph": "M", "pid": 1, "name": "process_name", "args": {"name": "one"}},
    {"ph": "M", "pid": 1, "name": "process_sort_index", "args": {"sort_index": 3}},
    {"ph": "M", "pid": 1, "tid": 11, "name": "thread_name", "args": {"name": "a"}},
    {"ph": "M", "pid": 1, "tid": 12, "name": "thread_name", "args": {"name": "b"}},
    {"ph": "M", "pid": 2, "name": "process_name", "args": {"name": "two"}},
    {"ph": "M", "pid": 2, "tid": 21, "name": "thread_name", "args": {"name": "c"}},
    {"ph": "X", "pid": 1, "tid": 11, "ts": 0, "dur": 10, "cat": "x", "name": "around"},
    {"ph": "X", "pid": 1, "tid": 11, "ts": 1, "dur": 2.5, "cat": "x", "name": "within"},
    {"ph": "X", "pid": 1, "tid": 11, "ts": 10, "dur": 5, "cat": "x", "name": "after"},
    {"ph": "X", "pid": 2, "tid": 21, "ts": 2, "dur": 4, "cat": "x", "name": "elsewhere"},
    {"ph": "i", "pid": 1, "tid": 12, "s": "t", "ts": 3.125, "cat": "x", "name": "word"},
    {"ph": "s", "pid": 1, "tid": 11, "ts": 1.5, "cat": "f", "name": "flow", "id": 7},
    {"ph": "t", "pid": 1, "tid": 11, "ts": 2, "cat": "f", "name": "flow", "id": 7},
    {"ph": "f", "pid": 2, "tid": 21, "ts": 3, "cat": "f", "name": "flow", "id": 7, "bp": "e"},
    {"ph": "C", "pid": 1, "ts": 0, "name": "count", "args": {"n": 0}},
    {"ph": "C", "pid": 1, "ts": 4, "name": "count", "args": {"n": 1}},
]


def to_text(records):
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": records})


def set_in(index, **changes):
    """GOOD with CHANGES in a record; None takes a key out."""
    records = [dict(record) for record in GOOD]
    for key, value in changes.items():
        if value is None:
            del records[index][key]
        else:
            records[index][key] = value
    return to_text(records)


def without(*indices):
    return to_text([record for index, record in enumerate(GOOD) if index not in indices])


def and_also(*records):
    return to_text([*GOOD, *records])


# What is broken, and what the checker has to say of it.
BROKEN = [
    ("a file that ends too early", to_text(GOOD)[:-2], "no JSON"),
    ("a number that is none", to_text(GOOD).replace("2.5", "NaN"), "NaN is no JSON"),
    ("a key twice", to_text(GOOD).replace('"dur": 2.5', '"dur": 2.5, "dur": 1'),
     "a key stands twice"),
    ("bytes that are no UTF-8", to_text(GOOD).encode().replace(b"word", b"w\xffrd"), "no JSON"),
    ("a list and nothing around it", json.dumps(GOOD), "no list traceEvents"),
    ("no unit", json.dumps({"traceEvents": GOOD}), "displayTimeUnit"),
    ("what is no record", and_also(5), "no object"),
    ("a phase that nobody knows", set_in(10, ph="q"), "no phase is called 'q'"),
    ("a pid that is text", set_in(10, pid="1"), "pid is no number"),
    ("no tid", set_in(10, tid=None), "tid is no number"),
    ("a truth for a number", set_in(10, tid=True), "tid is no number"),
    ("no time", set_in(10, ts=None), "ts is no number"),
    ("a time that is text", set_in(10, ts="3"), "ts is no number"),
    ("a time before the run", set_in(10, ts=-1), "ts is below 0"),
    ("a time that is too fine", set_in(10, ts=3.001), "eighths of a microsecond"),
    ("no name", set_in(10, name=None), "name is no text"),
    ("no category", set_in(10, cat=None), "cat is no text"),
    ("args that are no object", set_in(10, args=[1]), "args are no object"),
    ("a slice without its length", set_in(7, dur=None), "X without dur"),
    ("a slice of no length", set_in(7, dur=0), "dur is 0"),
    ("a slice of negative length", set_in(7, dur=-1), "dur is below 0"),
    ("slices that overlap", set_in(8, ts=9), "overlaps record"),
    ("a slice that sticks out", set_in(7, dur=9.5), "overlaps record"),
    ("an instant of no scope", set_in(10, s=None), "an instant's s"),
    ("a flow's id that is text", set_in(11, id="7"), "id is no integer"),
    ("a flow's end that holds on to what follows", set_in(13, bp=None), '"bp":"e"'),
    ("a flow without its beginning", without(11), "0 beginnings"),
    ("a flow without its end", without(13), "0 ends"),
    ("a flow that begins twice", and_also(GOOD[11]), "2 beginnings"),
    ("a flow of another name", set_in(13, name="other"), "0 ends"),
    ("a flow of another category", set_in(13, cat="other"), "0 ends"),
    ("a flow into the past", set_in(11, ts=4, tid=21, pid=2), "before it begins"),
    ("a flow that goes on behind its end", set_in(12, ts=5, tid=21, pid=2), "behind its end"),
    ("a flow that leaves from nowhere", set_in(11, tid=12), "s is in no slice"),
    ("a flow that arrives nowhere", set_in(13, ts=6), "f is in no slice"),
    ("a process without a name", without(4), "what 2 is called"),
    ("a lane without a name", without(3), "what (1, 12) is called"),
    ("a lane that is named twice", and_also(GOOD[3]), "named twice"),
    ("a name that is empty", set_in(3, args={"name": ""}), "is empty"),
    ("metadata that nobody reads", set_in(3, name="thread_title"), "no metadata is called"),
    ("metadata that says nothing", set_in(3, args={}), "has no name in its args"),
    ("a tid in two processes", set_in(10, pid=2), "in two processes"),
    ("a counter without a value", set_in(15, args=None), "a counter has no args"),
    ("a counter of text", set_in(15, args={"n": "1"}), "what is no number"),
    ("a counter of other series", set_in(15, args={"m": 1}), "other series"),
    ("a counter with two values at a time", set_in(15, ts=0), "two values"),
]


def test_checker():
    """the checker names what is wrong with each file that breaks a rule, and nothing else"""
    expect_equal(trace_rules.check(to_text(GOOD)), [], "a good file")
    for what, text, named in BROKEN:
        found = trace_rules.check(text)
        expect(any(named in breakage for breakage in found),
               f"{what}: “{named}” is not in {found}")


# -- against the JSON Lines --

def test_events():
    """every event is an instant, once, with all that its line has, on its actor's lane"""
    for a_run in each_run():
        instants = a_run.of("i")
        expect_equal([record["args"] for record in instants], a_run.events, a_run.name)
        expect_equal([record["name"] for record in instants],
                     [event["kind"] for event in a_run.events], f"{a_run.name}: names")
        for record in instants:
            is_packet = record["cat"] == "packets"
            expect_equal(a_run.lane_of(record),
                         "packets" if is_packet else record["args"]["actor"],
                         f"{a_run.name}: the lane of {record['args']}")


def test_order():
    """events are where their time is, or behind what is there already, in their order"""
    for a_run in each_run():
        before_ns = 0
        for event in a_run.events:
            expect_equal(a_run.place_ns[event["n"]],
                         max(event["time_usec"] * 1000, before_ns + SLOT_NS),
                         f"{a_run.name}: where event {event['n']} is")
            before_ns = a_run.place_ns[event["n"]]


def test_groups():
    """processes: the script, the device, the peers, the kernel, and each application"""
    processes = play("two-applications").processes
    expect_equal(sorted(processes.values()),
                 ["application app", "application mail", "kernel", "peers", "script"],
                 "processes")
    a_run = play("day-in-the-life")
    homes = {name: a_run.processes[pid] for (pid, _), name in a_run.lanes.items()}
    expect_equal({actor: homes[actor] for actor in ("app", "web", "mail", "inbox", "phone", "post",
                                                    "script", "device", "kernel", "packets")},
                 {"app": "application app", "web": "application app", "mail": "application mail",
                  "inbox": "application mail", "phone": "peers", "post": "peers",
                  "script": "script", "device": "device", "kernel": "kernel",
                  "packets": "kernel"}, "whose lanes are whose")
    orders = {record["pid"]: record["args"]["sort_index"] for record in a_run.of("M")
              if record["name"] == "process_sort_index"}
    expect_equal([a_run.processes[pid] for pid in sorted(orders, key=orders.get)],
                 ["script", "device", "application app", "application mail", "peers", "kernel"],
                 "their order")


# -- what else a file has to be --

HOSTILE = "# A “title” with \u202e turned text, \\ and <script>\nlaunch\n" \
          'print "quote \\" backslash \\\\ \u202e </script> \u2028\x85\U0001f4a5"\n'


def test_hostile():
    """strings stay text, whatever is in them"""
    a_run = Run("hostile", *read_both("-", input=HOSTILE))
    expect_equal(trace_rules.check(a_run.text), [], "the rules")
    expect_equal([record["args"] for record in a_run.of("i")], a_run.events, "events")
    expect_equal(a_run.whole["otherData"]["title"],
                 "A “title” with \u202e turned text, \\ and <script>", "the title")
    printed = [event["text"] for event in a_run.events if event["kind"] == "print"]
    expect_in("\u202e </script> \u2028\x85\U0001f4a5", printed[0], "what is printed")


def test_bytes():
    """bytes that are no text, and control characters, are no way out of a string"""
    for text in (b'launch\nprint "a \x01 \x1b[31m b"\n', b'# \x01\x7f\nlaunch\n',
                 b'launch\nprint "\xff\xfe"\n'):
        with tempfile.TemporaryDirectory() as folder:
            trace = Path(folder, "trace")
            done = run("run", "-", "-o", f"trace:{trace}", input=text, text=False)
            expect(done.returncode in (0, 2), f"{text}: status {done.returncode}: {done.stderr}")
            if done.returncode == 0:
                expect_equal(trace_rules.check(trace.read_bytes()), [], f"{text}")


def test_name():
    """a script's name may be bytes that are no text"""
    with tempfile.TemporaryDirectory() as folder:
        script, trace = os.fsencode(folder) + b"/a\xff\"\n.life", Path(folder, "trace")
        Path(os.fsdecode(script)).write_text("launch\n", encoding="utf-8")
        done = run("run", script, "-o", f"trace:{trace}", text=False)
        expect_equal(done.returncode, 0, f"status; {done.stderr}")
        expect_equal(trace_rules.check(trace.read_bytes()), [], "the rules")
        name = trace_rules.parse(trace.read_text(encoding="utf-8"))["otherData"]["script"]
        expect(name.endswith('/a\ufffd"\n.life'), f"its name: {name!r}")


def test_same():
    """two runs have the same file, to the byte, and nothing of the machine is in it"""
    for script in ("rebind-bug", "pool-lock", "defunct-socket", "simultaneous-close"):
        expect_equal(read_both(script)[0] == play(script).text, True, f"{script}: the same")
        expect("/tmp" not in play(script).text, f"{script}: a path is in it")
    quiet = read_both("rebind-bug", "--quiet", "--show=life")[0]
    expect(quiet == play("rebind-bug").text, "it depends on what is shown")


def test_full():
    """a trace that cannot be written is an error"""
    expect_status(run("run", "rebind-bug", "-o", "trace:/dev/full"), 99)


def test_without_packets():
    """without isolation there are no packets, and a trace all the same"""
    text, lines = read_both("-", "--no-isolation", "--clock=real",
                            input="launch\nafter 10ms home\nafter 10ms\n")
    a_run = Run("real", text, lines)
    expect_equal(trace_rules.check(text), [], "the rules")
    expect_equal([record["args"] for record in a_run.of("i")], a_run.events, "events")


def test_failed_run():
    """a run that fails has a whole trace"""
    a_run = Run("failed", *read_both("rebind-fix", "--set", "reuse-address=no"))
    expect_equal(trace_rules.check(a_run.text), [], "the rules")
    expect_equal(a_run.whole["otherData"]["settings"], "reuse-address=no", "settings")
    expect_equal([record["args"] for record in a_run.of("i")], a_run.events, "events")


def test_interrupted():
    """a run that is interrupted has a whole trace, up to there"""
    with tempfile.TemporaryDirectory() as folder:
        script, trace = Path(folder, "script.life"), Path(folder, "trace")
        script.write_text("launch\nafter 1h home\n", encoding="utf-8")
        process = start("run", str(script), "--clock=real", "-o", f"trace:{trace}")
        read_until(process, "did become active")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=program.HANG_SECONDS)
        expect_equal(process.returncode, 130, "status")
        text = trace.read_text(encoding="utf-8")
    expect_equal(trace_rules.check(text), [], "the rules")
    states = [record["name"] for record in trace_rules.parse(text)["traceEvents"]
              if record.get("cat") == "state"]
    expect_equal(states, ["not-running", "inactive", "active"], "states")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
