# SPDX-License-Identifier: LGPL-2.1-or-later
"""Folders of scripts for the tests of `rebound test`."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

GOOD = "launch\nexpect app.state == active\n"

# Ten days with an attempt every millisecond, and never a rest in real time: who wants it to end has
# to end it.
ENDLESS = "launch\nclient phone connect=127.0.0.1:30000 retry-every=1ms\nafter 10d\n"


@contextmanager
def folder_of(files):
    """A folder with FILES, of paths in it and their text, that goes when it is done with."""
    with tempfile.TemporaryDirectory() as name:
        for path, text in files.items():
            place = Path(name) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with open(os.fsencode(place), "w", encoding="utf-8") as file:
                file.write(text)
        yield Path(name)
