#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packets of a run: the trace that is shown."""

import json
import sys

import program
from program import expect, expect_equal, expect_in, expect_status, run

# What the server, which closes first, and the client say to each other each time.
SERVED = [
    ("phone", "web", "S", 0, 0), ("web", "phone", "S.", 0, 1), ("phone", "web", ".", 1, 1),
    ("web", "phone", "F.", 1, 1), ("phone", "web", ".", 1, 2),
    ("phone", "web", "F.", 1, 2), ("web", "phone", ".", 2, 2),
]


def read_events(*words):
    done = run("run", "--format=jsonl", *words)
    expect_status(done, 0)
    return [json.loads(line) for line in done.stdout.splitlines()]


def name_end(end):
    return "web" if end == "127.0.0.1:30000" else end.partition("#")[0]


def test_rebind_fix():
    """rebind-fix: the server closes first, every time, and keeps the TIME_WAIT."""
    connections = {}
    for event in read_events("--show=packets", "rebind-fix"):
        name = event["from"] if "#" in event["from"] else event["to"]
        if event["flags"] == "S":
            connections[name] = []
        connections[name].append((name_end(event["from"]), name_end(event["to"]),
                                  event["flags"], event["seq"], event["ack"]))
        expect_equal(event["length"], 0, "bytes of data")
    expect_equal(sorted(connections), [f"phone#{i}" for i in range(1, 7)], "connections")
    for name, segments in connections.items():
        expect_equal(segments, SERVED, name)


def test_text():
    """A segment is a line, and none is folded."""
    done = run("run", "--show=packets", "rebind-fix")
    expect_status(done, 0)
    expect_in("     0.200  kernel    phone#1         > 127.0.0.1:30000  S   seq 0, length 0\n"
              "     0.200  kernel    127.0.0.1:30000 > phone#1          S.  seq 0, ack 1, length 0\n",
              done.stdout, "the trace")
    expect("times, until" not in done.stdout, "a segment was folded")


def test_beside_the_others():
    """Packets change nothing but the numbers of the other events."""
    def strip(events):
        return [{key: value for key, value in event.items() if key != "n"} for event in events
                if event["kind"] != "packet"]
    with_packets = read_events("--show=all,packets", "day-in-the-life")
    without = read_events("--show=all", "day-in-the-life")
    expect_equal(sum(event["kind"] == "packet" for event in without), 0, "packets unasked for")
    expect(strip(with_packets) == strip(without), "the other events differ")


def test_no_isolation():
    """Without isolation the packets are everybody's, and are refused."""
    done = run("run", "--no-isolation", "--show=packets", "rebind-fix")
    expect_status(done, 2)
    expect_in("--no-isolation", done.stderr, "the refusal")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(dict(globals()))))
