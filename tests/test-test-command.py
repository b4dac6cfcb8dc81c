#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rebound test: which scripts it plays, what it says of them, and how it ends.

What becomes of processes is in test-test-processes.py, golden logs in test-test-golden.py.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import program
from program import (Skip, expect, expect_equal, expect_in, expect_status, list_scripts, run)
from script_folder import GOOD, folder_of

BAD = "# It fails.\nlaunch\nexpect app.state == background\nwait app.suspended within 1s\n"
MISTAKEN = "lanch\n"


def names_of(*words, **options):
    """The scripts that were played, as a report in TAP has them in it, in its order."""
    done = run("test", "--output=tap", *words, **options)
    expect_equal(done.stderr, "", "standard error")
    return re.findall(r"^(?:not )?ok \d+ - (.*)$", done.stdout, re.MULTILINE)


def test_shipped():
    """without a path the shipped scripts are played, and all are as expected"""
    done = run("test")
    expect_status(done, 0)
    expect_equal(done.stderr, "", "standard error")
    lines = done.stdout.splitlines()
    expect_equal(lines[:-2], [f"as expected      {name}" for name in sorted(list_scripts())],
                 "the summary")
    expect(lines[-1].startswith(f"as expected: {len(list_scripts())} scripts; "), lines[-1])


def test_paths():
    """a folder is searched, and what it includes, hides or links to is no script of its own"""
    files = {"b.life": GOOD, "a.life": GOOD, "deep/er/c.life": GOOD, "notes.txt": GOOD,
             ".hidden/d.life": GOOD, ".e.life": GOOD, "whole.life": 'launch\ninclude "part.life"\n',
             "part.life": "home\n", "deep/part.life": GOOD,
             "odd.life": "launch\n  include  'quoted part.life' # so\n",
             "quoted part.life": "home\n"}
    found = ["a.life", "b.life", "deep/er/c.life", "deep/part.life", "odd.life", "whole.life"]
    with folder_of(files) as folder:
        os.symlink("deep", folder / "loop")
        os.symlink("..", folder / "deep" / "up")
        here = {"cwd": folder}
        expect_equal(names_of(".", **here), found, "a folder")
        expect_equal(names_of(str(folder)), [f"{folder}/{name}" for name in found], "a whole path")
        expect_equal(names_of("deep//", "./a.life", "a.life", "deep/er", "goodbye", **here),
                     ["a.life", "deep/er/c.life", "deep/part.life", "goodbye"], "several")
        expect_equal(names_of("part.life", **here), ["part.life"], "a part that is named")
        expect_equal(names_of("notes.txt", **here), ["./notes.txt"], "a file of another name")


def test_words():
    """a script's name in a report is one that rebound run takes"""
    with folder_of({"-x.life": BAD, "a:b.life": BAD, "goodbye": BAD}) as folder:
        found = names_of("--", "-x.life", "a:b.life", "./goodbye", cwd=folder)
        expect_equal(found, ["./-x.life", "./a:b.life", "./goodbye"], "names")
        for name in found:
            expect_status(run("run", name, cwd=folder), 1)


def test_filter():
    """--filter chooses by a glob for the name, or with a slash for the path"""
    shipped = sorted(list_scripts())
    expect_equal(names_of("--filter=pool-*"),
                 [name for name in shipped if name.startswith("pool-")], "a glob")
    expect_equal(names_of("--filter", "goodbye", "--filter", "half-?lose"),
                 ["goodbye", "half-close"], "two")
    with folder_of({"a/one.life": GOOD, "b/one.life": GOOD, "b/two.life": GOOD}) as folder:
        for glob, found in (("one", ["a/one.life", "b/one.life"]),
                            ("b/*", ["b/one.life", "b/two.life"])):
            expect_equal(names_of(".", f"--filter={glob}", cwd=folder), found, glob)


def test_shard():
    """--shard=I/N cuts the list into parts, which are all of it"""
    shipped = sorted(list_scripts())
    parts = [names_of(f"--shard={number}/4") for number in (1, 2, 3, 4)]
    expect_equal(sorted(sum(parts, [])), shipped, "all parts")
    expect_equal(parts[1], shipped[1::4], "a part")
    done = run("test", "goodbye", "--shard=2/2", "--output=tap")
    expect_status(done, 0)
    expect_equal(done.stdout, "TAP version 13\n1..0 # SKIP no script is in this shard\n", "none")


