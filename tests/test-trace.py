#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The trace: it keeps the rules of its format (trace_rules.py, which is tested here with files that
break them), and it says what the JSON Lines of the same run say: every event once, and of states,
tasks, sockets and pools what can be worked out from the lines without a look at the program.
"""

import functools
import json
import os
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import program
import trace_rules
from program import (expect, expect_equal, expect_in, expect_status, list_scripts, read_until, run,
                     start)
from trace_rules import lane, ns

# An event's room, and where in it are its mark and the ends of flows.
SLOT_NS, MARK_NS, LEAVE_NS, ARRIVE_NS = 500, 125, 250, 375


def read_both(script, *words, **options):
    """A run's trace as text, and its JSON Lines."""
    with tempfile.TemporaryDirectory() as folder:
        trace, lines = Path(folder, "trace"), Path(folder, "lines")
        done = run("run", script, "-o", f"trace:{trace}", "-o", f"jsonl:{lines}", *words,
                   **options)
        expect(trace.exists() and lines.exists(), f"{script}: no report:\n{done.stderr}")
        return trace.read_text(encoding="utf-8"), lines.read_text(encoding="utf-8")


class Run:
    """What both reports have of one run."""

    def __init__(self, name, trace, lines):
        self.name = name
        self.text = trace
        self.events = [json.loads(line) for line in lines.splitlines()]
        self.whole = trace_rules.parse(trace)
        self.records = self.whole["traceEvents"]
        self.lanes = {lane(record): record["args"]["name"] for record in self.of("M")
                      if record["name"] == "thread_name"}
        self.processes = {record["pid"]: record["args"]["name"] for record in self.of("M")
                          if record["name"] == "process_name"}
        self.place_ns = {record["args"]["n"]: ns(record["ts"]) - MARK_NS for record in self.of("i")}
        self.end_ns = max([ns(record["ts"]) + ns(record["dur"]) for record in self.of("X")],
                          default=0)

    def of(self, phase, category=None):
        return [record for record in self.records
                if record["ph"] == phase and category in (None, record.get("cat"))]

    def time(self, number):
        return self.events[number - 1]["time_usec"]

    def lane_of(self, record):
        return self.lanes[lane(record)]


@functools.cache
def play(script):
    return Run(script, *read_both(script))


def each_run():
    return map(play, list_scripts())


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


# What an application is after a callback, as docs/lifecycle.md has it.
STATE_AFTER = {
    "will-finish-launching": "launching", "did-become-active": "active",
    "will-resign-active": "inactive", "did-enter-background": "background",
    "will-enter-foreground": "inactive", "suspended": "suspended", "resumed": "background",
    "died": "not-running",
}


def list_states(events, application):
    """(state, the event it begins with, the event it ends with); None at the run's ends."""
    told = [(STATE_AFTER[event["kind"]], event["n"]) for event in events
            if event["actor"] == application and event["kind"] in STATE_AFTER]
    states = [("not-running", None)]
    for state, number in told:
        if states[-1][0] == "launching" and state != "launching":
            # What it was while it launched shows in what it came to.
            states[-1] = ("background" if state == "background" else "inactive", states[-1][1])
        if states[-1][0] != state:
            states.append((state, number))
    if states[-1][0] == "launching":
        states[-1] = ("inactive", states[-1][1])
    ends = [number for _, number in states[1:]] + [None]
    return [(state, begin, end) for (state, begin), end in zip(states, ends)]


def bounds(record):
    return record["args"].get("from_event"), record["args"].get("to_event")


def expect_bounds(a_run, record):
    """A slice is from its first event to its last one, or to the run's end."""
    begin, end = bounds(record)
    at_ns = ns(record["ts"]), ns(record["ts"]) + ns(record["dur"])
    expect_equal(at_ns, (a_run.place_ns[begin] if begin else 0,
                         a_run.place_ns[end] if end else a_run.end_ns),
                 f"{a_run.name}: where {record} is")


def test_states():
    """an application's states are those that its callbacks tell of"""
    for a_run in each_run():
        seen = defaultdict(list)
        for record in sorted(a_run.of("X", "state"), key=lambda record: record["ts"]):
            expect_bounds(a_run, record)
            seen[a_run.lane_of(record)].append((record["name"], *bounds(record)))
        applications = {event["actor"] for event in a_run.events
                        if event["kind"] == "will-finish-launching"}
        expect_equal(set(seen), applications, f"{a_run.name}: applications")
        for application, states in seen.items():
            expect_equal([(name, begin, end) for name, begin, end in states],
                         [state for state in list_states(a_run.events, application)],
                         f"{a_run.name}: {application}")


