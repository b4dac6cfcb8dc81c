#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An event costs the same among a hundred connections or timers and among thousands.

What is counted is work, not time: the instructions and the system calls of the program under
callgrind, which are the same on any machine however busy it is (tests/bench/bench-scale.c has the
times, and 9,000 connections). The script is one; a print before each phase of it makes callgrind
begin anew. --table prints what was counted, of more connections.
"""

import re
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import program
from program import Skip, expect, expect_status, run

SMALL, LARGE, MOST = 100, 1000, 9000
TABLE = (SMALL, LARGE, MOST)

# What a thing may cost more among MOST than among SMALL: docs/performance.md. The unit test has
# LARGE and judges what MOST would cost if the rest of the way were as steep.
FLAT_WITHIN = 1.5

# How many connections or refusals there are in the phases that have as many however large the
# crowd is.
FEW = 100

SCRIPT = """
listener web port=30000 backlog=4096 close-order=client-first connection-policy=finish
peer listener door port=30001 on-accept=close tell-connections=no
launch
print "connect"
client crowd connect=web at-once={crowd} retry-every=10s
wait until crowd.connected-count == {crowd}
print "active"
client busy connect=door count={few} retry-every=1ms tell-connections=no
wait until busy.connected-count == {few} within 1s
print "total"
client talker connect=web count={few} message=x close-first=yes retry-every=1ms tell-connections=no
wait until web.received-bytes == {few}B within 1s
print "background"
home
wait until crowd.closed-count == {crowd} within 1s
print "timer"
client nobody connect=127.0.0.1:9 retry-every=1ms tell-connections=no
wait until nobody.refused-count == {few} within 1s
set nobody retry-every=1d
after 1ms
print "reconnect"
after 5s open
wait until crowd.connected-count == {twice} within 11s
print "end"
"""

# The word of its print; what it has, and how many of it (0: as many as the crowd has).
PHASES = {
    "connect": ("one of a crowd connects and is accepted", 0),
    "active": ("a connect, an accept and both closes beside an idle crowd", FEW),
    "total": ("the same, and a total of all connections is waited for", FEW),
    "background": ("one of a crowd is finished in the background", 0),
    "timer": ("a timer expires among those of a crowd, and is armed", FEW),
    "reconnect": ("one of a crowd is back after the return", 0),
}


def read_dumps(folder):
    """(instructions, system calls) of each part that callgrind has written, in its order."""
    files = sorted(folder.glob("out.*"), key=lambda path: int(path.suffix[1:]))
    parts = []
    for path in files:
        summary = re.search(r"^(?:summary|totals): (\d+)(?: (\d+))?", path.read_text(), re.M)
        parts.append((int(summary[1]), int(summary[2] or 0)))
    return parts


def count(crowd):
    """{phase: (instructions, system calls) for one of what it has}"""
    text = SCRIPT.format(crowd=crowd, twice=2 * crowd, few=FEW)
    with tempfile.TemporaryDirectory() as folder:
        prefix = ["valgrind", "-q", "--tool=callgrind", "--collect-systime=yes",
                  "--dump-before=rebound_fill_in", f"--callgrind-out-file={folder}/out"]
        done = run("run", "-", "--format=jsonl", prefix=prefix, input=text)
        expect_status(done, 0)
        parts = read_dumps(Path(folder))
    expect(len(parts) > len(PHASES), f"only {len(parts)} parts were counted")
    # The checker has filled in each print, too, before the first was played.
    return {phase: tuple(part / (n_items or crowd) for part in counted)
            for (phase, (_, n_items)), counted in zip(PHASES.items(), parts[-len(PHASES):])}


def extrapolate(small, large):
    return small + (large - small) * (MOST - SMALL) / (LARGE - SMALL)


def allow_descriptors(crowd):
    """The program raises its own limit, but under valgrind no more than is allowed at the start."""
    needed = 2 * crowd + 100
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < needed:
        raise Skip(f"{crowd} connections take {needed} descriptors, and {most} are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def test_flat():
    """what a thing costs does not grow with how many there are"""
    allow_descriptors(LARGE)
    small, large = count(SMALL), count(LARGE)
    for phase, (what, n_items) in PHASES.items():
        for unit, before, after in zip(("instructions", "system calls"), small[phase],
                                       large[phase]):
            seen = f"{before:.1f} {unit} with {SMALL}, {after:.1f} with {LARGE}"
            print(f"# {phase}: {seen}")
            expect(before > 0, f"{what}: nothing was counted: {seen}")
            # A busy machine's kernel may have something of a crowd on its way still, and then each
            # is looked at again, which are two system calls and few instructions.
            if unit == "instructions" or n_items == FEW:
                expect(extrapolate(before, after) <= FLAT_WITHIN * before, f"{what}: {seen}")


def print_table():
    allow_descriptors(MOST)
    counted = {crowd: count(crowd) for crowd in TABLE}
    print("| instructions, system calls | " + " | ".join(f"of {crowd:,}" for crowd in TABLE)
          + " | growth |\n|---|" + "--:|" * (len(TABLE) + 1))
    good = True
    for phase, (what, _) in PHASES.items():
        cells = [counted[crowd][phase] for crowd in TABLE]
        growth = cells[-1][0] / cells[0][0]
        good = good and growth <= FLAT_WITHIN
        print(f"| {what} | " + " | ".join(f"{cell[0]:,.0f}, {cell[1]:.1f}" for cell in cells)
              + f" | {growth:.2f} |")
    return 0 if good else 1


def main():
    if program.SANITIZED:
        return program.skip_all("valgrind and the sanitizers do not go together")
    if shutil.which("valgrind") is None:
        return program.skip_all("there is no valgrind")
    if sys.argv[1:] == ["--table"]:
        return print_table()
    return program.main(program.cases_of(globals()))


if __name__ == "__main__":
    sys.exit(main())