WRONG = [
    (["nowhere"], "nowhere: ENOENT"), (["nowhere.life"], "nowhere.life: ENOENT"),
    ([""], ": ENOENT"),
    (["empty"], "empty: no script is in this folder; expected at least one *.life"),
    (["--filter=zzz*", "--filter=y"], "--filter: “zzz*”, “y” matches none of the "),
    (["--shard=0/2"], "--shard: “0/2” is none; expected I/N"), (["--shard=3/2"], "“3/2” is none"),
    (["--shard=1"], "“1” is none"), (["--shard=1/2x"], "“1/2x” is none"), (["--shard=/"], "“/”"),
    (["-j0"], "--jobs: 0 is out of range; expected 1 to "), (["--jobs=-1"], "-1 is out of range"),
    (["-jx"], "for -j"), (["-j"], "for -j"),
    (["--repeat=0"], "--repeat: 0 is out of range; expected 1 to "),
    (["--repeat=2s"], "2s"), (["--timeout=3"], "--timeout: “3” has no unit; expected "),
    (["--update"], "expected --golden=DIR with it"),
    (["--output=xml"], "“xml” is no format; expected one of summary, tap, junit"),
    (["--output="], "“” is no format"), (["--output=tap:"], "no file is named; expected one"),
    (["--output=tap", "-o", "junit:-"], "two outputs go to standard output"),
    (["--output=tap:x", "--output=junit:./x"], "two outputs go to ./x"),
    (["--golden=g", "a/one.life", "b/one.life"],
     "g/one.log would be the log of both a/one.life and b/one.life"),
    (["--clock=real"], "--clock=real"),
]


def test_wrong():
    """status 2: wrong usage, a path that is not there, nothing to play; nothing is played"""
    with folder_of({"a/one.life": GOOD, "b/one.life": GOOD, "empty/notes": ""}) as folder:
        for words, complaint in WRONG:
            done = run("test", *words, cwd=folder)
            expect_status(done, 2)
            expect_in(complaint, done.stderr, f"{words}: the complaint")
            expect(done.stderr.startswith("rebound: ") and done.stdout == "", f"{words}: {done}")
        expect_equal(sorted(os.listdir(folder)), ["a", "b", "empty"], "what is in the folder")


def mixed_folder():
    return folder_of({"bad.life": BAD, "good.life": GOOD, "mistaken.life": MISTAKEN,
                      "long-one.life": "launch\nrepeat 3000\nhome\nopen\nend\n"})


def test_summary():
    """the summary: what was expected and seen, a script's mistakes, how to play it again"""
    with mixed_folder() as folder:
        os.symlink("nowhere", folder / "gone.life")
        done = run("test", ".", cwd=folder)
        expect_status(done, 1)
        expect_equal(done.stdout.splitlines(), [
            "NOT as expected  bad.life: 2 of 2 expectations failed",
            "    line 3: expect app.state == background; app.state was “active”",
            "    line 4: wait app.suspended within 1s; app.suspended did not come",
            "    it ended there: bad.life:4:1: nothing can happen any more; expected “wait "
            "app.suspended within 1s”, but app.suspended did not come",
            "    play it again: rebound run bad.life",
            "NOT as expected  gone.life: the script is not without mistakes; nothing was played",
            "    rebound: gone.life: cannot be read: ENOENT; expected a script's file",
            "    play it again: rebound run gone.life",
            "as expected      good.life",
            "as expected      long-one.life",
            "NOT as expected  mistaken.life: the script is not without mistakes; nothing was played",
            "    rebound: mistaken.life:1:1: “lanch” is no statement; expected a verb such as "
             "launch or home, a type, or one of set, after, wait, expect, always, eventually, let, "
             "repeat, include, "
            "print; did you mean “launch”?",
            "    play it again: rebound run mistaken.life",
            "",
            "NOT as expected: 3 of 5 scripts; 3 expectations, 2 failed"], "the summary")


def test_why():
    """a failure says why, as the run does"""
    script = ("launch\nclient late connect=127.0.0.1:30001 count=1\n"
              "expect app.state == background\n")
    with folder_of({"refused.life": script}) as folder:
        for words in (["-o", "summary"], ["-o", "tap"], ["-o", "junit"]):
            text = run("test", ".", *words, cwd=folder).stdout
            expect_in("late was refused at 0.000", text, f"{words}: why")


def read_yaml(block):
    """A block of ours: texts and lists of texts, quoted as JSON quotes them."""
    values, key = {}, None
    for line in block.splitlines():
        name, colon, value = line.strip().partition(": ")
        if line.startswith("    - "):
            values[key].append(json.loads(line[len("    - "):]))
        elif colon:
            values[name] = json.loads(value)
        else:
            key = line.strip().rstrip(":")
            values[key] = []
    return values


