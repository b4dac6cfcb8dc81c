# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a call is made: the files and functions of ours that are on its way, by addr2line."""

import os
import subprocess
from pathlib import Path

from program import REBOUND

BUILD = Path(REBOUND).parent.parent
OBJECTS = {"rebound": Path(REBOUND), "librebound-1.so.0": BUILD / "net/librebound-1.so.0"}


def name_all(path, offsets):
    """FILE function () for each offset of an object. One less: it is where the call returns to."""
    done = subprocess.run(["addr2line", "-f", "-e", path], check=True, text=True,
                          input="".join(f"{offset - 1:#x}\n" for offset in offsets),
                          capture_output=True)
    lines = done.stdout.splitlines()
    names = []
    for function, place in zip(lines[::2], lines[1::2]):
        source = Path(os.path.normpath(place.rpartition(":")[0]))
        names.append((f"{source.parent.name}/{source.name}", function.partition(".")[0]))
    return names


def locate(ways):
    """For each way, the steps of ours on it, the call's first."""
    wanted = {object: {} for object in OBJECTS}
    for way in ways:
        for step in way:
            object, offset = step.split("+")
            if object in wanted:
                wanted[object][int(offset, 16)] = None
    for object, offsets in wanted.items():
        if offsets:
            wanted[object] = dict(zip(offsets, name_all(OBJECTS[object], offsets)))
    located = []
    for way in ways:
        steps = [step.split("+") for step in way]
        located.append([" ".join(wanted[object][int(offset, 16)]) if object in wanted else object
                        for object, offset in steps])
    return located
