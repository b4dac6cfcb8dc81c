#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bugs on purpose: in a program of its own (tests/planted/) each is there when REBOUND_PLANT names
it. A short script shows each, and the real program, in which there is no trace of them, passes it.
"""

import functools
import os
import re
import sys
from pathlib import Path

import program
from program import ENVIRONMENT, REBOUND, TESTS, expect, expect_equal, expect_in, expect_status, run

PLANTED = os.path.abspath(os.environ.get("REBOUND_PLANTED",
                                         TESTS.parent / "_build/tests/planted/rebound-planted"))
LIBRARY = Path(REBOUND).parent.parent / "net/librebound-1.so"
SCRIPTS = TESTS / "planted"


def run_planted(plant, *words):
    """The program with the bug PLANT in it."""
    environment = ENVIRONMENT | {"REBOUND_PLANT": plant}
    return program.run_of(PLANTED, *words, env=environment)


@functools.cache
def list_plants():
    """Names of the bugs, and what each stands for."""
    done = run_planted("list")
    expect_status(done, 0)
    return dict(line.split("\t") for line in done.stdout.splitlines())


def show(plant):
    """PLANT's script is as expected, and with the bug it is not."""
    script = str(SCRIPTS / f"{plant}.life")
    expect_status(run("run", script), 0)
    bad = run_planted(plant, "run", script)
    expect_status(bad, 1)
    expect_in("NOT AS EXPECTED", bad.stdout, f"what {plant} does")


def test_names():
    """each bug is in one place of the sources, and has a script"""
    sources = [path for folder in ("lifecycle", "net", "app")
               for path in (TESTS.parent / folder).glob("*.c")]
    found = [name for path in sources
             for name in re.findall(r"REBOUND_PLANTED \((\w+)\)", path.read_text(encoding="utf-8"))]
    expect_equal(sorted(found), sorted(list_plants()), "bugs in the sources")
    expect_equal(sorted(path.stem for path in SCRIPTS.glob("*.life")), sorted(list_plants()),
                 "scripts")


def test_no_trace():
    """the real program has none of them, nor a name"""
    for path in (Path(REBOUND), LIBRARY):
        contents = path.read_bytes()
        for word in ("REBOUND_PLANT", "rebound_is_planted", *list_plants()):
            expect(word.encode() not in contents, f"“{word}” is in {path.name}")
    expect(b"rebound_is_planted" in Path(PLANTED).read_bytes(), "nothing is planted anywhere")


def test_unknown():
    """a bug that there is not is refused"""
    done = run_planted("none", "list")
    expect_equal((done.returncode, done.stdout), (2, ""), "status and output")
    expect_in("REBOUND_PLANT: there is no bug “none”", done.stderr, "the message")


def test_none():
    """without one it is the real program"""
    for script in ("rebind-fix", "pool-lock"):
        expect_equal(run_planted("", "run", script, "--format=jsonl").stdout,
                     run("run", script, "--format=jsonl").stdout, f"the log of {script}")


def main():
    if not os.path.exists(PLANTED):
        sys.exit(f"{PLANTED} is missing: ninja -C _build tests/planted/rebound-planted")
    cases = program.cases_of(globals())
    cases += [(f"{plant}: {text}", functools.partial(show, plant))
              for plant, text in list_plants().items()]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
