#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shipped scripts: each holds what it promises, and each can fail."""

import json
import re
import sys
import tomllib

import program
from program import expect, expect_equal, expect_status, run


def play_as_shipped(name):
    done = run("run", name)
    expect_status(done, 0)
    expect(re.search(r"^as expected: .* expectations, 0 failed$", done.stdout, re.MULTILINE),
           f"expected a summary that says so, saw:\n{done.stdout}")
    expect_equal(done.stderr, "", "standard error")
    expect(re.search(r"as expected: (expect|wait|always|eventually) ", done.stdout), "it expects nothing at all")


def play_quietly(name):
    done = run("run", name, "--quiet")
    expect_status(done, 0)
    expect_equal(done.stdout + done.stderr, "", "what it says")


def check(name):
    done = run("check", name)
    expect_status(done, 0)
    expect_equal(done.stdout + done.stderr, "", "what it says")


def check_twice(name):
    done = run("check", "--twice", name)
    expect_status(done, 0)
    expect_equal(done.stdout + done.stderr, "", "what it says")


def has_title(name):
    title = program.list_scripts()[name]
    expect(len(title) > 10 and title.endswith("."), f"expected a title, a sentence, saw “{title}”")
    expect("SPDX" not in title, f"the title is the licence: {title}")


# The types whose actors are the application's, unless a declaration says otherwise.
APPLICATION_TYPES = {"child", "database", "http-client", "listener", "pipe", "socket", "socketpair"}


def whose(statement):
    """(ACTOR, APPLICATION) where a statement declares an application's actor."""
    words = statement.split()
    if len(words) > 3 and words[0] == "in":
        return words[3], words[1]
    if len(words) > 1 and words[0] in APPLICATION_TYPES:
        return words[1], "app"
    return None, None


def suspended_is_suspended(name):
    """Nothing comes of an application, or of its actors, while it is suspended."""
    owners, suspended, seen = {}, set(), 0
    for line in run("run", name, "--format=jsonl").stdout.splitlines():
        event = json.loads(line)
        actor, kind = event["actor"], event["kind"]
        if kind == "statement":
            declared, owner = whose(event["statement"])
            owners[declared] = owner
        if kind == "statistics":  # of the run, at its end
            continue
        if kind in ("resumed", "died"):
            suspended.discard(actor)
        expect(actor not in suspended and owners.get(actor) not in suspended,
               f"{actor} did something while its application was suspended: {line}")
        if kind == "suspended":
            suspended.add(actor)
            seen += 1
    return seen


def some_are_suspended():
    """The check above has something to look at."""
    count = sum(suspended_is_suspended(name) > 0 for name in program.list_scripts())
    expect(count > 20, f"only {count} scripts suspend anybody")


def play_mutation(mutation):
    done = run("run", mutation["script"], *mutation["arguments"])
    expect_status(done, 1)
    failures = [line for line in done.stdout.splitlines() if "NOT AS EXPECTED (line " in line]
    expect(any(re.search(mutation["message"], line) for line in failures),
           f"expected a failure that matches “{mutation['message']}”, saw:\n{done.stdout}")
    expect(re.search(r"^NOT as expected: .* [1-9]\d* failed$", done.stdout, re.MULTILINE),
           f"expected a summary that says so, saw:\n{done.stdout}")
    expect(done.stderr.startswith("rebound: "), f"expected a complaint, saw: {done.stderr}")


def read_mutations():
    with open(program.TESTS / "mutations.toml", "rb") as file:
        return tomllib.load(file)["mutation"]


def every_script_has_a_mutation(mutations):
    mutated = {mutation["script"] for mutation in mutations}
    expect_equal(sorted(set(program.list_scripts()) - mutated), [], "scripts without a mutation")
    expect_equal(sorted(mutated - set(program.list_scripts())), [], "mutations of no script")


def main():
    mutations = read_mutations()
    cases = [("every shipped script has a mutation, and every mutation a script",
              lambda: every_script_has_a_mutation(mutations)),
             ("most scripts suspend somebody", some_are_suspended)]
    for name in program.list_scripts():
        cases += [
            (f"{name}: has a title", lambda name=name: has_title(name)),
            (f"{name}: exits 0", lambda name=name: play_as_shipped(name)),
            (f"{name}: has nothing to say with --quiet", lambda name=name: play_quietly(name)),
            (f"{name}: has no mistake", lambda name=name: check(name)),
            (f"{name}: two plays are the same", lambda name=name: check_twice(name)),
            (f"{name}: suspended is suspended", lambda name=name: suspended_is_suspended(name)),
        ]
    cases += [(f"{mutation['script']}: exits 1: {mutation['name']}",
               lambda mutation=mutation: play_mutation(mutation)) for mutation in mutations]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
