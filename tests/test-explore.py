#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rebound explore, as a user has it: lives are the same for the same seed, what fails is found,
shrunk and written as a script that fails in the same way, and what does not fail is left alone.
"""

import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

import program
from program import expect, expect_equal, expect_in, expect_status, run

# Without its option a listener's port is taken when its app comes back within a minute.
BUG = """# A bug.
let reuse-address=no

listener web port=30000 reuse-address=$reuse-address \\
  close-order=server-first  # nothing else
client phone connect=web retry-every=5s
launch
always web.last-error != EADDRINUSE
eventually web.generation >= 1 within 1s
"""
# No life can break this one.
SOUND = BUG.replace("reuse-address=no", "reuse-address=yes")
# And this needs no life to be broken.
BROKEN = "launch\nexpect app.state == background\n"

FEW = ["--seeds", "20"]


def explore(folder, text, *options, name="story.life", **more):
    """Explores TEXT as a script of FOLDER, which is also where files go."""
    Path(folder, name).write_text(text, encoding="utf-8")
    return run("explore", name, *options, cwd=folder, **more)


def statements_of(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def scripts_of(folder):
    return sorted(path.name for path in Path(folder).glob("*-*.life"))


def finds_a_bug():
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, BUG, *FEW)
        expect_status(done, 1)
        match = re.match(r"NOT as expected  (\d+) of 20 lives, the first with seed (\d+)\n"
                         r"    always web\.last-error != EADDRINUSE\n"
                         r"    line \d+: web\.last-error was “EADDRINUSE”\n", done.stdout)
        expect(match, f"what is printed:\n{done.stdout}")
        expect_in(f"    play it again: rebound run story-{match[2]}.life\n", done.stdout,
                  "what is printed")
        expect_in(f"20 lives of story.life, seeds 1 to 20: {match[1]} not as expected, in 1 way\n",
                  done.stdout, "what is printed")
        expect_equal(scripts_of(folder), [f"story-{match[2]}.life"], "files")
        text = Path(folder, f"story-{match[2]}.life").read_text(encoding="utf-8")
        expect(len(statements_of(text)) <= 10, f"expected at most ten statements:\n{text}")
        expect_in("\nlistener web port=30000 reuse-address=$reuse-address "
                  "close-order=server-first\n", text, "its statement, without the comment")
        expect("eventually" not in text, f"what is not needed is left out:\n{text}")
        again = run("run", f"story-{match[2]}.life", cwd=folder)
        expect_status(again, 1)
        expect_in("always web.last-error != EADDRINUSE; web.last-error was “EADDRINUSE”",
                  again.stdout, "its run")
        # Its head says how it was found.
        command = re.search(r"^# By: rebound (.*)$", text, re.MULTILINE)[1].split()
        with tempfile.TemporaryDirectory() as other:
            Path(other, "story.life").write_text(BUG, encoding="utf-8")
            expect_status(run(*command, cwd=other), 1)
            expect_equal(Path(other, f"story-{match[2]}.life").read_text(encoding="utf-8"), text,
                         "the file that its own command makes")


def finds_nothing():
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, SOUND, *FEW)
        expect_status(done, 0)
        expect_equal(done.stdout, "as expected      20 lives of story.life, seeds 1 to 20\n",
                     "what is printed")
        expect(re.fullmatch(r"20 lives in .* a second, .* a core\n", done.stderr),
               f"standard error: {done.stderr}")
        expect_equal(scripts_of(folder), [], "files")


def same_with_any_number_of_jobs():
    with tempfile.TemporaryDirectory() as folder:
        seen = set()
        for jobs in "1", "2", "7":
            done = explore(folder, BUG, *FEW, "--jobs", jobs)
            texts = [Path(folder, name).read_text(encoding="utf-8") for name in scripts_of(folder)]
            seen.add((done.stdout, *texts))
        expect_equal(len(seen), 1, "different reports and files")


def same_lives():
    with tempfile.TemporaryDirectory() as folder:
        lives = [explore(folder, SOUND, "--seed", seed, "--print").stdout
                 for seed in ("3", "3", "4")]
        expect_equal(lives[0], lives[1], "two lives of one seed")
        expect(lives[0] != lives[2], "two seeds have one life")
        for life in lives:
            Path(folder, "life.life").write_text(life, encoding="utf-8")
            expect_status(run("run", "life.life", cwd=folder), 0)
            at = statements_of(life).index("eventually web.generation >= 1 within 1s")
            expect_equal(at, len(statements_of(life)) - 1, "where the “eventually” is")


def lives_recover():
    """Behind whatever came before, the app is active, with a link, and its peers as they were."""
    text = ("peer http-server server port=30000 delay=3s\nlaunch\n"
            "eventually app.state == active within 1us\neventually kernel.link == up within 1us\n"
            "eventually device.locked == no within 1us\neventually server.delay == 3s within 1us\n")
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, text, "--seeds", "60", "--steps", "12")
        expect_status(done, 0)


def words():
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, SOUND, "--words", "home,open,phone.abort", "--seed", "1", "--print",
                       "--steps", "60")
        expect_status(done, 0)
        life = statements_of(done.stdout)[5:-1]
        seen = {line for line in life if not line.startswith("after ")}
        expect_equal(seen, {"home", "open", "phone.abort"}, "what is done")


def without_shrinking():
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, BUG, *FEW, "--no-shrink", "--output", folder)
        expect_status(done, 1)
        seed = re.search(r"seed (\d+)", done.stdout)[1]
        text = Path(folder, f"story-{seed}.life").read_text(encoding="utf-8")
        life = explore(folder, BUG, "--seed", seed, "--print").stdout
        expect_equal(text.split("\n\n", 1)[1], life, "the script")
        expect_status(run("run", f"story-{seed}.life", cwd=folder), 1)


def variables():
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, SOUND, *FEW, "--set", "reuse-address=no")
        expect_status(done, 1)
        text = Path(folder, scripts_of(folder)[0]).read_text(encoding="utf-8")
        expect_in("\nlet reuse-address=no\n", text, "the script")
        expect_in(" --set reuse-address=no\n", text, "the head")
        expect_status(run("run", scripts_of(folder)[0], cwd=folder), 1)


def includes():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "parts").mkdir()
        Path(folder, "parts", "app.life").write_text(
            'include "more.life"\nrepeat 2\n  after 1s\nend\n', encoding="utf-8")
        Path(folder, "parts", "more.life").write_text("launch\n", encoding="utf-8")
        done = explore(folder, 'include "parts/app.life"\nlisten' + 'er web\n', "--seed", "1",
                       "--print")
        expect_status(done, 0)
        expect_equal(done.stdout.splitlines()[:5],
                     ["launch", "repeat 2", "  after 1s", "end", "listener web"], "the script")


def broken_by_itself():
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, BROKEN, "--seeds", "3")
        expect_status(done, 1)
        expect_in("3 of 3 lives, the first with seed 1", done.stdout, "what is printed")
        text = Path(folder, "story-1.life").read_text(encoding="utf-8")
        expect_equal(statements_of(text), ["expect app.state == background"], "the script")


def leaves_other_files_alone():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "story-1.life").write_text("# mine\n", encoding="utf-8")
        done = explore(folder, BROKEN, "--seeds", "1")
        expect_status(done, 99)
        expect_in("story-1.life: there is a file of another origin", done.stderr, "the complaint")
        expect_equal(Path(folder, "story-1.life").read_text(encoding="utf-8"), "# mine\n",
                     "the file")


def usage():
    cases = [(["story.life", "--seeds", "0"], "--seeds: 0 is out of range; expected 1 to"),
             (["story.life", "--steps", "0"], "--steps: 0 is out of range; expected 1 to"),
             (["story.life", "--jobs", "0"], "--jobs: 0 is out of range; expected 1 to"),
             (["story.life", "--first-seed", "-1"], "--first-seed: -1 is out of range"),
             (["story.life", "--print"], "expected --seed=K with it"),
             (["story.life", "--output", "nowhere"], "--output: nowhere is no folder"),
             (["story.life", "--timeout", "3"], "--timeout: "),
             (["story.life", "--words", "hom"], "--words: nothing is called “hom”"),
             (["story.life", "--words", "home,nobody.abort"], "nobody.abort"),
             (["story.life", "--set", "nothing=1"], "there is no variable “nothing”"),
             (["nothing.life"], "nothing.life"),
             ([], "something is missing")]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "story.life").write_text(SOUND, encoding="utf-8")
        for words_, complaint in cases:
            done = run("explore", *words_, cwd=folder)
            expect_status(done, 2)
            expect_in(complaint, done.stderr, f"the complaint of {words_}")
            expect_equal(done.stdout, "", "standard output")
        Path(folder, "wrong.life").write_text("launch\nfly\n", encoding="utf-8")
        done = run("explore", "wrong.life", cwd=folder)
        expect_status(done, 2)
        expect_in("wrong.life:2:1: ", done.stderr, "the complaint")


def document():
    """The page's script is sound, and what its example has written is what is written."""
    page = (program.TESTS.parent / "docs" / "explore.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    scripts = [block for block in blocks if block.startswith("# A listener")]
    written = [block for block in blocks if block.startswith("# Found by")]
    expect_equal((len(scripts), len(written)), (1, 1), "scripts of the page")
    with tempfile.TemporaryDirectory() as folder:
        done = explore(folder, scripts[0], *FEW)
        expect_status(done, 0)
        command = re.search(r"^# By: rebound (.*)$", written[0], re.MULTILINE)[1].split()
        done = run(*command, cwd=folder)
        expect_status(done, 1)
        name = re.search(r"rebound run (explore-\S+)", written[0])[1]
        expect_equal(Path(folder, name).read_text(encoding="utf-8"), written[0],
                     "the script of the example: docs/make-tables docs/explore.md")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def interrupted():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "story.life").write_text(SOUND, encoding="utf-8")
        process = program.start("explore", "story.life", "--seeds", "100000", cwd=folder)
        deadline = time.monotonic() + program.HANG_SECONDS
        while not (children := children_of(process.pid)) and time.monotonic() < deadline:
            pass
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=program.HANG_SECONDS)
        expect_equal(process.returncode, 130, "the status")
        expect(re.search(r"lives? of story\.life, seeds 1 to 100000.* \(interrupted\)\n", output),
               f"what is printed: {output}")
        expect(not any(is_there(child) for child in children), "a life goes on")
        expect_equal(os.listdir(folder), ["story.life"], "what is left in the folder")


def main():
    return program.main([
        ("a bug is found, shrunk, written, and played again", finds_a_bug),
        ("a sound script survives", finds_nothing),
        ("report and files are the same with any number of jobs", same_with_any_number_of_jobs),
        ("a seed is a life", same_lives),
        ("a life recovers", lives_recover),
        ("--words are all that is done", words),
        ("--no-shrink writes the whole life", without_shrinking),
        ("--set is in the script that is written", variables),
        ("includes are put in", includes),
        ("what fails without a life is written without one", broken_by_itself),
        ("a file of another origin is left alone", leaves_other_files_alone),
        ("docs/explore.md", document),
        ("wrong usage: status 2, and nothing is played", usage),
        ("Ctrl-C: status 130, and nothing is left", interrupted),
    ])


if __name__ == "__main__":
    sys.exit(main())
