# SPDX-License-Identifier: LGPL-2.1-or-later
"""Folders of scripts for the tests of `rebound test`."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

GOOD = "launch\nexpect app.state == active\n"

# Takes minutes, and never waits for anything: who wants it to end has to end it.
ENDLESS = "launch\nrepeat 490000\nhome\nopen\nend\n"


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
