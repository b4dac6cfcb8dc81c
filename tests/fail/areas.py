# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a file of ours makes its system calls for, in the table's words: the first that fits."""

import re

AREAS = [
    ("the run's namespace",
     r"net/rebound-(isolation|routes|sysctl|refusal|kernel-settings|kernel-probe|link\b)"),
    ("the fence", r"net/rebound-fence"),
    ("a silent listener", r"net/rebound-silent-listener"),
    ("sockets taken away", r"net/rebound-reclaim"),
    ("the descriptor limit", r"net/rebound-descriptor-limit"),
    ("`rebound why`", r"net/rebound-(port-report|port-judge|socket-owner)|linux-kernel-why"),
    ("`rebound table`", r"net/rebound-close-bench"),
    ("the packets", r"net/rebound-capture"),
    ("what is ready", r"net/rebound-poll|lifecycle/rebound-(stage|census|spin|clock|run\.|site)"),
    ("HTTP", r"net/rebound-http"),
    ("naive code", r"net/rebound-naive"),
    ("a listener", r"net/rebound-(listener|accept|bind-report|self-dial|reuseport)"),
    ("a client", r"net/rebound-(client|dial|endpoint|address)"),
    ("a connection", r"net/rebound-(connection|finishing)"),
    ("the state of sockets", r"net/rebound-(socket|history|explanation|linux-kernel|ledger)"),
    ("locks on files", r"lifecycle/rebound-(file-locks|database)"),
    ("scripts and logs read", r"lifecycle/rebound-script|app/rebound-(script|record-file|test-list"
                              r"|test-parts|command-list)"),
    ("reports written", r"app/rebound-(whole-file|watched-stream|standard-output|outputs"
                        r"|test-golden|test-reports)"),
    ("other processes", r"app/rebound-(play-apart|test-|repeat|twin)"),
    ("Ctrl-C", r"app/rebound-interrupt"),
    ("the terminal", r"app/rebound-(colour|columns|text|progress|command-run)"),
]


def name_area(steps):
    """By the first step that is ours."""
    for step in steps:
        for name, pattern in AREAS:
            if re.search(pattern, step):
                return name
    own = [step for step in steps if "/rebound-" in step or step.startswith("app/main")]
    return "the program" if own else "libraries"
