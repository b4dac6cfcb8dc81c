#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is installed is enough for a program: pkg-config knows the library, each header compiles by itself, and a program that
includes <rebound.h> alone compiles, links and runs.

Usage: test-installed.py BUILD-ROOT PROGRAM.c COMPILER…
"""

import os
import pathlib
import subprocess
import sys
import tempfile

build, source, *compiler = sys.argv[1:]
WARNINGS = ["-std=gnu11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-cast-function-type", "-Werror"]
number = 0


def case(name, good, why=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    for line in why.splitlines() if not good else []:
        print(f"# {line}")


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def find(root, pattern):
    return sorted(pathlib.Path(root).rglob(pattern))


def ask(file, *words):
    """What pkg-config says of a library that lies somewhere else than it was installed to."""
    done = run("pkg-config", *words, "rebound-1", env={**os.environ, "PKG_CONFIG_PATH": str(file.parent)})
    return done.stdout.split() if done.returncode == 0 else []


def main():
    with tempfile.TemporaryDirectory() as root:
        done = run("meson", "install", "--no-rebuild", "-C", build, "--destdir", root)
        files = find(root, "rebound-1.pc")
        case("it is installed, with a file for pkg-config", done.returncode == 0 and len(files) == 1, done.stdout + done.stderr)
        if len(files) != 1:
            return
        text = files[0].read_text(encoding="utf-8")
        files[0].write_text(text.replace("prefix=/", f"prefix={root}/", 1), encoding="utf-8")
        flags = ask(files[0], "--cflags")
        headers = find(root, "*.h")
        broken = [done.stderr for done in (run(*compiler, *WARNINGS, "-fsyntax-only", "-x", "c", *flags, "-", input=f'#include "{header}"\n')
                                           for header in headers) if done.returncode != 0]
        case(f"each of {len(headers)} headers compiles by itself", len(headers) > 30 and broken == [], "\n".join(broken))
        program = pathlib.Path(root, "program")
        done = run(*compiler, *WARNINGS, *flags, source, "-o", program, *ask(files[0], "--libs"))
        case("a program compiles by <rebound.h> and pkg-config alone", done.returncode == 0, done.stderr)
        library, = {str(path.parent) for path in find(root, "librebound-1.so.0")}
        done = run(program, env={**os.environ, "LD_LIBRARY_PATH": library}) if done.returncode == 0 else done
        case("and runs", done.returncode == 0, done.stdout + done.stderr)
        case("so is the schema of JSON Lines", len(find(root, "rebound-events.schema.json")) == 1)


print("1..5")
main()
