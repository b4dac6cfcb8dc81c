#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bugs on purpose: in a program of its own (tests/planted/) each is there when REBOUND_PLANT names
it. A short script shows each, and the real program, in which there is no trace of them, passes it.
And `rebound explore` finds each, without being told what to look for: of the scripts in
tests/planted/lives it knows what is to hold, and which words there are.

With --table every bug is looked for, and the table of docs/reliability.md is printed; status 0 only
if each was found within MOST_SEEDS seeds and shrunk to MOST_LINES lines that the real program
plays as expected. With --survive=N the real program plays N lives of each of the scripts.
"""

import argparse
import functools
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import program
from program import ENVIRONMENT, REBOUND, TESTS, expect, expect_equal, expect_in, expect_status, run

PLANTED = os.path.abspath(os.environ.get("REBOUND_PLANTED",
                                         TESTS.parent / "_build/tests/planted/rebound-planted"))
LIBRARY = Path(REBOUND).parent.parent / "net/librebound-1.so"
SCRIPTS = TESTS / "planted"
LIVES = SCRIPTS / "lives"

MOST_SEEDS, MOST_LINES = 200, 10

# So many seeds at once, until one of them has found something.
SEEDS_A_ROUND = 10

# What an exploration may take on a machine that does much else.
ROUND_SECONDS = 600


@dataclass(frozen=True)
class Life:
    """How lives of a script are explored: of how many steps, and by which words (all, if empty)."""
    steps: int = 12
    words: str = ""


COMINGS = "launch,home,open,lock,unlock"
LIFE_OF = {
    "listener": Life(),
    "deaf": Life(20, "launch,kernel.limit-descriptors,kernel.unlimit-descriptors"),
    "crowd": Life(8, COMINGS),
    "stubborn": Life(words="launch,home,open,interrupt,end-interrupt"),
    "kept": Life(),
    "serving": Life(words=f"{COMINGS},interrupt,end-interrupt,phone.hang-up,phone.send"),
    "requests": Life(8, "home,open,lock,unlock,open-other"),
    "drain": Life(words="launch,network-down,network-up,phone.send,web.close"),
    "pool": Life(16),
    "server": Life(words="launch,http.get,server.close-connections"),
    "posts": Life(20, "launch,http.request,server.answer"),
    "expiry": Life(16, "launch,http.get"),
    "retry": Life(4, "http.get,server.close-connections"),
}

# By which script each is found.
FOUND_BY = {
    "no_reuse_option": "listener",
    "port_survives_kill": "listener",
    "source_left_alive": "listener",
    "kept_when_busy": "listener",
    "connection_leaked": "listener",
    "link_up_not_noticed": "listener",
    "bind_error_ignored": "stubborn",
    "retry_outlives_close": "stubborn",
    "cap_disarms": "crowd",
    "never_rearmed": "deaf",
    "asks_so_error_alone": "kept",
    "task_never_ended": "serving",
    "suspension_forgotten": "serving",
    "task_ended_early": "requests",
    "drain_skipped": "drain",
    "link_not_noticed": "pool",
    "generation_not_raised": "pool",
    "dead_kept": "server",
    "limit_off_by_one": "pool",
    "post_retried": "posts",
    "keep_alive_ignored": "expiry",
    "expiry_never_rearmed": "expiry",
    "retry_from_pool": "retry",
}

# What the short form looks for.
QUICKLY_FOUND = ("no_reuse_option", "connection_leaked", "dead_kept")
QUICK_ROUNDS = 1


def run_planted(plant, *words, **options):
    """The program with the bug PLANT in it."""
    environment = ENVIRONMENT | {"REBOUND_PLANT": plant}
    return program.run_of(PLANTED, *words, env=environment, **options)


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


@dataclass
class Find:
    seed: int
    check: str
    script: str

    @property
    def lines(self):
        return [line for line in self.script.splitlines() if line and not line.startswith("#")]


def explore(plant, name, first_seed, n_seeds, folder):
    life = LIFE_OF[name]
    words = [f"--words={life.words}"] if life.words else []
    return run_planted(plant, "explore", str(LIVES / f"{name}.life"), f"--first-seed={first_seed}",
                       f"--seeds={n_seeds}", f"--steps={life.steps}", "--output", folder, *words,
                       timeout=ROUND_SECONDS)


def read_finds(told):
    """What an exploration has told of: seeds, checks and scripts."""
    finds = []
    for part in told.split("NOT as expected  ")[1:]:
        seed = re.match(r"\d+ of \d+ lives, the first with seed (\d+)\n", part)
        path = re.search(r"^    \d+ statements of \d+: (.*)$", part, re.MULTILINE)
        if seed and path and "ends otherwise" not in part:
            check = part.splitlines()[1].strip()
            finds.append(Find(int(seed[1]), check, Path(path[1]).read_text(encoding="utf-8")))
    return finds


def is_proof(plant, find):
    """With the bug it fails, and without it does not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "found.life")
        path.write_text(find.script, encoding="utf-8")
        return (run_planted(plant, "run", str(path)).returncode == 1
                and run("run", str(path)).returncode == 0)