def test_tap():
    """TAP: a point a script, a YAML block below one that failed, the plan; prove reads it"""
    with mixed_folder() as folder:
        done = run("test", ".", "--output=tap", cwd=folder)
        expect_status(done, 1)
        lines = done.stdout.splitlines()
        points = [line for line in lines if re.match(r"(not )?ok ", line)]
        expect_equal(points, ["not ok 1 - bad.life", "ok 2 - good.life", "ok 3 - long-one.life",
                              "not ok 4 - mistaken.life"], "points")
        expect_equal((lines[0], lines[-1]), ("TAP version 13", "1..4"), "the ends")
        block = read_yaml(done.stdout.split("  ---\n")[1].split("  ...\n")[0])
        expect_equal(list(block), ["message", "status", "failed", "ended", "again"], "keys")
        expect_equal([block["status"], block["message"], block["again"]],
                     ["failed", "2 of 2 expectations failed", "rebound run bad.life"], "values")
        expect_equal(block["failed"][0],
                     "line 3: expect app.state == background; app.state was “active”", "what failed")
        (folder / "all.tap").write_text(done.stdout)
        told = prove(folder / "all.tap")
        expect_in("Failed tests:  1, 4", told, "what prove says")
        expect("Parse errors" not in told, f"prove cannot read it:\n{told}")


