#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the program says of a script that is wrong: FILE:LINE:COLUMN, what is wrong, what was
expected. All of it, and nothing is played.

What the lexer and the checker find is tried error by error in the unit tests; here it is what comes
out of the program, and what only files can have wrong with them.
"""

import functools
import os
import sys
import tempfile
from pathlib import Path

import program
from program import Skip, expect, expect_equal, expect_status, run

SCRIPT = "wrong.life"

# A name, the script's bytes, and the lines that are to be on standard error, or how they begin.
WRONG = [
    ("an empty file", b"", ["wrong.life: the script is empty; expected at least one statement"]),
    ("nothing but comments", b"# a\n\n   # b\n", ["wrong.life: the script is empty"]),
    ("an unknown word", b"launch\n  lanch\n",
     ["wrong.life:2:3: “lanch” is no statement; expected a verb"]),
    ("an unknown type", b"listner web port=1\n",
     ["wrong.life:1:1: there is no type “listner”; expected one of "
      "application, child, client, database, http-client, http-server, listener, pipe, socket, socketpair; did you mean "
      "“listener”?"]),
    ("an unknown property", b"listener web prt=30000\n",
     ["wrong.life:1:14: there is no property “prt”; expected one of address, port,"]),
    ("a client of nobody", b"client phone\n",
     ["wrong.life:1:8: “phone” lacks “connect”, "]),
    ("a client of the phone", b"client phone connect=device\n",
     ["wrong.life:1:22: connect: “device” is none that can be meant; expected the name of an http-server or a listener or "
      "a socket or a numeric address"]),
    ("a client of a misspelt listener", b"listener web\nclient phone connect=wbe\n",
     ["wrong.life:2:22: connect: nothing is called “wbe”; expected the name of an http-server or a listener or ",
     ]),
    ("an argument that names nobody", b"socket near\nlaunch\nnear.socket\nnear.connect to=web\nnear.accept into=app\n",
     ["wrong.life:4:17: to: nothing is called “web”; expected the name of an http-server or a listener or a socket or a numeric address",
      "wrong.life:5:18: into: “app” is none that can be meant; expected the name of a socket"]),
    ("a value out of range", b"listener web port=99999\n",
     ["wrong.life:1:19: port: “99999” is out of range; expected "]),
    ("a value that is no number", b"listener web port=http\n",
     ["wrong.life:1:19: port: “http” is "]),
    ("a missing unit", b"after 3 launch\n", ["wrong.life:1:7: “3” has no unit; expected "]),
    ("an unknown unit", b"after 3sec launch\n", ["wrong.life:1:7: “3sec” "]),
    ("a name that nobody has", b"launch\nwait phone.connected\n", ["wrong.life:2:6: "]),
    ("an unknown signal", b"launch\nwait app.did-become-activ\n", ["wrong.life:2:10: "]),
    ("an unknown variable", b"print \"$nobody\"\n",
     ["wrong.life:1:8: the variable “nobody” is not set; expected a let or a repeat before"]),
    ("a verb that is not possible", b"launch\nopen\n",
     ["wrong.life:2:1: “open” is not possible while the application is active; expected one of "]),
    ("an unterminated repeat", b"launch\nrepeat 3\nhome\nopen\n",
     ["wrong.life:2:1: “repeat” is not closed; expected “end” behind its last line"]),
    ("an end without a repeat", b"launch\nend\n",
     ["wrong.life:2:1: “end” closes nothing; expected "]),
    ("an unterminated quote", b"launch\nprint \"abc\n",
     ["wrong.life:2:7: the quote is not closed; expected \" before the end of the line"]),
    ("an unterminated raw quote", b"print 'abc\n", ["wrong.life:1:7: the quote is not closed"]),
    ("nothing behind a backslash", b"launch \\", ["wrong.life:1:8: nothing follows the backslash"]),
    ("a NUL byte", b"launch\nho\0me\n", ["wrong.life:2:3: a NUL byte; expected text in UTF-8"]),
    ("not UTF-8", b"launch\nprint \"\xff\"\n",
     ["wrong.life:2:8: the byte 0xFF is not UTF-8; expected text in UTF-8"]),
    ("a character that is cut off", b"launch\nprint \xe2\x82",
     ["wrong.life:2:7: the byte 0xE2 is not UTF-8", "wrong.life:2:8: the byte 0x82 is not UTF-8"]),
    ("a line of 1 MiB", b"launch\n" + b"a" * (1 << 20),
     ["wrong.life:2:1: the line is 1048576 bytes long; expected at most 65536"]),
    ("a file of 5 MiB", b"# comment\n" * ((5 << 20) // 10), ["wrong.life: is longer than 4MiB"]),
    ("an include of itself", b"launch\ninclude \"wrong.life\"\n",
     ["wrong.life:2:9: the include leads back to where it is: wrong.life → wrong.life"]),
    ("an include cycle", b"include \"circle-1.life\"\n",
     ["circle-2.life:1:9: the include leads back to where it is: circle-1.life → circle-2.life →"]),
    ("an include of nothing", b"include \"none.life\"\n",
     ["wrong.life:1:9: “none.life” cannot be read: ENOENT"]),
    ("an include of a folder", b"include \"folder\"\n",
     ["wrong.life:1:9: “folder” cannot be read: EISDIR"]),
    ("an include from elsewhere", b"include \"../wrong.life\"\n",
     ["wrong.life:1:9: the file is elsewhere; expected one in the script's folder"]),
    ("a mistake in an include", b"launch\ninclude \"mistake.life\"\n",
     ["mistake.life:2:1: “hmoe” is no statement; expected "]),
    ("a terminal's escape sequence", b"\x1b[31mlaunch\n",
     ["wrong.life:1:1: “\\x1B[31mlaunch” opens no statement"]),
    ("several mistakes of meaning",
     b"lanch\nlistner web\nlistener shop prt=1 backlog=many\nlaunch\nexpect app.state == runing\n"
     b"set nobody port=1\n",
     ["wrong.life:1:1: ", "wrong.life:2:1: ", "wrong.life:3:15: ", "wrong.life:3:29: ",
      "wrong.life:5:21: ", "wrong.life:6:5: "]),
    ("several mistakes of words and grammar",
     b"after 3 home\nprint \"\\q\"\nend\nwait\nexpect app.state =! active\nrepeat 0\n",
     ["wrong.life:1:7: ", "wrong.life:2:8: ", "wrong.life:3:1: ", "wrong.life:4:1: ",
      "wrong.life:5:18: ", "wrong.life:6:1: ", "wrong.life:6:8: "]),
    # Names and the application's life are not looked at: the line that is broken may have been about them.
    ("several mistakes of words, grammar and meaning",
     b"listner web\nprint \"\\q\"\nlistener shop prt=1 port=x\nafter 5 home\nrepeat 2\n  lanch\nend\n"
     b"wait nobody.connected\nopen\nexpect app.stat == active\n",
     ["wrong.life:1:1: there is no type", "wrong.life:2:8: ", "wrong.life:3:15: there is no property",
      "wrong.life:3:26: port: ", "wrong.life:4:7: ", "wrong.life:6:3: “lanch” is no statement",
      "wrong.life:10:12: there is no property"]),
    ("a play that ends in a mistake", b"print \"not to be seen\"\nlaunch\nhome\nhome\n",
     ["wrong.life:4:1: “home” is not possible while the application is suspended; expected "]),
]

# Files that others include.
BESIDE = {
    "circle-1.life": b"include \"circle-2.life\"\n",
    "circle-2.life": b"include \"circle-1.life\"\n",
    "mistake.life": b"# A mistake of its own.\nhmoe\n",
}


def expect_lines(done, expected):
    expect_status(done, 2)
    expect_equal(done.stdout, "", "standard output")
    lines = done.stderr.splitlines()
    expect(len(lines) == len(expected)
           and all(line.startswith("rebound: " + start) for line, start in zip(lines, expected)),
           "expected lines that begin with\n" + "\n".join(expected) + f"\nsaw\n{done.stderr}")
    expect(all("; expected " in line for line in lines), f"nothing is expected in {done.stderr}")
    expect("\x1b" not in done.stderr, "an escape sequence reaches the terminal")


def try_wrong(contents, expected):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "folder").mkdir()
        for name, text in (BESIDE | {SCRIPT: contents}).items():
            Path(folder, name).write_bytes(text)
        for command in ("check", "run"):
            expect_lines(run(command, SCRIPT, cwd=folder), expected)


def try_standard_input(contents, expected):
    done = run("run", "-", input=contents, text=False)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    expect_lines(done, [line.replace(SCRIPT, "-") for line in expected])


def test_missing():
    """a missing file, a folder and a FIFO are said to be so"""
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(os.path.join(folder, "fifo.life"))
        for name, what in (("none.life", "cannot be read: ENOENT"), (".", "cannot be read: EISDIR"),
                           ("fifo.life", "is a FIFO")):
            path = os.path.join(folder, name)
            expect_lines(run("run", path), [f"{path}: {what}; expected "])


def test_unreadable():
    """a file that may not be read is said to be so"""
    with tempfile.NamedTemporaryFile(suffix=".life") as file:
        os.chmod(file.name, 0)
        if os.access(file.name, os.R_OK):
            raise Skip("root may read every file")
        expect_lines(run("run", file.name), [f"{file.name}: cannot be read: EACCES; expected "])


def test_strange_name():
    """a file name that is no text is no harm"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(os.fsencode(folder), b"a\xff\x1b\n.life")
        Path(os.fsdecode(path)).write_bytes(b"launch\nlanch\n")
        done = run("run", path, text=False)
        expect_equal(done.returncode, 2, "status")
        message = done.stderr.decode("utf-8")
        expect(":2:1: “lanch” is no statement" in message and "\x1b" not in message, message)
        Path(os.fsdecode(path)).write_bytes(b"launch\nexpect app.state == active\n")
        done = run("run", path, "--format=jsonl", text=False)
        expect_equal(done.returncode, 0, f"status, after {done.stderr!r}")
        done.stdout.decode("utf-8")


def main():
    cases = program.cases_of(globals())
    for name, contents, expected in WRONG:
        cases.append((f"{name}: in a file", functools.partial(try_wrong, contents, expected)))
        if b"include" not in contents and len(contents) < 1 << 21:
            cases.append((f"{name}: on standard input", functools.partial(
                try_standard_input, contents, expected)))
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
