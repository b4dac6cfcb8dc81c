# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays the program with the library before the C library, and judges what it came to."""

import ctypes
import fcntl
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import whole
from failing_calls import INSTEAD, SHORT, TRANSIENT
from program import ENVIRONMENT, REBOUND

LIBRARY = os.path.abspath(os.environ.get(
    "FAILING_LIBRARY", Path(__file__).resolve().parents[2] / "_build/tests/fail/libfailing.so"))

# What has not ended by then hangs: it takes 0.1 s.
HANG_SECONDS = 60
# More of a CPU than that has gone round in a circle; a usual play takes 0.05 s.
BUSY_SECONDS = 5
# Within that a child is gone whose parent is.
GRACE_SECONDS = 5
FOR_EVER = 1 << 30
PR_SET_CHILD_SUBREAPER = 36

NAME = re.compile(r"\bE[A-Z0-9]{2,}\b")
COMPLAINT = re.compile(r"CRITICAL \*\*|WARNING \*\*|\(process:\d+\)|^ERROR:|Sanitizer|"
                       r"runtime error:|Bail out! .*ERROR", re.MULTILINE)
LACK = "this kernel lacks something"

# What a play that did not go as usual came to.
STATUSES = {1: "told by the run (status 1)", 2: "told (status 2)", 77: "refused (status 77)",
            99: "status 99"}


@dataclass
class Scenario:
    name: str
    words: list
    files: dict = field(default_factory=dict)
    input: str = ""


@dataclass
class Site:
    name: str
    call: str
    kind: int
    frames: list
    count: int = 1


@dataclass
class Played:
    status: int
    out: str
    err: str
    files: dict
    n_failed: int
    n_open: int
    cpu_seconds: float
    is_hung: bool
    left: list


def adopt_orphans():
    """What a play leaves behind becomes a child of ours."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def hold_lock():
    """While it is open there is a lock in /proc/locks, on any machine at any time, and a run looks
    who holds it."""
    file = tempfile.TemporaryFile()
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def list_children():
    """Of whichever thread they are: one that ends hands them on to another."""
    pids = set()
    for children in Path("/proc/self/task").glob("*/children"):
        try:
            pids |= set(map(int, children.read_text().split()))
        except FileNotFoundError:
            continue
    return pids


def end_session(leader):
    """The processes that LEADER has left behind and that go on, which are ours now. Those that were
    told to end with their parent are doing so."""
    alive = []
    for pid in list_children() - {leader}:
        if get_session(pid) != leader:
            continue
        process = os.pidfd_open(pid)
        if not select.select([process], [], [], GRACE_SECONDS)[0]:
            alive.append(pid)
            signal.pidfd_send_signal(process, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(process)
    return alive


def get_session(pid):
    try:
        return os.getsid(pid)
    except ProcessLookupError:  # another thread's, that has ended since
        return -1


def wait(process):
    """Its status, the seconds of CPU that it took, and whether it had to be ended."""
    descriptor = os.pidfd_open(process.pid)
    is_hung = not select.select([descriptor], [], [], HANG_SECONDS)[0]
    if is_hung:
        os.killpg(process.pid, signal.SIGKILL)
    os.close(descriptor)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime, is_hung


# `rebound why` binds a port of the machine, and is in the way of another that does.
one_at_a_time = threading.Lock()


def read_log(path):
    return [line.split("\t") for line in path.read_text().splitlines()] if path.exists() else []


def play(scenario, **plan):
    """Plays SCENARIO in a folder of its own, with the FAILING_… of PLAN. What came of it, and the
    library's log."""
    folder = Path(tempfile.mkdtemp(prefix="failing-"))
    work = folder / "work"
    work.mkdir()
    for name, text in scenario.files.items():
        (work / name).parent.mkdir(exist_ok=True)
        (work / name).write_text(text)
    (folder / "modules").mkdir()
    environment = ENVIRONMENT | {
        "LD_PRELOAD": LIBRARY, "FAILING_LOG": str(folder / "log"),
        "GIO_MODULE_DIR": str(folder / "modules")}
    environment |= {f"FAILING_{key.upper()}": str(value) for key, value in plan.items()}
    with (one_at_a_time if scenario.words[0] == "why" else nullcontext(),
          open(folder / "out", "w+b") as out, open(folder / "err", "w+b") as err,
          open(folder / "in", "w+b") as stdin):
        stdin.write(scenario.input.encode())
        stdin.seek(0)
        process = subprocess.Popen([REBOUND, *scenario.words], stdin=stdin, stdout=out, stderr=err,
                                   cwd=work, env=environment, start_new_session=True)
        status, cpu_seconds, is_hung = wait(process)
    log = read_log(folder / "log")
    played = Played(
        status, (folder / "out").read_text(errors="replace"),
        (folder / "err").read_text(errors="replace"),
        {str(path.relative_to(work)): path.read_bytes()
         for path in sorted(work.rglob("*")) if path.is_file()},
        sum(line[0] == "failed" for line in log),
        max((int(line[1]) for line in log if line[0] == "open"), default=0),
        cpu_seconds, is_hung, end_session(process.pid))
    shutil.rmtree(folder)
    return played, log


