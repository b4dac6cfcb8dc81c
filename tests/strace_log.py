# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads what strace -f writes, and finds the calls that may sleep.

A call sleeps by what it is (nanosleep), by its arguments (poll with a timeout, a futex wait, wait4
without WNOHANG), or by its descriptor (recv on a blocking socket). So the log is followed from its
beginning: which descriptor was made how, and what became of it.
"""

import re
from dataclasses import dataclass

LINE = re.compile(r"^(?:\[pid +)?(\d+)\]? +(.*)$")
UNFINISHED = re.compile(r"^(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^<\.\.\. \w+ resumed>(.*)$")
CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)(?: (E[A-Z0-9]+))?")
STRING = re.compile(r'"(?:\\.|[^"\\])*"')

# These wait whatever their arguments are.
SLEEPING = {
    "nanosleep", "clock_nanosleep", "select", "_newselect", "pselect6", "pause", "rt_sigsuspend",
    "sigsuspend", "rt_sigtimedwait", "futex_waitv", "futex_wait", "io_getevents", "io_uring_enter",
    "semop", "semtimedop", "msgrcv", "mq_timedreceive", "restart_syscall", "flock",
}
# These wait as long as one of their arguments says: the name, and which argument it is.
TIMED = {"poll": 2, "ppoll": 2, "epoll_wait": 3, "epoll_pwait": 3, "epoll_pwait2": 3}
ZERO_TIMES = {"0", "{tv_sec=0, tv_nsec=0}"}
# These wait for their descriptor, unless it or the call is told not to.
INPUT = {"read", "readv", "recvfrom", "recvmsg", "recvmmsg", "accept", "accept4"}
OUTPUT = {"write", "writev", "sendto", "sendmsg", "sendmmsg", "connect"}
MAKING = {"socket", "accept", "accept4", "eventfd2", "timerfd_create", "signalfd4", "epoll_create1"}


@dataclass
class Call:
    thread: str
    name: str
    arguments: list
    result: int
    error: str
    line: str


def split_arguments(text):
    """The arguments of a call: TEXT cut at the commas that are in no bracket and no string."""
    arguments, depth, quoted, start, at = [], 0, False, 0, 0
    while at < len(text):
        character = text[at]
        if quoted and character == "\\":
            at += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "([{":
            depth += 1
        elif not quoted and character in ")]}":
            depth -= 1
        elif not quoted and depth == 0 and character == ",":
            arguments.append(text[start:at].strip())
            start = at + 1
        at += 1
    rest = text[start:].strip()
    return arguments + [rest] if rest else arguments


def read_calls(log):
    """The calls of a LOG's lines. One that another thread interrupted is put together again; one
    that never returned is among them too, since that is the worst sleep of all."""
    pending = {}
    for line in log:
        match = LINE.match(line.rstrip("\n"))
        if match is None:
            raise ValueError(f"no line of strace -f: {line!r}")
        thread, text = match.groups()
        unfinished, resumed = UNFINISHED.match(text), RESUMED.match(text)
        if unfinished:
            pending[thread] = unfinished[1]
        elif resumed:
            yield from parse_call(thread, pending.pop(thread, "") + resumed[1])
        else:
            yield from parse_call(thread, text)
    for thread, text in pending.items():
        yield from parse_call(thread, text.rstrip(", ") + ") = ?")


def parse_call(thread, text):
    if text.startswith(("---", "+++")):  # a signal, an end
        return
    match = CALL.match(text)
    if match is None:
        raise ValueError(f"no call of strace: {text!r}")
    name, arguments, result, error = match.groups()
    number = -1 if result == "?" else int(result, 0)
    yield Call(thread, name, split_arguments(arguments), number, error, text)


class Descriptors:
    """Which descriptors would let a call wait: all that were made so and not told otherwise.

    A file is not one of them: reading it waits for a disk at most. Nor is what was there before the
    program: what the log is written to is not the run's affair.
    """

    def __init__(self):
        self.waits = {}

    def lets_wait(self, descriptor):
        return self.waits.get(descriptor, False)

    def follow(self, call):
        first = call.arguments[0] if call.arguments else ""
        if call.name in MAKING and call.result >= 0:
            self.waits[str(call.result)] = "NONBLOCK" not in " ".join(call.arguments)
        elif call.name in ("pipe", "pipe2", "socketpair") and call.result == 0:
            pair = call.arguments[-2 if call.name == "pipe2" else -1]
            for descriptor in re.findall(r"\d+", pair):
                self.waits[descriptor] = "NONBLOCK" not in " ".join(call.arguments)
        elif call.name in ("dup", "dup2", "dup3") and call.result >= 0:
            self.waits[str(call.result)] = self.lets_wait(first)
        elif call.name == "fcntl" and call.arguments[1].startswith("F_DUPFD") and call.result >= 0:
            self.waits[str(call.result)] = self.lets_wait(first)
        elif call.name == "fcntl" and call.arguments[1] == "F_SETFL" and call.result == 0:
            self.waits[first] = first in self.waits and "O_NONBLOCK" not in call.arguments[2]
        elif call.name == "ioctl" and call.arguments[1] == "FIONBIO" and call.result == 0:
            self.waits[first] = first in self.waits and call.arguments[2] == "[0]"
        elif call.name in ("open", "openat", "openat2") and call.result >= 0:
            self.waits.pop(str(call.result), None)
        elif call.name == "close":
            self.waits.pop(first, None)


def why_sleeping(call, descriptors):
    """Why CALL may sleep, or None."""
    words = STRING.sub('""', " ".join(call.arguments))
    if call.name in SLEEPING:
        return "sleeps"
    if call.name in TIMED:
        timeout = call.arguments[TIMED[call.name]]
        return None if timeout in ZERO_TIMES else f"has a timeout: {timeout}"
    if call.name == "futex" and re.search(r"FUTEX_(WAIT|LOCK_PI)", words):
        return "waits for another thread"
    if call.name in ("wait4", "waitid") and "WNOHANG" not in words:
        return "waits for a process"
    if call.name == "fcntl" and "F_SETLKW" in words:
        return "waits for a lock"
    if call.name in INPUT | OUTPUT and descriptors.lets_wait(call.arguments[0]):
        return None if "MSG_DONTWAIT" in words else "waits for its descriptor"
    return None


def find_sleeps(log):
    """What may sleep in LOG, a line each."""
    descriptors = Descriptors()
    found = []
    for call in read_calls(log):
        why = why_sleeping(call, descriptors)
        if why:
            found.append(f"{call.name} {why}: thread {call.thread}: {call.line}")
        descriptors.follow(call)
    return found