def prove(path):
    if shutil.which("prove") is None:
        raise Skip("prove is not installed (Debian: perl)")
    done = subprocess.run(["prove", "--exec", "cat", path], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def test_junit():
    """JUnit: a suite a script, a case an expectation and one its end; xmllint reads it"""
    with mixed_folder() as folder:
        expect_status(run("test", ".", "--output=junit:report.xml", cwd=folder), 1)
        root = ElementTree.parse(folder / "report.xml").getroot()
        suites = [tuple(map(suite.get, ("name", "tests", "failures", "errors"))) for suite in root]
        expect_equal(suites, [("bad.life", "3", "3", "0"), ("good.life", "2", "0", "0"),
                              ("long-one.life", "1", "0", "0"), ("mistaken.life", "1", "0", "1")],
                     "suites")
        case = root[0].find("testcase")
        expect_equal((case.get("name"), case.find("failure").get("message")),
                     ("line 3: expect app.state == background", "app.state was “active”"), "a case")
        expect_in("rebound run bad.life", root[0].find("system-out").text, "how to play it again")
        expect_in("mistaken.life:1:1: ", root[3].find("testcase/error").text, "the mistake")
        expect_equal(root[0].find("properties/property").attrib,
                     {"name": "title", "value": "It fails."}, "the title")
        lint(folder / "report.xml")


def lint(path):
    if shutil.which("xmllint") is None:
        raise Skip("xmllint is not installed (Debian: libxml2-utils)")
    schema = program.TESTS / "junit.xsd"
    done = subprocess.run(["xmllint", "--noout", "--schema", schema, path], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expect_equal((done.returncode, done.stdout), (0, f"{path} validates\n"), "what xmllint says")


def test_page():
    """the example of docs/testing.md is what its script comes to"""
    page = (program.TESTS.parent / "docs" / "testing.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    shown, script = [text for language, text in blocks if not language]
    empty = "listener shop port=30000\nlaunch\nhome\nopen\nexpect shop.state == listening\n"
    with folder_of({"stories/back.life": script, "stories/empty.life": empty}) as folder:
        done = run("test", "stories", cwd=folder)
        expect_equal(f"$ rebound test stories\n{done.stdout}", shown, "the example")
    for key in ("message", "status", "failed", "ended", "messages", "difference", "why", "again"):
        expect_in(f"`{key}`", page, "keys of a block")


def test_outputs():
    """--output: several reports at once; who has files has the summary besides"""
    with mixed_folder() as folder:
        done = run("test", ".", "-o", "tap:a.tap", "-o", "junit:b.xml", "-o", "summary:c",
                   cwd=folder)
        expect_status(done, 1)
        expect_equal(sorted(path.name for path in folder.iterdir() if path.suffix != ".life"),
                     ["a.tap", "b.xml", "c"], "files")
        expect_equal((folder / "c").read_text(), done.stdout, "the summary in the file")
        expect_equal((folder / "a.tap").read_text(),
                     run("test", ".", "-o", "tap", cwd=folder).stdout, "TAP in the file")


def test_order():
    """reports are the same to the byte however many play at once, and have the scripts' order"""
    files = {f"{letter}.life": GOOD if letter != "a" else "launch\nrepeat 3000\nhome\nopen\nend\n"
             for letter in "abcdefgh"}
    with folder_of(files | {"bad.life": BAD}) as folder:
        for words in ([], ["-o", "tap"], ["-o", "junit"], ["--repeat=3"]):
            logs = {run("test", ".", *words, jobs, cwd=folder).stdout
                    for jobs in ("-j1", "-j2", "--jobs=9")}
            expect_equal(len(logs), 1, f"{words}: different reports")
        expect_equal(names_of(".", "-j", "9", cwd=folder), sorted(os.listdir(folder)), "the order")


# Names that are trouble in a line, in a shell, in TAP, YAML or XML, or that are no text at all.
HOSTILE = ["a b", "it's", 'say "x"', "two\nlines", "# SKIP no", "ok 1 - fine", "<b>&amp;", "]]>",
           "tab\there", "back\\slash", "esc\x1b[31mred", "del\x7f", "$HOME `id` ;!", "*?[",
           "\u202e\u0085rtl", "b\udcff\udc80ytes", "\uffff", "-o", "Bail out! x", "ü"]


def test_hostile_names():
    """no name of a file breaks a line, a report or a terminal, and each can be played again"""
    with folder_of({f"{name}.life": BAD for name in HOSTILE}) as folder:
        done = run("test", ".", "-o", "tap:out.tap", "-o", "junit:out.xml", cwd=folder)
        expect_status(done, 1)
        tap = (folder / "out.tap").read_text(encoding="utf-8")
        for text in (done.stdout, tap, (folder / "out.xml").read_text(encoding="utf-8")):
            odd = set(text) & set(map(chr, [*range(32), *range(127, 160)])) - set("\n\t")
            expect_equal(odd, set(), "control characters of a report")
        expect_equal(done.stdout.count("\nNOT as expected") + 1, len(HOSTILE) + 1, "verdicts")
        told = prove(folder / "out.tap")
        expect_in(f"Failed {len(HOSTILE)}/{len(HOSTILE)} subtests", told, "what prove says")
        lint(folder / "out.xml")
        root = ElementTree.parse(folder / "out.xml").getroot()
        expect_equal(len(root), len(HOSTILE), "suites")
        play_again(re.findall(r"^    play it again: (.*)$", done.stdout, re.MULTILINE), folder)


def play_again(commands, folder):
    """Each command, as a person pastes it, plays another of the scripts."""
    shell = shutil.which("bash")
    if shell is None:
        raise Skip("there is no bash to paste a command into")
    for command in commands:
        words = command.replace("rebound", shlex.quote(program.REBOUND), 1)
        done = subprocess.run([shell, "-c", words], check=False, cwd=folder, capture_output=True)
        expect_equal(done.returncode, 1, f"status of {command}, which said {done.stderr}")
    expect_equal(len(set(commands)), len(HOSTILE), "commands")


def test_repeat():
    """--repeat plays each script so often, and says which play went wrong"""
    done = run("test", "goodbye", "half-close", "--repeat=20", "-j2")
    expect_status(done, 0)
    expect_in("\nas expected: 2 scripts, 20 plays of each; ", done.stdout, "the summary")
    with folder_of({"bad.life": BAD}) as folder:
        done = run("test", ".", "--repeat=3", cwd=folder)
        expect_in("bad.life: 2 of 2 expectations failed, in play 1 of 3\n", done.stdout,
                  "the summary")


def test_cannot_write():
    """status 99: a report that could not be written is no report, and no other takes its place"""
    with folder_of({"a.life": GOOD}) as folder:
        for words in (["-o", "tap:/dev/full"], ["-o", "junit:nowhere/x"]):
            done = run("test", ".", *words, cwd=folder)
            expect_status(done, 99)
            expect_in("--output: ", done.stderr, "the complaint")
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = run("test", ".", stdout=full, cwd=folder)
        expect_status(done, 99)
        expect_in("standard output could not be written: ENOSPC", done.stderr, "the complaint")
        reader, writer = os.pipe()
        os.close(reader)
        done = run("test", ".", "-o", "tap", stdout=writer, cwd=folder)
        os.close(writer)
        expect_status(done, 99)
        expect_in("standard output could not be written: EPIPE", done.stderr, "the complaint")
        expect_equal(os.listdir(folder), ["a.life"], "what is in the folder")


def test_lacking():
    """status 77: the machine allows no namespace; the reports say that nothing was played"""
    if shutil.which("unshare") is None:
        raise Skip("there is no unshare to take the namespaces away with")
    prefix = ["unshare", "--user", "--map-root-user", "sh", "-c",
              "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"", "sh"]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        raise Skip("the limit of namespaces cannot be lowered here")
    with folder_of({"a.life": GOOD}) as folder:
        done = run("test", ".", "-o", "tap", "-o", "junit:x.xml", prefix=prefix, cwd=folder)
        expect_status(done, 77)
        expect_in("user.max_user_namespaces is 0", done.stderr, "the complaint")
        expect(re.match(r"TAP version 13\n1\.\.0 # SKIP .*max_user_namespaces", done.stdout),
               done.stdout)
        root = ElementTree.parse(folder / "x.xml").getroot()
        expect(root.find(".//skipped") is not None, "nothing is skipped")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