def list_tasks(events):
    tasks, open_tasks = [], []
    for event in events:
        actor, kind = event["actor"], event["kind"]
        if kind == "task-begun":
            open_tasks.append((actor, event["name"], event["n"]))
        over = [task for task in open_tasks
                if task[0] == actor and (kind == "died"
                                         or kind == "task-ended" and task[1] == event["name"])]
        for task in over[:1] if kind == "task-ended" else over:
            open_tasks.remove(task)
            tasks.append((*task[1:], event["n"]))
    return sorted(tasks + [(*task[1:], None) for task in open_tasks], key=lambda task: task[1])


def test_tasks():
    """a background task is a slice on a lane that no other has at the time"""
    for a_run in each_run():
        tasks = sorted(a_run.of("X", "task"), key=lambda record: record["ts"])
        expect_equal([(record["name"], *bounds(record)) for record in tasks],
                     list_tasks(a_run.events), f"{a_run.name}: tasks")
        for record in tasks:
            expect_bounds(a_run, record)
    expect(play("background-task").of("X", "task"), "background-task has none")


TASKS = """listener web port=30000
launch
app.begin-task name=one
app.begin-task name=two
app.begin-task name=one
after 1s app.end-task name=one
after 1s app.begin-task name=three
after 2s kill
"""


def test_tasks_at_once():
    """tasks that there are at the same time have a lane each, which is used again"""
    a_run = Run("tasks", *read_both("-", input=TASKS))
    expect_equal(trace_rules.check(a_run.text), [], "the rules")
    lanes = sorted((bounds(record), record["name"], a_run.lane_of(record).rpartition(" ")[2])
                   for record in a_run.of("X", "task"))
    expect_equal([lane[1:] for lane in lanes],
                 [("one", "1"), ("two", "2"), ("one", "3"), ("three", "1")], "whose lane is whose")
    expect_equal([(lane[1], *lane[0]) for lane in lanes], list_tasks(a_run.events), "when")
    orders = {record["args"]["sort_index"] for record in a_run.of("M")
              if record["name"] == "thread_sort_index"}
    expect_equal(len(orders), len(a_run.lanes), "places of the lanes")


def test_busy():
    """a handler that was busy is a slice of its length, within a state"""
    a_run = play("watchdog-launch")
    busy = [round(record["dur"] / 1000000) for record in a_run.of("X", "busy")]
    expect_equal(busy, [event["duration_usec"] // 1000000 for event in a_run.events
                        if event["kind"] == "busy"], "seconds")


def list_time_waits(events):
    """(connection, end, the event it began with, the one it ended with), by the kernel's words.
    Those of one name end in the order in which they began, for they last equally long."""
    waits, over = defaultdict(list), []
    for event in events:
        if event["kind"] == "state-changed" and event["to"] == "TIME_WAIT":
            waits[event["connection"], event["end"]].append(event["n"])
        elif (event["kind"] == "state-changed" and event["from"] == "TIME_WAIT"
              or event["kind"] in ("remainder-expired", "remainder-forgotten")
              and event["state"] == "TIME_WAIT"):
            key = event["connection"], event["end"]
            over.append((*key, waits[key].pop(0), event["n"]))
    return over + [(*key, begin, None) for key, begins in waits.items() for begin in begins]


def test_time_wait():
    """every TIME_WAIT of the kernel's is a slice of its length"""
    n_seen = 0
    for a_run in each_run():
        slices = [record for record in a_run.of("X", "socket") if record["name"] == "TIME_WAIT"]
        seen = [(record["args"]["connection"], record["args"]["end"], *bounds(record))
                for record in slices]
        expect_equal(Counter(seen), Counter(list_time_waits(a_run.events)), a_run.name)
        for record in slices:
            begin, end = bounds(record)
            expect_bounds(a_run, record)
            if end is not None and a_run.place_ns[end] == a_run.time(end) * 1000:
                expect(0 <= a_run.time(end) - a_run.time(begin) - record["dur"] < 1000,
                       f"{a_run.name}: the length of {record}")
        n_seen += len(seen)
    expect(n_seen > 1000, f"only {n_seen} were seen")


