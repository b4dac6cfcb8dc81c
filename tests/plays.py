# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays of a script whose reports are compared, byte by byte, and a machine that is kept busy."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from program import REBOUND, TESTS, expect_equal, run

# "nobody" of most systems; all that matters is that it is not root.
ORDINARY_USER = 65534

# Who looks at descriptors.
LOOKER = os.environ.get("LOOKER", str(TESTS.parent / "_build/tests/descriptor-looker"))

# A loop that ends with the test, however that ends.
BUSY_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass\n"


@contextmanager
def busy_machine():
    """Every CPU that the test may use has a loop of its own."""
    loops = []
    for cpu in sorted(os.sched_getaffinity(0)):
        loops.append(subprocess.Popen([sys.executable, "-c", BUSY_LOOP]))
        os.sched_setaffinity(loops[-1].pid, {cpu})
    try:
        yield loops
        ended = [loop.pid for loop in loops if loop.poll() is not None]
        expect_equal(ended, [], "busy loops that ended early")
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@contextmanager
def looked_at_machine():
    """Somebody reads /proc/PID/fd of every play, all the time."""
    with subprocess.Popen([LOOKER, Path(REBOUND).name]) as looker:
        try:
            yield looker
            expect_equal(looker.poll(), None, "status of whoever looks, who was to go on")
        finally:
            looker.kill()


def play_with(script, *words, **options):
    # From the top: the build folder's own may be closed to an ordinary user.
    done = run("run", script, *words, text=False, cwd="/", **options)
    expect_equal(done.returncode, 0, f"status of {script}, which said {done.stderr!r}")
    return done.stdout


def play(script, **options):
    return play_with(script, "--format=jsonl", "--show=all,sockets", **options)


def play_into(script, formats):
    """Reports in all FORMATS of one play, one behind the other."""
    with tempfile.TemporaryDirectory() as folder:
        words = [f"--output={name}:{folder}/{name}" for name in formats]
        text = play_with(script, "--show=all,packets", *words)
        reports = [(name, (Path(folder) / name).read_bytes()) for name in formats]
    return b"".join([text, *(f"\n== {name}\n".encode() + report for name, report in reports)])


def why_not_as(identity):
    """Why the program cannot be started under another IDENTITY, or None."""
    try:
        done = run("--version", cwd="/", **identity)
    except OSError as error:
        return f"another user cannot run the program where it is: {error.strerror}"
    if done.returncode == 127:  # the dynamic linker's: a library is out of reach
        return f"another user cannot run the program where it is: {done.stderr.strip()}"
    done = run("run", "-", input="launch\n", cwd="/", **identity)
    return f"another user is refused: {done.stderr.strip()}" if done.returncode == 77 else None
