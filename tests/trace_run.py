# SPDX-License-Identifier: LGPL-2.1-or-later
"""A run and both of its reports: the trace, and the JSON Lines that it is held against."""

import functools
import json
import tempfile
from pathlib import Path

import trace_rules
from program import expect, expect_equal, list_scripts, run
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
        self.events = [json.loads(line) for line in lines.split("\n")[:-1]]
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


def bounds(record):
    return record["args"].get("from_event"), record["args"].get("to_event")


def expect_bounds(a_run, record):
    """A slice is from its first event to its last one, or to the run's end."""
    begin, end = bounds(record)
    at_ns = ns(record["ts"]), ns(record["ts"]) + ns(record["dur"])
    expect_equal(at_ns, (a_run.place_ns[begin] if begin else 0,
                         a_run.place_ns[end] if end else a_run.end_ns),
                 f"{a_run.name}: where {record} is")