def test_socket_states():
    """every change of a socket's state is the end of a slice and the beginning of another"""
    for a_run in each_run():
        begun, ended = defaultdict(list), defaultdict(list)
        for record in a_run.of("X", "socket"):
            expect_bounds(a_run, record)
            begin, end = bounds(record)
            key = record["args"]["connection"], record["args"]["end"]
            expect_in(key[0] if key[0] != key[1] else "listening", a_run.lane_of(record), "a lane")
            begun[(*key, record["name"])].append(begin)
            ended[(*key, record["name"], end)].append(record)
        for event in a_run.events:
            if event["kind"] != "state-changed":
                continue
            key = event["connection"], event["end"]
            if event["to"] != "CLOSED":
                expect(any(a_run.time(begin) == event["time_usec"] and begin <= event["n"]
                           for begin in begun[(*key, event["to"])]),
                       f"{a_run.name}: no slice begins with {event}")
            if event["from"] == "CLOSED":
                expect(not ended[(*key, "open", event["n"])] or event["to"] != "ESTABLISHED",
                       f"{a_run.name}: it was open, and then {event}")
            else:
                expect_equal(len(ended[(*key, event["from"], event["n"])]), 1,
                             f"{a_run.name}: slices that end with {event}")


def test_open_within_an_instant():
    """an end that came and went within an instant was open from its owner's word to its next one"""
    a_run = play("rebind-bug")
    opened = {(record["args"]["connection"], record["args"]["end"]): bounds(record)
              for record in a_run.of("X", "socket") if record["name"] == "open"}
    words = defaultdict(list)
    for event in a_run.events:
        if event["kind"] in ("connected", "accepted", "connection-closed", "closed"):
            words[event.get("connection"), event["actor"]].append(event["n"])
    expect_equal(opened, {key: tuple(numbers) for key, numbers in words.items() if key[0]}, "ends")
    expect_equal({key[0] for key in opened}, {"phone#1", "phone#2"}, "connections")


def test_listening():
    """a listening socket ends with its owner's word, or with its owner"""
    a_run = play("kill-and-relaunch")
    listening = [bounds(record) for record in a_run.of("X", "socket") if record["name"] == "LISTEN"]
    died = [event["n"] for event in a_run.events if event["kind"] == "died"]
    told = [event["n"] for event in a_run.events if event.get("to") == "LISTEN"]
    expect_equal(sorted(listening), [(told[0], died[0]), (told[1], None)], "when it listened")
    a_run = play("rebind-bug")
    listening = [record["args"] for record in a_run.of("X", "socket") if record["name"] == "LISTEN"]
    expect_equal([(args["generation"], args.get("to_event")) for args in listening],
                 [(1, 25), (3, None)], "rebind-bug: generations")


def list_listening(a_run):
    return [(record["args"]["from_event"], record["args"].get("to_event"))
            for record in sorted(a_run.of("X", "socket"), key=lambda record: record["ts"])
            if record["name"] == "LISTEN"]


REPLACED = """listener web port=30000 reuse-port=yes background-policy=keep
set web reopen=dup2 check-on-return=none
launch
home
open
after 1s
"""


def test_listening_replaced():
    """a listening socket ends with a close() that its owner calls, and with a dup2() onto it"""
    a_run = play("folk-cures")
    told = [event["n"] for event in a_run.events if event.get("to") == "LISTEN"]
    closed = [event["n"] for event in a_run.events
              if event["actor"] == "web" and event.get("call") == "close"]
    expect_equal(list_listening(a_run), list(zip(told, closed)), "folk-cures")
    a_run = Run("replaced", *read_both("-", input=REPLACED))
    told = [event["n"] for event in a_run.events if event.get("to") == "LISTEN"]
    replaced = [event["n"] for event in a_run.events if event["kind"] == "descriptor-replaced"]
    expect_equal(len(told), 2, "how often it listened")
    expect_equal(list_listening(a_run), list(zip(told, [*replaced, None])), "when it listened")


def test_endings():
    """how a socket ended is among what its slice says"""
    def endings(script):
        return Counter((record["args"].get("ended_by"), record["args"].get("reclaimed"))
                       for record in play(script).of("X", "socket")
                       if record["name"] != "LISTEN" and record["args"].get("to_event"))
    expect_equal(set(endings("rebind-bug")), {("FIN", None)}, "rebind-bug")
    expect(endings("cfsocket-accept-once")["RST", None] >= 2, "cfsocket-accept-once: no RST")
    expect({("FIN", "fin"), ("RST", "destroy")} <= set(endings("defunct-socket")),
           f"defunct-socket: {endings('defunct-socket')}")
    # Two connections of one name, of which the second comes while the first is in TIME_WAIT.
    of_name = [record for record in play("pool-policies").of("X", "socket")
               if record["args"]["connection"] == "asi#request-63"]
    waits = [record["args"] for record in of_name if record["name"] == "TIME_WAIT"]
    expect_equal([args.get("sent_by") for args in waits], ["127.0.0.1:30001"] * 2, "request-63")
    expect_equal([record["args"].get("ended_by") for record in of_name
                  if record["name"] == "ESTABLISHED"], ["FIN"] * 4, "its ends")


