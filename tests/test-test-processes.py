#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rebound test and its processes: one that takes too long, one that crashes, and what is left when
the whole is ended.
"""

import os
import pty
import re
import select
import shutil
import signal
import sys
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager
from pathlib import Path

import program
from program import (Skip, expect, expect_equal, expect_in, expect_status, read_until, run, start)
from script_folder import ENDLESS, GOOD, folder_of

BAD = "launch\nexpect app.state == background\n"


def children_of(pid):
    """A process's children, which play scripts."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def playing(files, *words, until="ok 1 - ", **options):
    """A test of FILES that has come to the line with UNTIL in it, and to an endless script."""
    with folder_of(files) as folder:
        process = start("test", ".", *words, cwd=folder, **options)
        try:
            yield folder, process, read_until(process, until)
        finally:
            process.kill()
            process.communicate()


def expect_gone(handles):
    """Waits until the processes, by their descriptors, have ended."""
    for handle in handles:
        ready, _, _ = select.select([handle], [], [], program.HANG_SECONDS)
        os.close(handle)
        expect(ready, "a process is still there")


# The first is over before the second, which never is; the third comes after it.
THREE = {"a.life": GOOD, "b.life": ENDLESS, "c.life": BAD}


def test_timeout():
    """--timeout: a play that takes too long is killed, and is a failure that says so"""
    with folder_of(THREE) as folder:
        done = run("test", ".", "--timeout=200ms", "-j1", "-o", "summary", "-o", "junit:x.xml",
                   cwd=folder)
        expect_status(done, 1)
        expect_equal(done.stdout.splitlines()[:3], [
            "as expected      a.life",
            "NOT as expected  b.life: killed: it took longer than 200ms by the clock on the wall",
            "    play it again: rebound run b.life"], "the summary")
        expect_in("NOT as expected: 2 of 3 scripts", done.stdout, "the others are played")
        error = ElementTree.parse(folder / "x.xml").find(".//error")
        expect_equal(error.get("type"), "too-long", "the type of the error")


def test_seen_before():
    """what a play has seen before it is killed is told of"""
    files = {"a.life": ENDLESS.replace("launch\n", "launch\nexpect app.state == background\n")}
    with folder_of(files) as folder:
        done = run("test", ".", "--timeout=3s", "-o", "tap", cwd=folder)
        expect_in("killed: it took longer than 3s", done.stdout, "the message")
        expect_in("line 2: expect app.state == background; app.state was “active”", done.stdout,
                  "what had failed")


def test_interrupted():
    """status 130: whoever interrupts sees what is known, as such, and no process is left"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with playing(THREE, "-j1", "-o", "tap", "-o", "junit:x.xml", "-o", "summary:y") as (
                folder, process, _):
            handles = [os.pidfd_open(pid) for pid in children_of(process.pid)]
            process.send_signal(number)
            told = process.stdout.read()
            expect_equal(process.wait(), 130, f"status after {number}")
            expect_gone(handles)
            expect_in("not ok 2 - b.life\n  ---\n  message: \"interrupted\"", told, "the report")
            expect(told.endswith("Bail out! interrupted: 1 of 3 scripts played\n"), told)
            root = ElementTree.parse(folder / "x.xml").getroot()
            expect_equal([suite.find(".//testcase[@name='the script is played to its end']/*").tag for suite in root[1:]],
                         ["error", "skipped"], "what JUnit says")
            expect_in("interrupted      c.life: not played: interrupted\n\n"
                      "interrupted: 1 of 3 scripts played, 0 not as expected; ",
                      (folder / "y").read_text(), "the summary")


def test_ignored():
    """a signal that was ignored before stays ignored, as nohup has it"""
    prefix = ["sh", "-c", "trap '' INT && exec \"$@\"", "sh"]
    with playing(THREE, "-j1", "-o", "tap", prefix=prefix) as (_, process, _before):
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        expect_equal(process.wait(), 130, "status")
    files = {"a.life": GOOD, "b.life": "launch\nrepeat 3000\nhome\nopen\nend\n"}
    with playing(files, "-j1", "-o", "tap", prefix=prefix) as (_, process, _before):
        process.send_signal(signal.SIGINT)
        expect_equal(process.wait(), 0, "status")


def test_killed():
    """who is killed leaves no process behind, and no half of a report"""
    files = {"a.life": ENDLESS} | {f"b{number}.life": GOOD for number in range(20)}
    with folder_of(files) as folder:
        controller, terminal = pty.openpty()
        process = start("test", ".", "-j2", "-o", "junit:x.xml", cwd=folder, stderr=terminal)
        os.close(terminal)
        shown = b""
        while b"[18 of 21]" not in shown:  # by then the endless one has been playing for long
            shown += os.read(controller, 65536)
        handles = [os.pidfd_open(pid) for pid in children_of(process.pid)]
        process.kill()
        process.communicate()
        os.close(controller)
        expect(handles, "there are no children")
        expect_gone(handles)
        expect(not (folder / "x.xml").exists(), "there is a report")


def test_crash():
    """a crash is its script's failure, and the others are played"""
    # With sanitizers it is they that a SIGSEGV goes to, and what they make of it is a setting.
    numbers = [signal.SIGKILL] + ([] if program.SANITIZED else [signal.SIGSEGV])
    for number in numbers:
        with playing(THREE, "-j1", "-o", "tap") as (_, process, before):
            child, = children_of(process.pid)
            os.kill(child, number)
            told = before + process.stdout.read()
            expect_equal(process.wait(), 1, "status")
            expect_in(f"not ok 2 - b.life\n  ---\n  message: \"its process was ended by {number.name}"
                      '"\n  status: "crashed"', told, "the report")
            expect(told.endswith("\n1..3\n"), told)


def test_own_group():
    """Ctrl-C on a terminal is the whole's: a play is in a group of its own"""
    with playing(THREE, "-j1", "-o", "tap") as (_, process, _before):
        child, = children_of(process.pid)
        expect_equal(os.getpgid(child), child, "the group of a play")
        process.terminate()
        process.wait()


def test_few_descriptors():
    """where there are no descriptors for all of them, fewer play side by side"""
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        raise Skip("there is no prlimit")
    with folder_of({f"{number}.life": GOOD for number in range(40)}) as folder:
        done = run("test", ".", "-j100", prefix=[prlimit, "--nofile=60"], cwd=folder)
        expect_status(done, 0)
        expect_in("as expected: 40 scripts", done.stdout, "the summary")


def read_terminal(*words, **variables):
    """What is shown on a terminal that standard error is, and what on standard output."""
    controller, terminal = pty.openpty()
    process = start("test", "goodbye", "half-close", "rebind-fix", *words, stderr=terminal,
                    env=program.ENVIRONMENT | variables)
    os.close(terminal)
    told = process.stdout.read()
    shown = program.read_terminal(controller)
    expect_equal(process.wait(), 0, "status")
    process.stdout.close()
    return shown, told


def test_progress():
    """on a terminal a line says how far it is, and is taken away again"""
    shown, told = read_terminal("-j1")
    expect(re.search(r"\r\x1b\[K\[1 of 3\] half-close", shown), repr(shown))
    expect(shown.endswith("\r\x1b[K"), repr(shown))
    expect("\n" not in shown and "\x1b" not in told, repr(told))
    expect_equal(read_terminal("-j1", TERM="dumb")[0], "", "on a dumb terminal")
    expect_equal(run("test", "goodbye").stderr, "", "where there is no terminal")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
