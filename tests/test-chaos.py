#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chaos on a run: its sockets are taken from it, its link, its descriptors, its disk, its clock; it
is stopped, interrupted and killed. What has to be seen of each kind is in chaos_kinds.py.

Usage: tests/test-chaos.py [--table] [--runs N] [--first SEED] [--life SEED]

Without an option a few runs of each kind, in TAP. --table makes N of each (60), two at once, and
prints a Markdown table; its status is 1 where one was not as it has to be. --life SEED writes the
script of a life. CLOCK_STEP names the library that sets the clock; Meson sets it.
"""

import argparse
import collections
import functools
import random
import sys
from concurrent.futures import ThreadPoolExecutor

import chaos_kinds
import chaos_life
import program
from program import Failure, Skip

# Of each kind among the other tests.
FEW = 2 if program.SANITIZED else 3


def try_one(name, seed):
    """What came of one run of a kind; a failure says which it was."""
    try:
        return chaos_kinds.KINDS[name](random.Random(f"{name} {seed}"))
    except Failure as why:
        raise Failure(f"{name}, seed {seed}: {why}") from None


def try_many(name, seeds):
    for seed in seeds:
        try_one(name, seed)


def describe(outcomes):
    return "; ".join(f"{what}: {count}" for what, count in sorted(outcomes.items()))


def print_row(name, seeds):
    """A row of the table. Whether all of it was as it has to be."""
    outcomes, failures = collections.Counter(), []

    def attempt(seed):
        try:
            outcomes[try_one(name, seed)] += 1
        except Skip as why:
            outcomes[f"not tried here: {why}"] += 1
        except Failure as why:
            outcomes["**not as it has to be**"] += 1
            failures.append(why)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(attempt, seeds))
    print(f"| {name} | {len(seeds)} | {describe(outcomes)} |", flush=True)
    for why in failures:
        print(why, file=sys.stderr, flush=True)
    return not failures


def print_table(seeds):
    print("| what it meets with | runs | what came of it |\n|---|---|---|")
    good = [print_row(name, seeds) for name in chaos_kinds.KINDS]
    return 0 if all(good) else 1


def main():
    parser = argparse.ArgumentParser(description="Chaos on runs of Rebound.")
    parser.add_argument("--table", action="store_true", help="print a table of many runs")
    parser.add_argument("--runs", type=int, default=60, help="how many of each kind (60)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--life", type=int, help="write the script of this life, and end")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")
    if options.life is not None:
        print(chaos_life.make_script(options.life), end="")
        return 0
    if options.table:
        return print_table(range(options.first, options.first + options.runs))
    seeds = range(options.first, options.first + FEW)
    return program.main([(name, functools.partial(try_many, name, seeds))
                         for name in chaos_kinds.KINDS])


if __name__ == "__main__":
    sys.exit(main())
