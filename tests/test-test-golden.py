#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rebound test --golden: logs that are written once, compared from then on, and never overwritten
unless a person asks for it.
"""

import os
import shutil
import subprocess
import sys

import program
from program import (Skip, expect, expect_equal, expect_in, expect_status, list_scripts, run)
from script_folder import GOOD, folder_of

BAD = "launch\nexpect app.state == background\n"
HOME = "# Home.\nlaunch\nhome\nopen\n"


def read_all(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file()}


def check(folder, status, *words):
    done = run("test", "scripts", "--golden=golden", *words, cwd=folder)
    expect_status(done, status)
    return done.stdout


def test_same_as_run():
    """a log is what rebound run shows of all groups but packets, without the wall's time"""
    with folder_of({}) as folder:
        expect_status(run("test", "--golden=golden", cwd=folder), 0)
        logs = read_all(folder / "golden")
        expect_equal(sorted(logs), sorted(f"{name}.log" for name in list_scripts()), "logs")
        for name in list_scripts():
            run("run", name, "--show=all", "--output=text:run.log", cwd=folder)
            expect_equal(logs[f"{name}.log"], (folder / "run.log").read_bytes(), name)
        expect_status(run("test", "--golden=golden", cwd=folder), 0)
        expect_equal(read_all(folder / "golden"), logs, "after a comparison")


def test_write():
    """the first time a log is written, under the script's path, and that is said"""
    with folder_of({"scripts/a.life": GOOD, "scripts/b/c.life": HOME}) as folder:
        expect_in("as expected      scripts/a.life: golden log written: golden/a.log\n",
                  check(folder, 0), "the summary")
        expect_equal(sorted(read_all(folder / "golden")), ["a.log", "b/c.log"], "logs")
        expect_equal(check(folder, 0).splitlines()[:2], ["as expected      scripts/a.life",
                                                         "as expected      scripts/b/c.life"],
                     "the summary")
        # From elsewhere, by another path, the same script has the same log.
        done = run("test", str(folder / "scripts"), f"--golden={folder}/golden", cwd="/")
        expect_status(done, 0)


def test_changed():
    """a log that is another is a failure with a difference, and stays what it is"""
    with folder_of({"scripts/a.life": HOME}) as folder:
        check(folder, 0)
        golden = folder / "golden" / "a.log"
        before = golden.read_text()
        golden.write_text(before.replace("did become active", "became active", 1) + "no end")
        after = golden.read_text()
        for words in ([], ["-o", "tap"], ["-o", "junit"]):
            told = check(folder, 1, *words)
            expect_in("its log is not the golden one, golden/a.log", told, f"{words}: report")
            expect_in("No newline at end of file", told, f"{words}: report")
        expect_equal(golden.read_text(), after, "the golden log")
        lines = [line.strip() for line in check(folder, 1).splitlines()]
        for line in ("--- golden/a.log", "+++ this play", "-     0.000  app       became active",
                     "+     0.000  app       did become active"):
            expect(line in lines, f"“{line}” is not in {lines}")
        expect_in("golden log updated: golden/a.log", check(folder, 0, "--update"), "--update")
        expect_equal(golden.read_text(), before, "the golden log after --update")
        check(folder, 0)


def test_against_diff():
    """the difference is one that patch understands"""
    if shutil.which("patch") is None:
        raise Skip("there is no patch")
    with folder_of({"scripts/a.life": HOME + "lock\nunlock\nhome\nopen\n"}) as folder:
        check(folder, 0)
        golden = folder / "golden" / "a.log"
        before = golden.read_text()
        lines = before.splitlines(keepends=True)
        golden.write_text("".join(["first\n", *lines[:3], *lines[5:9], "new\n", *lines[9:-4],
                                   lines[-1]]))
        told = check(folder, 1)
        part = told.split("    +++ this play\n")[1].split("    play it again")[0]
        text = "".join(line[4:] + "\n" for line in part.splitlines())
        done = subprocess.run(["patch", golden], check=False, text=True, capture_output=True,
                              input=f"--- a\n+++ b\n{text}")
        expect_equal(done.returncode, 0, f"status of patch, which said {done.stdout}")
        expect_equal(golden.read_text(), before, "the log with the difference")


def test_failed():
    """the log of a script that was not as expected is neither written nor compared"""
    with folder_of({"scripts/a.life": BAD, "scripts/b.life": "lanch\n"}) as folder:
        told = check(folder, 1, "--update")
        expect("golden" not in told, told)
        expect(not (folder / "golden").exists(), "there is a log")


def test_stale():
    """a log without a script is named and left alone; not where scripts were left out"""
    with folder_of({"scripts/a.life": GOOD, "scripts/b.life": GOOD}) as folder:
        check(folder, 0)
        (folder / "scripts" / "b.life").unlink()
        stale = "stale golden log, of no script: golden/b.log\n"
        expect_in(stale, check(folder, 0), "the summary")
        expect_in(f"# {stale}", check(folder, 0, "--update", "-o", "tap"), "TAP")
        expect((folder / "golden" / "b.log").exists(), "the log is gone")
        for words in (["--filter=a"], ["--shard=1/1"], ["scripts/a.life"]):
            expect("stale" not in check(folder, 0, *words), f"{words}: stale")


def test_unreadable():
    """a log that cannot be read is a failure, with --update, too"""
    for files, link, why in (({"golden/a.log/x": ""}, None, "it is no regular file"),
                             ({"golden": ""}, None, "ENOTDIR"),
                             ({"golden/b.log": ""}, "/dev/full", "it is no regular file")):
        with folder_of({"scripts/a.life": GOOD} | files) as folder:
            if link is not None:
                os.symlink(link, folder / "golden" / "a.log")
            for words in ([], ["--update"]):
                expect_in(f"its golden log golden/a.log cannot be read: {why}\n",
                          check(folder, 1, *words), "the summary")


def test_unwritable():
    """status 99: a log that cannot be written"""
    with folder_of({"a.life": GOOD}) as folder:
        done = run("test", ".", "--golden=/proc/golden", cwd=folder)
        expect_status(done, 99)
        expect_in("rebound: --golden: /proc/golden cannot be made: ENOENT", done.stderr, "the complaint")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