# -- counters --

def read_counter(a_run, name):
    values = [(record["ts"], *record["args"].values()) for record in a_run.of("C")
              if record["name"] == name]
    return [value for _, value in sorted(values)]


def test_socket_counters():
    """the counters of sockets are how many slices there are, at every instant, and at the end"""
    for a_run in each_run():
        for name, is_counted in (("TIME_WAIT", lambda state: state == "TIME_WAIT"),
                                 ("open sockets", lambda state: state != "TIME_WAIT")):
            changes = Counter()
            for record in a_run.of("X", "socket"):
                if is_counted(record["name"]):
                    begin, end = bounds(record)
                    changes[a_run.place_ns[begin]] += 1
                    changes[a_run.place_ns[end] if end else None] -= 1
            counted = {ns(record["ts"]): record["args"]["sockets"] for record in a_run.of("C")
                       if record["name"] == name}
            total = 0
            for at_ns in sorted(key for key in changes if key is not None):
                total += changes[at_ns]
                expect(changes[at_ns] == 0 or counted.get(at_ns) == total,
                       f"{a_run.name}: {name} at {at_ns} ns: expected {total}, saw "
                       f"{counted.get(at_ns)}")
            expect_equal(counted[max(counted)], -changes[None], f"{a_run.name}: {name} at the end")


NO_MORE_IDLE = {"will-use", "expired", "retired", "cleared", "server-closed", "found-dead",
                "invalidates"}


def count_idle(events, client, application):
    idle, sizes = set(), []
    for event in events:
        before = len(idle)
        if event["actor"] == client and event["kind"] in ("keeps", "keeps-as-told"):
            idle.add(event["connection"])
        elif event["actor"] == client and event["kind"] in NO_MORE_IDLE:
            idle.discard(event["connection"])
        elif event["actor"] == application and event["kind"] == "died":
            idle.clear()
        if len(idle) != before:
            sizes.append(len(idle))
    return sizes


def test_pools():
    """a pool's counter is how many connections its client keeps"""
    n_seen = 0
    for script in list_scripts():
        a_run = play(script)
        for client in {event["actor"] for event in a_run.events if event["kind"] == "keeps"}:
            expect_equal(read_counter(a_run, f"idle connections of {client}"),
                         count_idle(a_run.events, client, "app"), f"{script}: {client}")
            n_seen += 1
    expect(n_seen > 5, f"only {n_seen} pools were seen")


POOL_DIES = """peer http-server server port=30000
http-client http
launch
http.get uri=http://server/ count=2
after 1s kill
after 1s
"""


def test_pool_dies():
    """a process's pool ends with it"""
    a_run = Run("pool", *read_both("-", input=POOL_DIES))
    sizes = read_counter(a_run, "idle connections of http")
    expect_equal(sizes, count_idle(a_run.events, "http", "app"), "sizes")
    expect_equal((max(sizes), sizes[-1]), (2, 0), "the most, and the last")


QUEUES = """listener web port=30000 reuse-address=yes
peer socket phone
launch
phone.socket
phone.connect to=web
phone.send text=hello
print sockets
after 1s
"""


def test_queues():
    """bytes in queues are counted where the table of sockets tells of them"""
    a_run = Run("queues", *read_both("-", input=QUEUES))
    rows = [event for event in a_run.events
            if event["kind"] == "socket" and event["state"] != "LISTEN"]
    expect(rows, "the table has no rows")
    counters = [record["args"] for record in a_run.of("C") if record["name"] == "queued bytes"]
    expect_equal(counters, [{"received, not read": sum(row["recv_q"] for row in rows),
                             "sent, not acknowledged": sum(row["send_q"] for row in rows)}],
                 "the counter")
    expect_equal(trace_rules.check(a_run.text), [], "the rules")


# -- flows --