def count(scenario):
    """Plays it without a failure: what it comes to, and the sites on its way."""
    played, log = play(scenario, count=1)
    sites = {}
    for kind, *words in log:
        if kind == "site" and words[0] not in sites:
            sites[words[0]] = Site(words[0], words[1], int(words[2], 16), words[3].split(" "))
        elif kind == "count" and words[0] in sites:  # or there was no descriptor to tell of it
            sites[words[0]].count = int(words[1])
    return played, list(sites.values())


def get_told(played, usual):
    """What was said that is not said usually: lines of the messages, the log and the reports."""
    told = []
    for seen, before in ((played.err, usual.err), (played.out, usual.out)):
        known = set(before.splitlines())
        told += [line for line in seen.splitlines() if line not in known]
    for name, text in played.files.items():
        if text != usual.files.get(name):
            told += text.decode("utf-8", "replace").splitlines()
    return told


def find_fault(played, usual, site):
    """What no failure may lead to."""
    if played.is_hung:
        return "hangs"
    if played.status < 0 or played.status > 128 and played.status != 130:
        return f"ended by a signal ({played.status})"
    if COMPLAINT.search(played.err):
        return "a critical or a sanitizer's report"
    if played.cpu_seconds > BUSY_SECONDS + usual.cpu_seconds:
        return f"busy for {played.cpu_seconds:.0f} s"
    if played.left:
        return "a process is left"
    # Without an eventfd GLib takes a pipe, which has two.
    n_more = played.n_open - usual.n_open - (site.call == "eventfd")
    if played.status == usual.status and n_more > 0:
        return f"{n_more} descriptors are left open"
    strange = [name for name in played.files if name not in usual.files]
    if strange and not any("it is whole in" in line for line in played.err.splitlines()):
        return f"left behind: {strange[0]}"
    for name, text in played.files.items():
        if text != usual.files.get(name) and not whole.is_whole(name, text):
            return f"{name} is not whole"
    return None


def names(line, error):
    return error in NAME.findall(line) or error == SHORT and NAME.search(line) is not None


def is_told(played, usual, site, error):
    """Whether what was said names the errno; and where it is how an older kernel answers, that. Of
    a run that did not end as usual all is looked at, or a line that is there by rights hides it."""
    told = get_told(played, usual)
    if site.call == "open64" and error == "ENOENT" and any(LACK in line for line in told):
        return True
    if played.status != usual.status:
        told = played.err.splitlines() + played.out.splitlines()
    return any(names(line, error) for line in told)


def judge(played, usual, site, error, steps):
    """What became of the failure, and whether that is good."""
    fault = find_fault(played, usual, site)
    if fault:
        return fault, False
    if played.n_failed == 0:
        return "was not reached", False
    if (played.status, played.out, played.err, played.files) == (usual.status, usual.out,
                                                               usual.err, usual.files):
        return "same log", True
    is_replaced = any(site.call == call and who in steps[0] for call, who in INSTEAD)
    if played.status == usual.status == 0 and (is_replaced or error in TRANSIENT):
        return "recovered", True
    if not is_told(played, usual, site, error):
        how = "silence" if played.status == usual.status else "no errno"
        return f"{how} (status {played.status})", False
    if played.status == usual.status:
        return "recovered, and said", True
    return STATUSES.get(played.status, f"status {played.status}"), True
