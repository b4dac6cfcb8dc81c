#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A log replays: the statements read back from it are a script that gives the same log, to the byte.

So what a log says was done is all that was done. Random lives are played, with a listener and a
client; their words come from lifecycle-words, which the tests' own table makes, by seeds: a failure
says which. LIFECYCLE_WORDS names that program; Meson sets it. The shipped scripts are replayed too.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import program
from program import Failure, expect, expect_equal, expect_status, run

LIFECYCLE_WORDS = os.environ.get("LIFECYCLE_WORDS",
                                 program.TESTS.parent / "_build/tests/lifecycle-words")

SEEDS = range(1, 21 if program.SANITIZED else 41)
WORDS = 60

# What the sockets of a life may be like.
LISTENERS = {
    "reuse-address": ("yes", "no"),
    "on-error": ("report", "ignore", "listen-anyway", "retry"),
    "background-policy": ("close-on-resign", "close-on-background", "keep"),
    "on-accept": ("close", "echo", "hello", "keep"),
    "close-order": ("server-first", "client-first"),
    "connection-policy": ("close", "keep"),
}
CLIENTS = {
    "retry-every": ("200ms", "1s", "7s"),
    "close-first": ("yes", "no"),
    "message": ("hello", r'"two words\n"'),
    "at-once": ("1", "3"),
}


def draw(dice, choices):
    return "".join(f" {name}={dice.choice(values)}" for name, values in choices.items())


def make_script(seed):
    """A script of a life, with lines in it that are no statements."""
    dice = random.Random(seed)
    done = subprocess.run([LIFECYCLE_WORDS, str(seed), str(WORDS)], check=True,
                          stdout=subprocess.PIPE, text=True, encoding="utf-8")
    lines = [f"# Life number {seed}.",
             f"listener web port=30000{draw(dice, LISTENERS)}",
             f"client phone connect=web{draw(dice, CLIENTS)}"]
    for statement in done.stdout.splitlines():
        lines += dice.choice(([], [], [], ["# and then"], [""]))
        lines.append(statement)
    return "".join(f"{line}\n" for line in lines)


def quote_print(text):
    return "print " + json.dumps(text, ensure_ascii=False).replace("$", "\\$")


def read_statements(log):
    """The statements of LOG with their lines. One behind an “after” is told twice: with it, and
    again when its time has come. A wait or expectation is told with what became of it, and a print
    by what it has printed."""
    statements, behind = [], None
    for line in log.splitlines():
        event = json.loads(line)
        if event["kind"] not in ("statement", "met", "print"):
            continue
        if event["kind"] == "met" and event["statement"].startswith(("always ", "eventually ")):
            continue  # told when it began
        statement = event.get("statement") or quote_print(event["text"])
        if statement == behind:
            behind = None
            continue
        match = re.fullmatch(r"after \S+ (.+)", statement, re.DOTALL)
        behind = match and match[1]
        statements.append((int(event.get("line", 0)), statement))
    return statements


def put_at_their_lines(statements):
    lines = []
    for number, statement in statements:
        expect(number > len(lines), f"the log tells line {number} after line {len(lines)}")
        lines += [""] * (number - len(lines) - 1) + [statement]
    return "".join(f"{line}\n" for line in lines)


def put_one_after_another(statements):
    return "".join(f"{statement}\n" for _, statement in statements)


def play(script):
    """The log of SCRIPT, a name or a path."""
    done = run("run", script, "--format=jsonl", "--show=all")
    expect_status(done, 0)
    return done.stdout


def play_text(name, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_text(text, encoding="utf-8")
        return play(str(path))


def expect_same(log, replay, script):
    """Fails with the first line in which the two logs differ."""
    if replay == log:
        return
    lines, others = log.splitlines() + ["(the end)"], replay.splitlines() + ["(the end)"]
    for line, other in zip(lines, others):
        expect(line == other, f"the log:    {line}\nits replay: {other}\nof the script:\n{script}")
    raise Failure(f"they differ in how they end:\n{log[-200:]!r}\n{replay[-200:]!r}")


def replay_life(seed):
    script = make_script(seed)
    try:
        log = play_text("life.life", script)
    except Failure as failure:
        raise Failure(f"{failure}\nThe script:\n{script}") from None
    statements = read_statements(log)
    expect_equal(len(statements), len([line for line in script.splitlines()
                                       if line and not line.startswith("#")]),
                 "statements in the log")
    again = put_at_their_lines(statements)
    expect_same(log, play_text("again.life", again), again)


def replay_shipped(name):
    """Loops come unrolled, and variables replaced: the lines are other ones."""
    log = play(name)
    again = put_one_after_another(read_statements(log))
    replay = play_text("again.life", again)
    expect_same(without_lines(log), without_lines(replay), again)


def without_lines(log):
    """An explanation's sentence names them, too."""
    return re.sub(r"\(line \d+", "(line", re.sub(r',"(ended_)?line":"\d+"', "", log))


WATCHED = """\
listener web port=30000
client phone connect=web
always web.last-error == none while app.state == active
launch
eventually phone.open-count == 1 within 9s
wait phone.connected
after 1s always phone.refused-count == 0
expect web.state == listening
"""


def replay_watched():
    log = play_text("watched.life", WATCHED)
    again = put_one_after_another(read_statements(log))
    expect_equal(again, WATCHED, "statements in the log")
    expect_same(log, play_text("again.life", again), again)


def main():
    cases = [("what is watched is told when it begins", replay_watched)]
    cases += [(f"life number {seed}: {WORDS} words give the same log again",
              lambda seed=seed: replay_life(seed)) for seed in SEEDS]
    cases += [(f"{name}: its log gives the same log again", lambda name=name: replay_shipped(name))
              for name in program.list_scripts()]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
