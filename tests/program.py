# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the program share: where it is, how it is run, and how a test speaks TAP.

REBOUND names the program and REBOUND_SANITIZED says whether it is built with sanitizers; Meson
sets both. By hand: REBOUND=_build/app/rebound tests/test-scripts.py
"""

import functools
import os
import select
import shutil
import signal
import subprocess
import sys
import traceback
from pathlib import Path

TESTS = Path(__file__).resolve().parent
REBOUND = os.path.abspath(os.environ.get("REBOUND", TESTS.parent / "_build/app/rebound"))
SANITIZED = os.environ.get("REBOUND_SANITIZED", "no") == "yes"

# A run that has not ended by then hangs; under valgrind, on a busy machine, one takes seconds.
HANG_SECONDS = 120

# Nobody reads more of what was seen instead.
MOST_LINES, LONGEST_LINE = 60, 1000

# Messages are compared, so neither their encoding nor their colour may depend on who tests.
ENVIRONMENT = {key: value for key, value in os.environ.items()
               if key not in ("NO_COLOR", "G_MESSAGES_DEBUG")}
ENVIRONMENT |= {"LC_ALL": "C.UTF-8", "TERM": "xterm"}

# A program keeps ignoring a signal that it was started to ignore, as nohup has it. Whether these
# tests were started so must not matter to them: they send such signals.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


class Skip(Exception):
    """A case that cannot be tried here; its text says why."""


class Failure(Exception):
    """A case in which something else was seen than expected."""


def expect(holds, what):
    if not holds:
        raise Failure(what)


def expect_equal(seen, expected, what):
    expect(seen == expected, f"{what}: expected {expected!r}, saw {seen!r}")


def expect_in(expected, text, what):
    expect(expected in text, f"{what}: expected “{expected}” in:\n{text}")


def run(*words, prefix=(), **options):
    """Runs the program with WORDS behind it, and PREFIX before it, to its end."""
    return run_of(*prefix, REBOUND, *words, **options)


def run_of(*command, text=True, **options):
    """Runs COMMAND to its end."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "env": ENVIRONMENT, "timeout": HANG_SECONDS} | options
    if "input" in options:
        del options["stdin"]
    if text:
        options |= {"text": True, "encoding": "utf-8"}
    return subprocess.run(command, check=False, **options)


def start(*words, prefix=(), **options):
    """Starts the program, for whoever talks to it while it runs. Its standard output comes in
    lines where it plays in real time."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "env": ENVIRONMENT, "text": True, "encoding": "utf-8"} | options
    return subprocess.Popen([*prefix, REBOUND, *words], **options)


def read_until(process, text):
    """Reads PROCESS's output up to the line that has TEXT in it, and returns all of it."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    seen = "".join(lines) + process.stderr.read()
    raise Failure(f"the output ended before “{text}” came:\n{seen}")


def read_terminal(controller):
    """All that is shown on a terminal until nobody has it open any more."""
    shown = b""
    try:
        while data := os.read(controller, 65536):
            shown += data
    except OSError:  # EIO: so a terminal says that it is over
        pass
    os.close(controller)
    return shown.decode("utf-8")


@functools.cache
def why_no_strace():
    if SANITIZED:
        return "the sanitizers' own calls would be in the trace"
    if shutil.which("strace") is None:
        return "there is no strace"
    done = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], check=False,
                          capture_output=True, text=True)
    return "" if done.returncode == 0 else f"strace may not trace here: {done.stderr.strip()}"


def need_strace():
    if why_no_strace():
        raise Skip(why_no_strace())


def as_nobody():
    """What before a command makes it that of a user without any right. Only root may."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        raise Skip("to be somebody else takes root and setpriv")
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*prefix, REBOUND, "--version"], check=False,
                      capture_output=True).returncode != 0:
        raise Skip("the program cannot be run by another user here")
    return prefix


def expect_status(done, expected):
    words = done.args[done.args.index(REBOUND) + 1:] if REBOUND in done.args else done.args
    expect(done.returncode == expected, f"{' '.join(words)}: expected status {expected}, saw "
           f"{done.returncode}:\n{done.stdout}{done.stderr}")


@functools.cache
def list_scripts():
    """The shipped scripts and their titles, as `rebound list` tells them."""
    done = run("list")
    expect_status(done, 0)
    scripts = {}
    for line in done.stdout.splitlines():
        if not line.startswith("  "):  # a section's heading
            continue
        name, _, title = line.strip().partition(" ")
        scripts[name] = title.strip()
    expect(scripts, "rebound list names no script")
    return scripts


def list_formats():
    """The formats of --output, as `rebound describe formats` tells them."""
    done = run("describe", "formats")
    expect_status(done, 0)
    return [line.split()[0] for line in done.stdout.splitlines()]


def report(number, name, case):
    """Runs CASE and tells what came of it. Whether it was as expected."""
    try:
        case()
    except Skip as why:
        print(f"ok {number} {name} # SKIP {why}", flush=True)
        return True
    except Exception as error:  # whatever it is, the other cases are still to be tried
        print(f"not ok {number} {name}")
        told = str(error) if isinstance(error, Failure) else traceback.format_exc()
        lines = [line[:LONGEST_LINE] for line in told.splitlines()]
        if len(lines) > MOST_LINES:
            lines[MOST_LINES // 2:-MOST_LINES // 2] = ["…"]
        print("".join(f"# {line}\n" for line in lines), end="", flush=True)
        return False
    print(f"ok {number} {name}", flush=True)
    return True


@functools.cache
def why_no_isolation():
    """What the program says where this machine allows it no namespace; else nothing."""
    done = run("run", "-", input="launch\n")
    return done.stderr.strip() if done.returncode == 77 else ""


def open_child(process):
    """A pidfd of the first child that PROCESS has."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not (pids := children.read_text(encoding="ascii")):
        pass
    return os.pidfd_open(int(pids.split()[0]))


def ends(pidfd):
    """Whether the process of PIDFD ends; closes it."""
    gone, _, _ = select.select([pidfd], [], [], HANG_SECONDS)
    os.close(pidfd)
    return bool(gone)


def main(cases, need_isolation=True):
    """Runs CASES, pairs of a name and a function, and tells of them in TAP."""
    cases = list(cases)
    sys.stdout.reconfigure(encoding="utf-8")
    if need_isolation and why_no_isolation():
        return skip_all(why_no_isolation())
    print(f"1..{len(cases)}", flush=True)
    good = [report(number, name, case) for number, (name, case) in enumerate(cases, 1)]
    return 0 if all(good) else 1


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    return 0


def cases_of(module):
    """A module's test functions, named by the first line of what they say of themselves."""
    return [(function.__doc__.strip().splitlines()[0].rstrip("."), function)
            for name, function in module.items() if name.startswith("test_")]
