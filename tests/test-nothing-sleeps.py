#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In virtual time nothing sleeps, and the errno that is shown is the failing call's own.

strace says so. What reads its log is tried first, on calls that sleep and on calls that do not.
"""

import functools
import json
import re
import sys
import tempfile

import program
import strace_log
from program import Failure, expect, expect_equal, expect_status, run

BLOCKING = "1 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 5"
NONBLOCKING = "1 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 5"

# Lines of strace, and the call among them that sleeps.
SLEEPS = [
    (["1 nanosleep({tv_sec=1, tv_nsec=0}, NULL) = 0"], "nanosleep"),
    (["1 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=1000}, NULL) = 0"],
     "clock_nanosleep"),
    (["1 select(4, [3], NULL, NULL, {tv_sec=0, tv_usec=10}) = 0 (Timeout)"], "select"),
    (["1 pselect6(4, [3], NULL, NULL, NULL, NULL) = 1 (in [3])"], "pselect6"),
    (["1 pause() = ? ERESTARTNOHAND (To be restarted if no handler)"], "pause"),
    (["1 rt_sigsuspend([], 8) = ? ERESTARTNOHAND (To be restarted if no handler)"],
     "rt_sigsuspend"),
    (["1 futex(0x7f, FUTEX_WAIT_PRIVATE, 2, NULL) = 0"], "futex"),
    (["1 futex(0x7f, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL, "
      "FUTEX_BITSET_MATCH_ANY) = -1 EAGAIN (Resource temporarily unavailable)"], "futex"),
    (["1 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 7"], "wait4"),
    (["1 waitid(P_PID, 7, {}, WEXITED, NULL) = 0"], "waitid"),
    (["1 poll([{fd=3, events=POLLIN}], 1, 10) = 0 (Timeout)"], "poll"),
    (["1 poll([{fd=3, events=POLLIN}], 1, -1) = 1 ([{fd=3, revents=POLLIN}])"], "poll"),
    (["1 poll(NULL, 0, 1) = 0 (Timeout)"], "poll"),
    (["1 ppoll([{fd=3, events=POLLIN}], 1, NULL, NULL, 8) = 1 ([{fd=3, revents=POLLIN}])"],
     "ppoll"),
    (["1 ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=0, tv_nsec=1}, NULL, 8) = 0 (Timeout)"],
     "ppoll"),
    (["1 epoll_wait(3, [], 16, 1) = 0"], "epoll_wait"),
    (["1 epoll_pwait(3, [{events=EPOLLIN, data={u32=0, u64=0}}], 16, -1, NULL, 8) = 1"],
     "epoll_pwait"),
    (["1 epoll_pwait2(3, [], 16, {tv_sec=1, tv_nsec=0}, NULL, 8) = 0"], "epoll_pwait2"),
    ([BLOCKING, '1 recvfrom(5, "x, MSG_DONTWAIT", 16, 0, NULL, NULL) = 15'], "recvfrom"),
    ([BLOCKING, '1 read(5, "", 16) = 0'], "read"),
    ([BLOCKING, "1 recvmsg(5, {msg_name=NULL, msg_namelen=0}, 0) = -1 EINTR (Interrupted)"],
     "recvmsg"),
    ([BLOCKING, "1 accept4(5, NULL, NULL, SOCK_NONBLOCK) = 6"], "accept4"),
    ([BLOCKING, "1 connect(5, {sa_family=AF_INET}, 16) = 0"], "connect"),
    ([NONBLOCKING, "1 accept4(5, NULL, NULL, SOCK_CLOEXEC) = 6", '1 read(6, "", 9) = 0'], "read"),
    ([NONBLOCKING, "1 fcntl(5, F_SETFL, O_RDWR) = 0", '1 sendto(5, "", 0, 0, NULL, 0) = 0'],
     "sendto"),
    ([NONBLOCKING, "1 close(5) = 0", BLOCKING, '1 read(5, "", 16) = 0'], "read"),
    ([NONBLOCKING, "1 ioctl(5, FIONBIO, [0]) = 0", '1 read(5, "", 16) = 0'], "read"),
    (["1 eventfd2(0, EFD_CLOEXEC) = 4", '1 read(4, "\\1\\0", 8) = 8'], "read"),
    (["1 pipe2([3, 4], O_CLOEXEC) = 0", '1 read(3, "", 8) = 0'], "read"),
    ([BLOCKING, "1 dup(5) = 6", '1 read(6, "", 8) = 0'], "read"),
    # In a second thread, cut in two, and one that never came back.
    (["1 getpid() = 1", "[pid 2] nanosleep({tv_sec=1, tv_nsec=0}, NULL) = 0"], "nanosleep"),
    (["2 poll([{fd=3, events=POLLIN}], 1 <unfinished ...>", "1 getpid() = 1",
      "2 <... poll resumed>, 500) = 0 (Timeout)"], "poll"),
    (["2 futex(0x7f, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>", "1 exit_group(0) = ?",
      "2 +++ exited with 0 +++"], "futex"),
]

AWAKE = [
    ["1 poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN}], 2, 0) = 0 (Timeout)"],
    ["1 ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=0, tv_nsec=0}, NULL, 8) = 0 (Timeout)"],
    ["1 epoll_wait(3, [{events=EPOLLIN, data={u32=1, u64=1}}], 16, 0) = 1"],
    ["1 epoll_pwait2(3, [], 16, {tv_sec=0, tv_nsec=0}, NULL, 8) = 0"],
    ["1 futex(0x7f, FUTEX_WAKE_PRIVATE, 2147483647) = 0"],
    ["1 wait4(-1, 0x7f, WNOHANG, NULL) = 0"],
    [BLOCKING, '1 recvfrom(5, "x", 16, MSG_DONTWAIT, NULL, NULL) = 1'],
    [NONBLOCKING, '1 recvfrom(5, "poll(NULL, 0, 5)", 16, 0, NULL, NULL) = 16'],
    [NONBLOCKING, "1 accept4(5, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 6",
     '1 read(6, "", 9) = 0'],
    [BLOCKING, "1 fcntl(5, F_SETFL, O_RDWR|O_NONBLOCK) = 0", '1 read(5, "", 16) = 0'],
    [BLOCKING, "1 ioctl(5, FIONBIO, [1]) = 0", '1 read(5, "", 16) = 0'],
    [BLOCKING, "1 close(5) = 0", '1 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 5',
     '1 read(5, "root", 4096) = 4'],
    ['1 write(1, "nanosleep(", 10) = 10', "1 --- SIGINT {si_signo=SIGINT} ---",
     "1 sched_yield() = 0"],
]


def test_bad_lines():
    """the reader of strace's log finds what sleeps"""
    for lines, name in SLEEPS:
        found = strace_log.find_sleeps(lines)
        expect(len(found) == 1 and found[0].startswith(name + " "),
               f"expected one call of {name} in {lines}, saw {found}")


