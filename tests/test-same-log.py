#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A script gives the same log, to the byte, each time: on a busy machine, and for every user.

The log is that of all groups in JSON Lines, with the table of sockets at each of its changes; and of
a quarter of the plays it is every format at once, packets among them. One process a CPU is kept busy
by loops, and two runs go on at once, so that a run loses its CPU wherever that can happen. How often
each script is played is the argument; 200 by default, and 80 among the other tests.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import program
from plays import ORDINARY_USER, busy_machine, play, play_into, why_not_as
from program import Skip, expect

TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 200

# Those with thousands of events are played as often as takes as long as the others do: in each of
# their plays there are as many places where it could go otherwise.
LONG = {"abort-no-time-wait", "day-in-the-life", "pool-policies", "pool-storm"}
LONG_TIMES = max(TIMES // 5, 1)

# One of ten is enough to show that it does not matter who plays.
ORDINARY_TIMES = max(TIMES // 10, 1)

# A capture for a file maps 64 MiB and gives them back, which takes as long as twenty plays without.
FILE_TIMES = max(TIMES // 20, 1)


def describe_difference(first, other):
    """The first lines that are not the same, from shortly before that place; a page's are long."""
    pairs = zip(first.splitlines() + [b"(the end)"], other.splitlines() + [b"(the end)"])
    one, two = next(((one, two) for one, two in pairs if one != two), (b"(longer)", b"(shorter)"))
    begin = max(len(os.path.commonprefix([one, two])) - 100, 0)
    return f"first play: {one[begin:begin + 300]!r}\nthis play:  {two[begin:begin + 300]!r}"


def compare(player, first, times, *words, **options):
    """Plays so many TIMES, two at once, and holds each log against FIRST."""
    with ThreadPoolExecutor(2) as pool:
        plays = pool.map(lambda _: player(*words, **options), range(times))
        for number, log in enumerate(plays, 1):
            expect(log == first, f"play {number} of {times} differs:\n"
                                 f"{describe_difference(first, log) if log != first else ''}")


class Script:
    """One script's plays: the first of them is what all others are to be."""

    def __init__(self, name):
        self.name = name
        self.first = None
        times = LONG_TIMES if name in LONG else TIMES
        self.format_times = max(times // 4, 1)
        self.times = max(times - self.format_times, 1)

    def play_on_busy_machine(self):
        self.first = play(self.name)
        expect(len(self.first) > 1000, f"expected a log, saw {self.first!r}")
        with busy_machine():
            compare(play, self.first, self.times, self.name)

    def play_in_every_format(self):
        formats = [name for name in program.list_formats() if name != "pcapng"]
        with busy_machine():
            compare(play_into, play_into(self.name, formats), self.format_times, self.name, formats)

    def play_into_file_of_packets(self):
        with busy_machine():
            compare(play_into, play_into(self.name, ["pcapng"]), FILE_TIMES, self.name, ["pcapng"])

    def play_as_ordinary_user(self):
        if os.geteuid() != 0:
            raise Skip("only root can be somebody else; the runs above were an ordinary user's")
        identity = {"user": ORDINARY_USER, "group": ORDINARY_USER, "extra_groups": []}
        why = why_not_as(identity)
        if why:
            raise Skip(why)
        compare(play, self.first, ORDINARY_TIMES, self.name, **identity)


def main():
    cases = []
    for script in map(Script, program.list_scripts()):
        cases += [
            (f"{script.name}: {script.times} plays on a busy machine", script.play_on_busy_machine),
            (f"{script.name}: {script.format_times} plays in every format, on a busy machine",
             script.play_in_every_format),
            (f"{script.name}: {FILE_TIMES} plays into a file of packets, on a busy machine",
             script.play_into_file_of_packets),
            (f"{script.name}: {ORDINARY_TIMES} plays as an ordinary user",
             script.play_as_ordinary_user),
        ]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
