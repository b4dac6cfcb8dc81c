# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is tried within the network of a run, by a process that was put there.

It is a program of its own because it is started by nsenter, with every capability over the run's
namespaces: more than the run itself has. It is told what to try, as JSON, and prints what came of
each try: “reached”, or the errno's name.
"""

import ctypes
import errno
import json
import os
import socket
import sys

# Long enough for a machine's own loopback; whatever has not answered by then was dropped.
PATIENCE_SECONDS = 1

CLONE_NEWNET = 0x40000000


def name_of(error):
    return errno.errorcode.get(error.errno, str(error)) if error.errno else type(error).__name__


def tell(attempt, *words):
    try:
        return attempt(*words) or "reached"
    except OSError as error:
        return name_of(error)


def connect(family, kind, address):
    with socket.socket(getattr(socket, family), getattr(socket, kind)) as one:
        one.settimeout(PATIENCE_SECONDS)
        if kind == "SOCK_DGRAM" and family != "AF_UNIX":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            one.sendto(b"probe", address)
        else:
            one.connect(address)


def try_to_connect(family, kind, address):
    if family == "AF_UNIX":
        return tell(connect, family, kind, "\0" + address)
    return tell(connect, family, kind, tuple(address))


def enter(descriptor):
    """Goes into the network that a descriptor stands for, as nsenter does."""
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def open_namespace(path):
    os.close(os.open(path, os.O_RDONLY))


def main(orders):
    answers = {name: try_to_connect(*what) for name, what in orders["connect"].items()}
    answers["interfaces"] = " ".join(name for _, name in socket.if_nameindex())
    if "network" in orders:
        answers["enter"] = tell(enter, orders["network"])
    if "open" in orders:
        answers["open"] = tell(open_namespace, orders["open"])
    return answers


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