def test_good_lines():
    """the reader of strace's log finds nothing where nothing sleeps"""
    for lines in AWAKE:
        expect_equal(strace_log.find_sleeps(lines), [], f"sleeping calls in {lines}")


def test_strange_lines():
    """the reader of strace's log passes over nothing that it does not understand"""
    for line in ["", "strace: attach: ptrace: Operation not permitted", "1 ??? = 0", "1 poll(["]:
        try:
            strace_log.find_sleeps([line])
        except ValueError:
            continue
        raise Failure(f"nothing was said of {line!r}")


def trace(script, *strace_options, arguments=()):
    """Plays SCRIPT under strace. The finished process, its events, and strace's log."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as log:
        done = run("run", script, "--format=jsonl", *arguments,
                   prefix=["strace", "-f", "-qq", "-s", "64", "-o", log.name, *strace_options])
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return done, events, log.read().splitlines()


def expect_awake(log):
    found = strace_log.find_sleeps(log)
    expect(not found, f"{len(found)} calls sleep:\n" + "\n".join(found[:5]))


def nothing_sleeps(script):
    program.need_strace()
    done, events, log = trace(script)
    expect_status(done, 0)
    calls = [call.name for call in strace_log.read_calls(log)]
    expect("unshare" in calls and "poll" in calls and events, "this is no trace of a run")
    expect_awake(log)


def test_real_time_sleeps():
    """in real time the same program sleeps, and strace shows it"""
    program.need_strace()
    with tempfile.NamedTemporaryFile("w", suffix=".life", encoding="utf-8") as script:
        script.write("launch\nafter 20ms home\n")
        script.flush()
        done, _, log = trace(script.name)
        expect_awake(log)
        done, _, log = trace(script.name, arguments=["--clock=real"])
    expect_status(done, 0)
    expect(any(found.startswith("poll has a timeout: ") for found in strace_log.find_sleeps(log)),
           "expected a poll with a timeout, saw none")


def list_binds(log, port):
    """What each bind of the listener's PORT came to: an errno, or None."""
    return [call.error for call in strace_log.read_calls(log)
            if call.name == "bind" and f"htons({port})" in call.arguments[1]]


def test_errno_is_the_calls_own():
    """rebind-bug: the errno that is shown is that of the listener's own bind"""
    program.need_strace()
    done, events, log = trace("rebind-bug")
    expect_status(done, 0)
    shown = [event.get("error") for event in events
             if event["actor"] == "web" and event["kind"] in ("listening", "bind-failed")]
    expect_equal(shown, list_binds(log, 30000), "what the log shows of each bind")
    expect_equal(shown.count("EADDRINUSE"), 1, "how often bind failed")


def test_errno_is_not_made_up():
    """rebind-bug: another errno of bind is shown just so"""
    program.need_strace()
    _, _, log = trace("rebind-bug")
    binds = [call for call in strace_log.read_calls(log) if call.name == "bind"]
    number = 1 + next(at for at, call in enumerate(binds) if call.error == "EADDRINUSE")
    done, events, log = trace("rebind-bug", "-e", f"inject=bind:error=EADDRNOTAVAIL:when={number}")
    expect_status(done, 1)
    expect_equal(list_binds(log, 30000)[1], "EADDRNOTAVAIL", "what strace put in")
    failed = next(event for event in events if event["kind"] == "bind-failed")
    expect_equal(failed["error"], "EADDRNOTAVAIL", "the errno of the event")
    seen = next(event for event in events if event["kind"] == "failed")
    expect(re.search(r"web\.last-error was “EADDRNOTAVAIL”", str(seen)), f"saw {seen}")


def main():
    cases = program.cases_of(globals())
    cases += [(f"{script}: nothing sleeps", functools.partial(nothing_sleeps, script))
              for script in program.list_scripts()]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