def hunt(plant, n_rounds=MOST_SEEDS // SEEDS_A_ROUND):
    """The first find of PLANT, the shortest of those of its seed, or None."""
    for number in range(n_rounds):
        with tempfile.TemporaryDirectory() as folder:
            done = explore(plant, FOUND_BY[plant], 1 + number * SEEDS_A_ROUND, SEEDS_A_ROUND,
                           folder)
            expect(done.returncode in (0, 1), f"exploring for {plant}: {done.stderr}")
            finds = [find for find in read_finds(done.stdout) if is_proof(plant, find)]
        if finds:
            return min(finds, key=lambda find: (find.seed, len(find.lines)))
    return None


def find_quickly(plant):
    find = hunt(plant, QUICK_ROUNDS)
    expect(find is not None, f"{plant} is not found by {QUICK_ROUNDS * SEEDS_A_ROUND} seeds")
    expect(len(find.lines) <= MOST_LINES, f"it takes more than {MOST_LINES} lines:\n{find.script}")


def test_names():
    """each bug is in one place of the sources, and has a script"""
    sources = [path for folder in ("lifecycle", "net", "app")
               for path in (TESTS.parent / folder).glob("*.c")]
    found = [name for path in sources
             for name in re.findall(r"REBOUND_PLANTED \((\w+)\)", path.read_text(encoding="utf-8"))]
    expect_equal(sorted(found), sorted(list_plants()), "bugs in the sources")
    expect_equal(sorted(path.stem for path in SCRIPTS.glob("*.life")), sorted(list_plants()),
                 "scripts")
    expect_equal(sorted(FOUND_BY), sorted(list_plants()), "bugs that are looked for")
    expect_equal(sorted(path.stem for path in LIVES.glob("*.life")), sorted(LIFE_OF), "lives")


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


def write_row(plant, text, find):
    name = plant.replace("_", "-")
    if find is None:
        return f"| {name}: {text} | not within {MOST_SEEDS} | | |"
    check = find.check.replace("|", "\\|")
    return f"| {name}: {text} | {find.seed} | {len(find.lines)} | `{check}` |"


def print_table():
    """Whether all of it is as claimed."""
    print("| bug | found at seed | lines of the minimal script | the check that failed |")
    print("|---|---|---|---|")
    good = True
    for plant, text in list_plants().items():
        find = hunt(plant)
        print(write_row(plant, text, find), flush=True)
        good = good and find is not None and len(find.lines) <= MOST_LINES
    return good


def survive(n_seeds):
    """Whether the real program's lives are all as expected."""
    good = True
    for name in LIFE_OF:
        with tempfile.TemporaryDirectory() as folder:
            done = explore("", name, 1, n_seeds, folder)
        print(done.stdout, end="", flush=True)
        good = good and done.returncode == 0
    return good


def main():
    parser = argparse.ArgumentParser(description="bugs on purpose, and what finds them")
    parser.add_argument("--table", action="store_true", help="look for all of them, in Markdown")
    parser.add_argument("--survive", type=int, metavar="N", help="N real lives of each script")
    options = parser.parse_args()
    if not os.path.exists(PLANTED):
        sys.exit(f"{PLANTED} is missing: ninja -C _build tests/planted/rebound-planted")
    if options.table:
        return 0 if print_table() else 1
    if options.survive:
        return 0 if survive(options.survive) else 1
    plants = list_plants()
    cases = program.cases_of(globals())
    cases += [(f"{plant}: {text}", functools.partial(show, plant))
              for plant, text in plants.items()]
    cases += [(f"{plant} is found by exploring", functools.partial(find_quickly, plant))
              for plant in QUICKLY_FOUND]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