def list_flows(a_run, name):
    """Pairs of (lane, number of the event) at both ends of each flow."""
    marks = {(lane(record), ns(record["ts"])): record["args"]["event"]
             for record in a_run.of("X", "mark")}
    ends = defaultdict(dict)
    for record in a_run.records:
        if record["ph"] in "sf" and record["name"] == name:
            at_ns = ns(record["ts"]) + MARK_NS - (LEAVE_NS if record["ph"] == "s" else ARRIVE_NS)
            ends[record["id"]][record["ph"]] = a_run.lane_of(record), marks[lane(record), at_ns]
    return [(end["s"], end["f"]) for _, end in sorted(ends.items())]


def event_of(a_run, end):
    return a_run.events[end[1] - 1]


def test_flows():
    """an arrow goes from what was done to what came of it"""
    n_seen = Counter()
    for a_run in each_run():
        for name in ("connection", "end"):
            for begin, end in list_flows(a_run, name):
                first, second = event_of(a_run, begin), event_of(a_run, end)
                expect(first["connection"] == second["connection"]
                       and first["actor"] != second["actor"] and first["n"] < second["n"],
                       f"{a_run.name}: {name} from {first} to {second}")
                n_seen[name] += 1
        for begin, end in list_flows(a_run, "statement"):
            first, second = event_of(a_run, begin), event_of(a_run, end)
            expect(first["kind"] == "statement" and first["time_usec"] == second["time_usec"]
                   and first["n"] < second["n"] and second["actor"] != "script",
                   f"{a_run.name}: statement from {first} to {second}")
            n_seen["statement"] += 1
        for begin, end in list_flows(a_run, "packet"):
            packet = event_of(a_run, begin)
            expect_equal(begin[1], end[1], f"{a_run.name}: a packet is one event")
            name = packet["from"] if "#" in packet["from"] else packet["to"]
            expect(name in begin[0] and name in end[0] and begin[0] != end[0],
                   f"{a_run.name}: {packet} from {begin[0]} to {end[0]}")
            expect_equal(begin[0].startswith(name.split("#")[0] + ": "), "#" in packet["from"],
                         f"{a_run.name}: whose end has sent {packet}")
            n_seen["packet"] += 1
    expect(all(n_seen[name] > 100 for name in ("connection", "end", "statement", "packet")),
           f"few arrows were seen: {n_seen}")


def test_story():
    """rebind-bug: its arrows tell the story"""
    a_run = play("rebind-bug")
    numbers = {name: [(begin[1], end[1]) for begin, end in list_flows(a_run, name)]
               for name in ("statement", "connection", "end", "port")}
    expect_equal(numbers["connection"][:1], [(9, 10)], "connected -> accepted")
    expect_equal(numbers["end"][:1], [(11, 17)], "closed here -> closed there")
    expect_equal(numbers["port"], [(11, 33)], "the closing -> the bind that failed")
    a_killed_run = play("kill-and-relaunch")
    expect_equal([(event_of(a_killed_run, begin)["kind"], event_of(a_killed_run, end)["kind"])
                  for begin, end in list_flows(a_killed_run, "port")], [("died", "bind-failed")],
                 "the end of the process -> the bind that failed")
    expect({(3, 4), (3, 7), (22, 23), (22, 24)} <= set(numbers["statement"]),
           f"statements: {numbers['statement']}")


def test_reclaim():
    """what the system takes away is an arrow to the socket's lane"""
    a_run = play("defunct-socket")
    taken = [event for event in a_run.events if event["kind"] == "socket-reclaimed"]
    flows = list_flows(a_run, "reclaim")
    expect_equal([begin for begin, _ in flows], [("kernel", event["n"]) for event in taken], "from")
    expect_equal([end[0] for _, end in flows],
                 [f"{event['end']}: "
                  + ("listening" if event["connection"] == event["end"] else event["connection"])
                  for event in taken], "to")


# -- what else a file has to be --

HOSTILE = "# A “title” with \u202e turned text, \\ and <script>\nlaunch\n" \
          'print "quote \\" backslash \\\\ \u202e </script> \U0001f4a5"\n'


def test_hostile():
    """strings stay text, whatever is in them"""
    a_run = Run("hostile", *read_both("-", input=HOSTILE))
    expect_equal(trace_rules.check(a_run.text), [], "the rules")
    expect_equal([record["args"] for record in a_run.of("i")], a_run.events, "events")
    expect_equal(a_run.whole["otherData"]["title"],
                 "A “title” with \u202e turned text, \\ and <script>", "the title")
    printed = [event["text"] for event in a_run.events if event["kind"] == "print"]
    expect_in("\u202e </script> \U0001f4a5", printed[0], "what is printed")


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
