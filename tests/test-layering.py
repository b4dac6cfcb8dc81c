#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Proves tests/layering: a small tree is broken in one way at a time, and each is to be found.

Speaks TAP. The last case is the tree itself.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
LAYERING = TREE / "tests" / "layering"

# A tree that keeps its layers; each case writes over one file of it, or adds one.
SOUND = {
    "lifecycle/rebound-clock.h": "#pragma once\n#include <glib-object.h>\n",
    "lifecycle/rebound-clock-private.h": '#pragma once\n#include "rebound-clock.h"\n',
    "lifecycle/rebound-clock.c": '#include "rebound-clock-private.h"\n#include <sys/timerfd.h>\n',
    "net/rebound-listener.h": '#pragma once\n#include "lifecycle/rebound-clock.h"\n',
    "net/rebound-listener.c":
        '#include "rebound-listener.h"\n#include <net/if.h>\n#include <sys/socket.h>\n'
        '#include "lifecycle/rebound-clock-private.h"\nstatic GSocket *socket;\n',
    "app/command.h": "#pragma once\n",
    "app/main.c":
        '#include "command.h"\n#include "net/rebound-listener.h"\n'
        '#include <net/rebound-listener.h>\n'
        '#include "lifecycle/rebound-generated.h"\nstatic GOptionEntry *entries;\n',
    "tests/test-all.h": "#pragma once\n",
    "tests/test-all.c":
        '#include "test-all.h"\n#include "app/command.h"\n#include "net/rebound-listener.h"\n',
}

# What is broken, the file that breaks it, its text, and what is to be said ("" for nothing).
CASES = [
    ("a sound tree", "app/other.c", "\n", ""),
    ("lifecycle includes net", "lifecycle/a.c", '#include "net/rebound-listener.h"\n',
     "lifecycle/a.c:1: lifecycle/ includes net/rebound-listener.h of net/"),
    ("lifecycle includes app by ..", "lifecycle/a.c", '\n#include "../app/command.h"\n',
     "lifecycle/a.c:2: lifecycle/ includes ../app/command.h of app/"),
    ("lifecycle includes net in angle brackets", "lifecycle/a.h",
     "# include  <net/rebound-listener.h>\n", "lifecycle/a.h:1: lifecycle/ includes net/"),
    ("lifecycle includes net by a bare name", "lifecycle/a.c", '#include "rebound-listener.h"\n',
     "lifecycle/a.c:1: lifecycle/ includes rebound-listener.h of net/"),
    ("lifecycle includes what net generates", "lifecycle/a.c", '#include "net/rebound-enums.h"\n',
     "lifecycle/a.c:1: lifecycle/ includes net/rebound-enums.h of net/"),
    ("net includes app", "net/a.c", '#include "app/command.h"\n',
     "net/a.c:1: net/ includes app/command.h of app/"),
    ("net includes tests", "net/a.c", '#include "tests/test-all.h"\n',
     "net/a.c:1: net/ includes tests/test-all.h of tests/"),
    ("app includes tests", "app/a.c", '#include "tests/test-all.h"\n',
     "app/a.c:1: app/ includes tests/test-all.h of tests/"),
    ("in a folder of a folder", "lifecycle/deep/a.c", '#include "../../net/rebound-listener.h"\n',
     "lifecycle/deep/a.c:1: lifecycle/ includes"),
    ("a public header includes a private one", "net/a.h",
     '#include "lifecycle/rebound-clock-private.h"\n', "net/a.h:1: a public header includes"),
    ("a private header includes a private one", "net/a-private.h",
     '#include "lifecycle/rebound-clock-private.h"\n', ""),
    ("lifecycle includes sys/socket.h", "lifecycle/a.c", "#include <sys/socket.h>\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket, but includes <sys/socket.h>"),
    ("lifecycle includes netinet", "lifecycle/a.c", "#include <netinet/tcp.h>\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket"),
    ("lifecycle includes net/if.h of the system", "lifecycle/a.c", "#include <net/if.h>\n",
     "lifecycle/a.c:1: lifecycle/ "),
    ("lifecycle includes inet_diag", "lifecycle/a.c", "#include <linux/inet_diag.h>\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket"),
    ("lifecycle includes libmnl", "lifecycle/a.c", "#include <libmnl/libmnl.h>\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket"),
    ("lifecycle includes gio/gsocket.h", "lifecycle/a.c", "#include <gio/gsocket.h>\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket"),
    ("lifecycle names GSocketListener", "lifecycle/a.c", "\n\nGSocketListener *web;\n",
     "lifecycle/a.c:3: lifecycle/ knows no socket, but names GSocketListener"),
    ("lifecycle calls g_socket_new", "lifecycle/a.c", "  g_socket_new (1, 2, 3, NULL);\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket, but names g_socket_new"),
    ("lifecycle names sockaddr_in", "lifecycle/a.c", "struct sockaddr_in address;\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket, but names sockaddr_in"),
    ("lifecycle speaks of sockets in comments and strings", "lifecycle/a.c",
     '/* A GSocket is\n * no sockaddr. */\nchar *s = "GSocket \\" AF_INET"; // GSocket\n', ""),
    ("an include in a comment", "lifecycle/a.c", '/*\n#include "app/command.h"\n*/\n', ""),
    ("a name after a comment on its line", "lifecycle/a.c", "/* a */ GSocket *socket;\n",
     "lifecycle/a.c:1: lifecycle/ knows no socket, but names GSocket"),
    ("lifecycle names GOptionContext", "lifecycle/a.c", "GOptionContext *context;\n",
     "lifecycle/a.c:1: lifecycle/ knows no command line, but names GOptionContext"),
    ("net names GOptionEntry", "net/a.c", "GOptionEntry *entries;\n",
     "net/a.c:1: net/ knows no command line, but names GOptionEntry"),
    ("net includes getopt.h", "net/a.c", "#include <getopt.h>\n",
     "net/a.c:1: net/ knows no command line, but includes <getopt.h>"),
    ("an empty file", "net/a.c", "", ""),
]


def run_layering(tree):
    done = subprocess.run(
        [LAYERING, tree], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def write_tree(top, files):
    for name, text in files.items():
        path = Path(top, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def play(name, text, expected):
    """None if the layering says EXPECTED, and only that, of a tree with TEXT in NAME."""
    with tempfile.TemporaryDirectory() as top:
        write_tree(top, SOUND | {name: text})
        status, out, err = run_layering(top)
    lines = out.splitlines()
    if err:
        return f"it complained: {err}"
    if not expected:
        return None if (status, lines) == (0, []) else f"expected nothing, got {status}: {out}"
    if status != 1 or len(lines) != 1 or not lines[0].startswith(expected):
        return f"expected 1 and one line that starts with '{expected}', got {status}: {out}"
    return None


def play_empty_tree():
    with tempfile.TemporaryDirectory() as top:
        status, _, err = run_layering(top)
    return None if status == 2 and "no sources" in err else f"expected 2, got {status}: {err}"


def play_this_tree():
    status, out, err = run_layering(TREE)
    return None if status == 0 else out + err


def main():
    plays = [(what, lambda case=case: play(*case)) for what, *case in CASES]
    plays += [("a tree without sources", play_empty_tree), ("this tree", play_this_tree)]
    failures = 0
    print(f"1..{len(plays)}")
    for number, (what, run) in enumerate(plays, 1):
        wrong = run()
        if wrong:
            failures += 1
            print(f"not ok {number} {what}")
            print("".join(f"# {line}\n" for line in wrong.splitlines()), end="")
        else:
            print(f"ok {number} {what}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
