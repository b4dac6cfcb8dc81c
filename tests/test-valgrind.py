#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Under valgrind: no error, no leak, and at the end no descriptor open that the run has opened."""

import functools
import re
import shutil
import sys
import tempfile

import program
from program import expect, expect_equal, expect_status, run

# Between them they bind, fail to bind, accept, suspend, resume, leave clients in a backlog, and have
# requests end in each way.
SCRIPTS = ["rebind-bug", "rebind-fix", "backlog-while-suspended", "defunct-socket",
           "close-loses-data", "pool-lock", "pool-network-change", "pool-policies",
           "pool-post-not-twice", "pool-reset-not-retried"]

# One that the program itself never has.
FOUND_SOMETHING = 42

VALGRIND = ["valgrind", "--track-fds=yes", "--leak-check=full", "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite", f"--error-exitcode={FOUND_SOMETHING}"]


# Who has a descriptor that is not the run's: whoever started the program, and GLib, whose default
# main context comes into being when it is compared with another one, and stays for good.
OTHERS = ["<inherited from parent>", "g_main_context_default"]


def list_open(report):
    """The descriptors in valgrind's REPORT that the run has opened."""
    entries = re.findall(r"Open (.*(?:\n==\d+== +(?:at|by|<).*)*)", report)
    return [entry for entry in entries if not any(other in entry for other in OTHERS)]


def play(arguments, status):
    # Not through a pipe: those would be open at the end, too, and valgrind would tell.
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as log:
        # GLib < 2.76 hands small blocks out of big ones, of which valgrind sees nothing. GIO leaks
        # the modules that it finds newer than its cache of them, be it by a link that perf made:
        # here it finds none.
        environment = program.ENVIRONMENT | {"G_SLICE": "always-malloc",
                                             "GIO_MODULE_DIR": str(program.TESTS)}
        done = run(*arguments, prefix=[*VALGRIND, f"--log-file={log.name}"], env=environment)
        report = log.read()
    expect(done.returncode == status,
           f"expected status {status}, saw {done.returncode}:\n{done.stderr}{report}")
    expect(re.search(r"ERROR SUMMARY: 0 errors", report), report)
    expect_equal(list_open(report), [], "descriptors that are still open")
    expect("FILE DESCRIPTORS: " in report, f"valgrind did not look at the descriptors:\n{report}")


def test_report_is_read():
    """the reader of valgrind's report finds what is open, and leaves out what was before"""
    report = ("==1== FILE DESCRIPTORS: 5 open (3 std) at exit.\n"
              "==1== Open AF_INET socket 9: 0.0.0.0:30000 <-> unbound\n"
              "==1==    at 0x1: socket (syscall-template.S:120)\n"
              "==1==    by 0x2: open_socket (rebound-listener.c:1)\n==1== \n"
              "==1== Open file descriptor 5:\n==1==    at 0x1: eventfd (syscall-template.S:120)\n"
              "==1==    by 0x2: g_main_context_default (in libglib-2.0.so)\n==1== \n"
              "==1== Open file descriptor 4: /dev/null\n==1==    <inherited from parent>\n==1== \n")
    found = list_open(report)
    expect(len(found) == 1 and "socket 9" in found[0], f"found {found}")


def main():
    if program.SANITIZED:
        return program.skip_all("valgrind and the sanitizers do not go together")
    if shutil.which("valgrind") is None:
        return program.skip_all("there is no valgrind")
    cases = program.cases_of(globals())
    cases += [(f"{script}: nothing is found", functools.partial(play, ["run", script], 0))
              for script in SCRIPTS]
    cases += [
        ("a run that fails: nothing is found",
         functools.partial(play, ["run", "rebind-fix", "--set", "reuse-address=no"], 1)),
        ("a run with a mistake: nothing is found",
         functools.partial(play, ["run", "rebind-fix", "--set", "reuse-address=maybe"], 2)),
        ("describe: nothing is found", functools.partial(play, ["describe", "listener"], 0)),
    ]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
