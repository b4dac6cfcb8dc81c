# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is played: every shipped script, and each way of the program to read, play and write."""

from play import Scenario
from program import TESTS, list_scripts

# Of the short form: all that is read, written, begun and looked at is in these.
SHORT_FORM = {"reports", "test", "compare", "why", "table", "include", "check --twice",
              "listener-silent", "network-down-at-lock", "file-lock-at-suspend",
              "cfsocket-accept-once", "write-after-close"}

# What was bad once, and is always tried: scenario, call, errno, and who makes the call for whom.
PINNED = [
    ("reports", "poll", "ENOMEM", "rebound_strand_poll"),
    ("reports", "epoll_ctl", "ENOSPC", "rebound_watch_set_events"),
    ("reports", "epoll_ctl", "ENOENT", "rebound_watch_free"),
    ("reports", "accept4", "EMFILE", "rebound-kernel-probe.c"),
    ("reports", "getsockopt", "ENOBUFS", "look_at_descriptor"),
    ("reports", "getpeername", "ENOBUFS", "rebound_tuple_from_descriptor"),
    ("reports", "getsockopt", "ENOBUFS", "rebound-dial.c on_ready"),
    ("reports", "recv", "ENOMEM", "take_input"),
    ("file-lock-at-suspend", "readlink", "ELOOP", "read_own_pid"),
    ("file-lock-at-suspend", "readlink", "EACCES", "name_file"),
    ("cfsocket-accept-once", "opendir", "EMFILE", "find_highest"),
    ("cfsocket-accept-once", "readdir", "EIO", "find_highest"),
    ("listener-silent", "dup3", "EBUSY", "exchange"),
    ("network-down-at-lock", "setsockopt", "ENOBUFS", "rebound_link_resume"),
    ("test", "dup2", "EMFILE", "take_files"),
    ("test", "memfd_create", "EMFILE", "open_files"),
    ("test", "pread", "EIO", "read_file"),
    ("test", "readdir", "EIO", "read_folder"),
    ("compare", "read", "EIO", "read_all"),
    ("compare", "fclose", "EIO", "play_into"),
    ("include", "fstat", "EIO", "open_regular"),
    ("include", "open", "EACCES", "open_folder"),
    ("why", "bind", "EACCES", "list_own_bound"),
    ("table", "poll", "ENOMEM", "poll_or_tell"),
]

SCRIPTS = TESTS.parent / "app/scripts"
OUTPUTS = ["text:a.txt", "jsonl:a.jsonl", "tap:a.tap", "junit:a.xml", "trace:a.json",
           "html:a.html", "pcapng:a.pcapng"]
CURE = ["--set", "reuse-address=no", "--with", "reuse-address=yes"]


def read(name):
    return (SCRIPTS / f"{name}.life").read_text()


def list_scenarios():
    outputs = [word for output in OUTPUTS for word in ("--output", output)]
    pair = {"t/a.life": read("rebind-fix"), "t/b.life": read("half-close")}
    lines = '{"n":1,"time_usec":0,"actor":"app","kind":"suspended"}\n'
    yield Scenario("reports", ["run", "rebind-fix", *outputs])
    for name in list_scripts():
        yield Scenario(name, ["run", name])
    yield Scenario("test", ["test", "t", "--jobs=1", "--output=summary", "--output=tap:t.tap",
                            "--output=junit:t.xml"], pair)
    yield Scenario("golden", ["test", "t/b.life", "--jobs=1", "--golden=logs"], pair)
    yield Scenario("repeat", ["test", "t/b.life", "--jobs=1", "--repeat=2"], pair)
    yield Scenario("shard", ["test", "t", "--jobs=1", "--shard=1/2"], pair)
    yield Scenario("compare", ["compare", "rebind-fix", *CURE, "--output=html:c.html"])
    yield Scenario("compare files", ["compare", "a.jsonl", "b.jsonl"],
                   {"a.jsonl": lines, "b.jsonl": lines})
    yield Scenario("include", ["run", "a.life"],
                   {"a.life": 'include "b.life"\nlaunch\n', "b.life": 'print "b"\n'})
    yield Scenario("standard input", ["run", "-"], input="launch\nhome\nopen\n")
    yield Scenario("check --twice", ["check", "--twice", "rebind-fix"])
    yield Scenario("why", ["why", "30000"])
    yield Scenario("table", ["table", "close"])
    yield Scenario("list", ["list"])
    yield Scenario("describe", ["describe", "listener"])
