#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each benchmark in its short form, which is a round of every table: it ends well, and each way that
is compared has its figures. What they are is no matter here; `meson test --benchmark` measures.

Usage: test-benchmarks.py PROGRAM…
"""

import re
import sys
from pathlib import Path

import program
from program import Skip, expect, run_of

# The status of a program that cannot measure here, as where there is no namespace.
NOT_HERE = 77

# A cell with a figure, as "1.06 (1.04–1.09)" or "12,345"; or that says of a way that it never came.
FIGURE = re.compile(r"\d[\d,]*(\.\d+)?\b")


def tables_of(text):
    """The tables of Markdown: of each its lines, without heading and rule, as lists of cells."""
    tables, lines = [], text.splitlines()
    for number, line in enumerate(lines):
        if re.fullmatch(r"\|(-+\|)+", line):
            tables.append([])
            for row in lines[number + 1:]:
                if not row.startswith("|"):
                    break
                tables[-1].append([cell.strip() for cell in row.strip("|").split("|")])
    return tables


def check(path):
    done = run_of(path, "--rounds", "1")
    if done.returncode == NOT_HERE:
        raise Skip((done.stdout + done.stderr).strip().splitlines()[-1])
    expect(done.returncode == 0, f"status {done.returncode}:\n{done.stdout}{done.stderr}")
    tables = tables_of(done.stdout)
    expect(tables and all(tables), f"a table is missing:\n{done.stdout}")
    for row in sum(tables, []):
        expect(any(FIGURE.match(cell) for cell in row[1:]), f"no figure in {row}")
        expect(not re.search(r"\b(nan|inf)\b", " ".join(row[1:])), f"no number in {row}")


def check_usage(path):
    """A benchmark says what it takes, and measures nothing"""
    for words in (["--rounds"], ["--rounds", "0"], ["--rounds", "1x"], ["--bounds", "1"]):
        done = run_of(path, *words)
        expect(done.returncode == 2 and not done.stdout and done.stderr.startswith("usage: "),
               f"{words}: status {done.returncode}:\n{done.stdout}{done.stderr}")


def main():
    paths = [Path(word) for word in sys.argv[1:]]
    good = True
    print(f"1..{len(paths) + 1}", flush=True)
    good &= program.report(1, "usage: a mistake in it", lambda: check_usage(paths[0]))
    for number, path in enumerate(paths, start=2):
        good &= program.report(number, path.name, lambda path=path: check(path))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
