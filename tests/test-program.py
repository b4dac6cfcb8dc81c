#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line: what each word and option does, what is said of a wrong one, and every exit
status. What scripts can have wrong in them is in test-script-errors.py.
"""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import program
from program import (Skip, expect, expect_equal, expect_in, expect_status, list_scripts,
                     read_until, run, start)

REAL_TIME = ["run", "rebind-bug", "--clock=real", "--timeout=1ms"]

# What describe has that is no type, and some of what it prints.
TOPICS = {
    "lifecycle": ["```mermaid\nstateDiagram-v2\n", " not_running --> active : launch\n",
                  "- `home`: press Home", "| `unlock` ", "nothing keeps the application running"],
    "profiles": ["| linux ", "| `reclaim` ", " at-lock ", "TN2277", "| `launch-limit` ", "QA1693"],
}

# Parts of these are written before the end.
UNBUFFERED = [REAL_TIME, ["run", "--help"]]


def expect_complaint(words, status, *texts, **options):
    """WORDS are refused with STATUS, and all of TEXTS on standard error; nothing is played."""
    done = run(*words, **options)
    expect_status(done, status)
    for line in done.stderr.splitlines():
        expect(line.startswith("rebound: "), f"expected “rebound: ” before “{line}”")
    for text in texts:
        expect_in(text, done.stderr, "standard error")
    expect_equal(done.stdout, "", "standard output")


def play_text(text, *words, **options):
    return run("run", *words, "-", input=text, **options)


# -- what there is to ask --


def test_help():
    """--help of everything says how it is used"""
    for words in (["--help"], ["-h"], ["help"]):
        done = run(*words)
        expect_status(done, 0)
        for text in ("Usage: rebound", "run ", "check ", "compare ", "list ", "describe ", "why ", "table ",
                     "--version"):
            expect_in(text, done.stdout, f"{words}")
    for command, options in (("run", ["--clock", "--set", "--show", "--format", "--quiet",
                                      "--color", "--timeout", "--no-isolation", "--expose",
                                      "--fill", "Exit status: 0"]),
                             ("check", ["--twice", "--set", "--fill"]), ("list", ["--format"]),
                            ("compare", ["A [B]", "--set", "--with", "--all", "--show",
                                         "Exit status: 0 the same, 1 they differ"]),
                             ("describe", []),
                             ("why", ["PORT", "--reuse", "--address", "--json",
                                      "Exit status: 0 free, 1 taken"]),
                             ("table", ["close", "--json", "Exit status: 0"])):
        done = run(command, "--help")
        expect_status(done, 0)
        for text in [f"rebound {command} [OPTION", *options]:
            expect_in(text, done.stdout, f"{command} --help")
        expect_equal(done.stderr, "", "standard error")


def test_version():
    """--version says which it is"""
    done = run("--version")
    expect_status(done, 0)
    expect(re.fullmatch(r"rebound \d+\.\d+\.\d+\n", done.stdout), f"saw {done.stdout!r}")


def test_no_command():
    """without a command it says what there is, and exits 2"""
    done = run()
    expect_status(done, 2)
    expect_in("Usage: rebound", done.stderr, "standard error")
    expect_equal(done.stdout, "", "standard output")


def test_describe():
    """describe names every type, and says of each what it can do"""
    overview = run("describe")
    expect_status(overview, 0)
    names = re.findall(r"^  (\S+) +\S", overview.stdout, re.MULTILINE)
    expect(set(names) >= {"listener", "client", "app", "device", "kernel"}, f"saw only {names}")
    for name in names:
        done = run("describe", name)
        expect_status(done, 0)
        if name not in TOPICS and name not in ("formats", "schema"):
            expect(done.stdout.startswith(f"{name}: "), f"{name}: saw {done.stdout}")
        expect("(null)" not in done.stdout and not re.search(r"^ +$", done.stdout, re.MULTILINE),
               f"{name}: something has no description:\n{done.stdout}")
    expect_in("reuse-address", run("describe", "listener").stdout, "describe listener")


def test_describe_formats():
    """describe formats names what --output takes, and each of them reports a run"""
    formats = program.list_formats()
    expect(set(formats) >= {"text", "jsonl", "pcapng", "html"}, f"saw only {formats}")
    with tempfile.TemporaryDirectory() as folder:
        for name in formats:
            path = Path(folder) / name
            expect_status(run("run", "-", f"--output={name}:{path}", input="launch\n"), 0)
            expect(path.stat().st_size > 0, f"{name}: the report is empty")


def test_describe_topics():
    """describe lifecycle and describe profiles print what a script can rely on"""
    overview = run("describe").stdout
    for topic, texts in TOPICS.items():
        expect(re.search(rf"^  {topic} +\S", overview, re.MULTILINE), f"describe lacks {topic}")
        done = run("describe", topic)
        expect_status(done, 0)
        expect(done.stdout.startswith("## "), f"{topic}: saw {done.stdout}")
        for text in texts:
            expect_in(text, done.stdout, f"describe {topic}")


def list_possible(state):
    """The words that describe lifecycle has for an application in STATE on a phone as it is at
    first."""
    rows = re.findall(r"^\| `([^`]+)` +\| (.*?) +\| (.*?) +\| (.*?) +\| (.*?) +\|$",
                      run("describe", "lifecycle").stdout.split("\n## ")[0], re.MULTILINE)
    words = {word for word, states, *_ in rows if is_among(state, states)}
    rows = re.findall(r"^\| `([^`]+)` +\| (.*?) +\| (.*?) +\|",
                      run("describe", "lifecycle").stdout.split("\n## ")[1], re.MULTILINE)
    return words | {word for word, phone, states in rows if is_among(state, states)
                    and not re.search(r"\blocked|without a link|=resign", phone)}


def is_among(state, states):
    return states == "any" or (states == "any but not-running" and state != "not-running") \
        or state in states.split(", ")


def test_describe_words():
    """what describe lifecycle has for a state is what a refusal says is possible in it"""
    for state, script in (("not-running", "home"), ("active", "launch\nlaunch"),
                          ("inactive", "launch\nresign-active\nlaunch"),
                          ("background", "launch\nresign-active\nenter-background\nlaunch"),
                          ("suspended", "launch\nhome\nlaunch")):
        done = play_text(script + "\n")
        expect_status(done, 2)
        listed = re.search(r"; expected one of (.*?)( \(--fill|$)", done.stderr.strip())
        expect_equal(list_possible(state), set(listed[1].split(", ")), state)


# -- what is measured --


def expect_documented(cells, heading):
    """The keys of each of CELLS are those of the table below HEADING in docs/closing.md."""
    page = (program.TESTS.parent / "docs" / "closing.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \|", page.split(heading)[1].split("\n\n")[1], re.MULTILINE)
    expect(cells, heading)
    for cell in cells:
        expect_equal(list(cell), told, heading)


def test_table():
    """table close prints what each way out does, and the same for machines"""
    done = run("table", "close")
    expect_status(done, 0)
    for text in ("| our way out ", "| finish", "| close ", "`ECONNRESET`", "2 × send"):
        expect_in(text, done.stdout, "the tables")
    table = json.loads(run("table", "close", "--json").stdout)
    expect_equal(list(table), ["outcomes", "answers"], "keys")
    expect_documented(table["outcomes"], "\nAn outcome is:")
    expect_documented(table["answers"], "\nAn answer is:")
    cell, = [cell for cell in table["outcomes"] if cell["way"] == "close" and cell["input_unread"]
             and cell["peer"] == "open" and cell["flight"] == "in-tcp"]
    expect_equal((cell["peer_end"], cell["time_wait"]), ("ECONNRESET", "nobody"), "the end")
    expect_equal(cell["delivered_bytes"] + cell["lost_bytes"], cell["given_bytes"], "all of it")


# -- what is wrong with a command line --

WRONG = [
    (["play"], "there is no command “play”; expected one of run, "),
    (["table"], "something is missing; “rebound table --help” says what"),
    (["table", "open"], "there is no table of “open”; expected close"),
    (["table", "close", "open"], "“open” is one word too many"),
    (["table", "close", "--quiet"], "Unknown option --quiet"),
    (["run"], "something is missing; “rebound run --help” says what"),
    (["check"], "something is missing"),
    (["run", "rebind-fix", "rebind-bug"], "“rebind-bug” is one word too many"),
    (["list", "all"], "all: there is neither a shipped script nor a file of this name"),
    (["list", "--format=xml"], "--format: “xml” is none; expected text or jsonl"),
    (["run", "--loud", "rebind-fix"], "Unknown option --loud"),
    (["check", "--quiet", "rebind-fix"], "Unknown option --quiet"),
    (["describe", "lisener"], "there is nothing called “lisener”"),
    (["run", "no-such-script"], "no-such-script: there is neither a shipped script nor a file"),
    (["run", "./no-such-file"], "./no-such-file: cannot be read: ENOENT"),
    (["run", "no-such-file.life"], "no-such-file.life: cannot be read: ENOENT"),
    (["run", "/"], "/: cannot be read: EISDIR"),
    (["run", ""], "rebound: "),
    (["run", "rebind-fix", "--set"], "--set"),
    (["run", "rebind-fix", "--set", "reuse-address"], "“reuse-address” has no value; expected "),
    (["run", "rebind-fix", "--set", "reuse-adress=no"], "did you mean “reuse-address”?"),
    (["run", "rebind-fix", "--set", "=no"], "there is no variable “”"),
    (["check", "rebind-fix", "--set", "reuse-address=maybe"],
     "“maybe” is neither yes nor no; expected yes or no"),
    (["run", "rebind-fix", "--set", "reuse-address=maybe"], "“maybe” is neither yes nor no"),
    (["run", "rebind-fix", "--clock=wrong"], "--clock: “wrong” is none; expected virtual or real"),
    (["run", "rebind-fix", "--format=xml"], "--format: “xml” is no format; expected one of text, jsonl"),
    (["run", "rebind-fix", "--color=blue"], "--color: “blue” is none; expected one of auto, "),
    (["run", "rebind-fix", "--show=life,nothing"], "there is no group “nothing”; expected some of"),
    (["run", "rebind-fix", "--show="], "there is no group “”"),
    (["run", "rebind-fix", "--timeout=5"], "--timeout: “5” has no unit"),
    (["run", "rebind-fix", "--timeout=-1s"], "--timeout: "),
    (["run", "rebind-fix", "--expose"], "expected --no-isolation with it"),
    (["run", "rebind-fix", "--no-isolation", "--clock=virtual"], "expected --clock=real"),
]


def test_check_several():
    """check looks at every script that is named, and reports each mistake"""
    expect_status(run("check", *list_scripts()), 0)
    expect_complaint(["check", "nope", "rebind-fix", "neither"], 2, "nope: there is neither",
                     "neither: there is neither")


# -- where a script comes from --


def test_standard_input():
    """- is standard input, and it is named in messages"""
    done = play_text("# From a pipe.\nlaunch\nexpect app.state == active\n")
    expect_status(done, 0)
    expect_in("-: From a pipe.", done.stdout, "the title")
    expect_complaint(["run", "-"], 2, "-:1:1: “lanch” is no statement", input="lanch\n")
    expect_complaint(["check", "-"], 2, "-:2:1: ", input="launch\nlanch\n")
    expect_complaint(["run", "-"], 2, "-: the script is empty", input="")


def test_standard_input_twice():
    """check --twice plays what came on standard input twice, not once"""
    expect_status(run("check", "--twice", "-", input="launch\nhome\n"), 0)
    expect_complaint(["check", "--twice", "-"], 2, "-:2:1: ", input="launch\nlanch\n")


def test_file_in_folder():
    """a path is a file, also one that has a shipped script's name"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rebind-bug")
        with open(path, "w", encoding="utf-8") as file:
            file.write("launch\nprint \"mine\"\n")
        for word in (path, "./rebind-bug"):
            done = run("run", word, cwd=folder)
            expect_status(done, 0)
            expect_in("mine", done.stdout, word)
        expect_in("The listening socket", run("run", "rebind-bug", cwd=folder).stdout, "rebind-bug")


def test_include():
    """an include is found beside its script, and its mistakes name it"""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("common.life", "launch\nexpect app.state == suspended\n"),
                           ("main.life", "include \"common.life\"\nhome\n")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        done = run("run", os.path.join(folder, "main.life"), cwd="/")
        expect_status(done, 1)
        expect_in("NOT AS EXPECTED (line common.life:2): expect app.state == suspended; "
                  "app.state was “active”", done.stdout, "the log")
        with open(os.path.join(folder, "main.life"), encoding="utf-8") as file:
            done = run("run", "-", stdin=file, cwd=folder)
        expect_status(done, 1)


def test_include_dir():
    """an include is found in an --include-dir, by each command that reads scripts, and not without"""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("mine/main.life", "include \"common.life\"\nhome\n"),
                           ("common/common.life", "launch\n"), ("lone.life", "launch\n")):
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        for words in (("run",), ("list",), ("check",), ("check", "--twice"), ("test",),
                      ("compare", "mine/main.life")):
            done = run(*words, "mine/main.life", cwd=folder)
            expect_equal(done.returncode, 1 if words == ("test",) else 2, f"status of {words}")
            expect_in("main.life:1:9: “common.life” cannot be read: ENOENT",
                      done.stdout + done.stderr, f"{words}")
            expect_status(run(*words, "--include-dir=common", "mine/main.life", cwd=folder), 0)
        done = run("test", ".", "--include-dir=common", "--output=tap", cwd=folder)
        expect_status(done, 0)
        expect("common/common" not in done.stdout, f"a part was played by itself: {done.stdout}")
        done = run("run", "lone.life", "--include-dir=nowhere", cwd=folder)
        expect_status(done, 2)
        expect_equal(done.stderr, "rebound: nowhere: nothing can be included from there: ENOENT; "
                                  "expected a folder\n", "standard error")


# -- how it is played --


def test_language():
    """a report is the same to the byte whatever language its reader has"""
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/de_DE").exists():
        raise Skip("no other language can be made here (Debian: locales)")
    script = ("http-client c\nlaunch\nc.get uri=http://127.0.0.1:80/\nwait c.failed\n"
              "after 1250ms print \"so far\"\n")
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8",
                               f"{folder}/de_DE.UTF-8"], capture_output=True, check=False)
        if made.returncode != 0:
            raise Skip(f"localedef: {made.stderr.decode().strip()}")
        german = program.ENVIRONMENT | {"LOCPATH": folder, "LC_ALL": "de_DE.UTF-8"}
        for name in set(program.list_formats()) - {"pcapng"}:  # which is no text
            words = ["run", "-", "--show=all", f"--format={name}"]
            here, there = (run(*words, input=script, env=env)
                           for env in (program.ENVIRONMENT, german))
            expect_status(here, 0)
            expect_equal(there.stdout, here.stdout, f"{name} in German")


def test_set():
    """--set puts another value in the place of a let's, each time the script says it"""
    script = "let a=one\nlet b=two\nprint \"$a $b\"\nlet a=three\nprint \"$a $b\"\n"
    expect_in("one two", play_text(script).stdout, "no --set")
    done = play_text(script, "--set", "a=x=y", "-s", "b=", "--format=jsonl")
    printed = [event["text"] for event in map(json.loads, done.stdout.splitlines())]
    expect_equal(printed, ["x=y ", "x=y "], "what is printed")


def test_fill():
    """--fill plays the steps that the script leaves out, and says so"""
    expect_complaint(["run", "-"], 2, "-:2:1: “open” is not possible while the application is",
                     "--fill", input="launch\nopen\n")
    done = play_text("launch\nopen\nexpect app.state == active\n", "--fill")
    expect_status(done, 0)
    expect_in("a missing step, played by --fill", done.stdout, "the log")
    expect_status(run("check", "--fill", "-", input="launch\nopen\n"), 0)


def test_timeout():
    """--timeout ends a run that takes too long by the clock on the wall"""
    done = play_text("launch\nafter 1h home\n", "--clock=real", "--timeout=50ms")
    expect_status(done, 1)
    expect_in("-:2:1: the time limit of the whole run (--timeout) is over", done.stderr, "the end")
    expect_in("NOT as expected: ", done.stdout, "the summary")
    endless = "client c connect=127.0.0.1:9 retry-every=1us\nlaunch\nafter 1d home\n"
    expect_status(play_text(endless, "--timeout=50ms", "-q"), 1)
    expect_status(play_text("launch\nafter 1d home\n", "--timeout=1h"), 0)


# -- exit statuses --


def test_status_failed():
    """status 1: an expectation failed, and the script went on"""
    done = play_text("launch\nexpect app.state == background\nhome\nexpect app.state == active\n")
    expect_status(done, 1)
    expect_equal(done.stdout.count("NOT AS EXPECTED"), 2, "failures shown")
    expect_in("2 expectations, 2 failed", done.stdout, "the summary")
    expect_equal(done.stderr, "rebound: 2 of 2 expectations failed\n", "the complaint")


def test_status_wait():
    """status 1: a wait failed, and the script ended there"""
    done = play_text("launch\nwait app.did-enter-background within 2s\nprint \"not reached\"\n")
    expect_status(done, 1)
    expect("not reached" not in done.stdout, "the script went on")
    expect_in("rebound: -:2:1: ", done.stderr, "the complaint")
    expect_in("app.did-enter-background did not come", done.stderr, "the complaint")


def test_status_lacking():
    """status 77: the machine allows no namespace, and how to go without is said"""
    if shutil.which("unshare") is None:
        raise Skip("there is no unshare to take the namespaces away with")
    shell = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\""
    prefix = ["unshare", "--user", "--map-root-user", "sh", "-c", shell, "sh"]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        raise Skip("the limit of namespaces cannot be lowered here")
    for words in (["run", "rebind-bug"], ["check", "--twice", "rebind-bug"],
                  ["compare", "rebind-bug", "rebind-fix"]):
        expect_complaint(words, 77, "ENOSPC", "user.max_user_namespaces is 0",
                         "--no-isolation --clock=real", prefix=prefix)
    expect_complaint(["table", "close"], 77, "ENOSPC", "user.max_user_namespaces is 0", prefix=prefix)
    expect_status(run("check", "rebind-bug", prefix=prefix), 0)


def interrupt(*numbers, prefix=()):
    """Sends a run in real time these signals, and returns its status and what it says then."""
    process = start("run", "-", "--clock=real", stdin=subprocess.PIPE, prefix=prefix)
    process.stdin.write("launch\nafter 1h home\n")
    process.stdin.close()
    read_until(process, "> after 1h home")
    for number in numbers:
        process.send_signal(number)
    rest, complaint = process.stdout.read(), process.stderr.read()
    return process.wait(), rest, complaint


def test_status_interrupted():
    """status 130: Ctrl-C, SIGTERM and SIGHUP in real time; the summary is still shown"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        status, rest, complaint = interrupt(number)
        expect_equal(status, 130, f"status after {number}")
        expect_in("interrupted: ", rest, "the summary")
        expect_in("interrupted", complaint, "the complaint")


def test_signal_ignored():
    """a signal that was ignored before stays ignored, as nohup has it"""
    prefix = ["sh", "-c", "trap '' HUP && exec \"$@\"", "sh"]
    process = start("run", "-", "--format=jsonl", prefix=prefix, stdin=subprocess.PIPE)
    process.stdin.write("client c connect=127.0.0.1:9 retry-every=1ms\nlaunch\nafter 20s home\n")
    process.stdin.close()
    read_until(process, '"refused"')
    process.send_signal(signal.SIGHUP)
    process.stdout.read()
    expect_equal(process.wait(), 0, "status")


def test_status_interrupted_virtual():
    """status 130: Ctrl-C in virtual time"""
    process = start("run", "-", "--format=jsonl", stdin=subprocess.PIPE)
    process.stdin.write("client c connect=127.0.0.1:9 retry-every=1us\nlaunch\nafter 1d home\n")
    process.stdin.close()
    read_until(process, '"refused"')
    process.send_signal(signal.SIGINT)
    for line in process.stdout.read().splitlines()[1:]:
        json.loads(line)
    expect_in("interrupted", process.stderr.read(), "the complaint")
    expect_equal(process.wait(), 130, "status")


def test_status_too_few_descriptors():
    """status 99: whoever allows fewer descriptors than are looked at is told so"""
    if program.SANITIZED:
        raise program.Skip("at its end the sanitizer opens files, and aborts where it may not")
    process = start("run", "-", "--format=jsonl", stdin=subprocess.PIPE)
    process.stdin.write("client c connect=127.0.0.1:9 retry-every=1us\nlaunch\nafter 1d home\n")
    process.stdin.close()
    read_until(process, '"refused"')
    _, most = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (0, most))
    process.stdout.read()
    complaint = process.stderr.read()
    expect_equal(process.wait(), 99, "status")
    expect_in("poll: EINVAL (Invalid argument): ", complaint, "the complaint")
    expect_in(" descriptors were looked at, and RLIMIT_NOFILE allows 0\n", complaint, "the complaint")


def test_status_internal():
    """status 99: what is shown cannot be written"""
    for words in (["run", "rebind-bug"], ["run", "rebind-bug", "--format=jsonl"], ["list"],
                  ["describe", "listener"], ["describe"], ["table", "close"],
                  ["table", "close", "--json"], ["--version"], ["--help"],
                  *UNBUFFERED):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = run(*words, stdout=full)
        expect_equal(done.returncode, 99, f"status of {words}")
        expect_in("standard output could not be written: ENOSPC", done.stderr, f"{words}")


def test_closed_output():
    """status 99: standard output is closed, and no socket of the run gets its number"""
    prefix = ["sh", "-c", "exec \"$@\" >&-", "sh"]
    done = run("run", "rebind-bug", prefix=prefix)
    expect_equal(done.returncode, 99, "status")
    expect_in("standard output could not be written: EBADF", done.stderr, "the complaint")
    expect_equal(run(*REAL_TIME, prefix=prefix).returncode, 99, "status in real time")


def test_missing_output_is_occupied():
    """a missing standard output is occupied before anything else could get its number"""
    process = start("run", "-", stdin=subprocess.PIPE, stdout=None,
                    prefix=["sh", "-c", "exec \"$@\" >&-", "sh"])
    # More than a pipe holds: once it is written the program is reading, and so past that point.
    process.stdin.write("# a comment\n" * 100000)
    expect_equal(os.readlink(f"/proc/{process.pid}/fd/1"), "/", "what has descriptor 1")
    process.communicate()


def test_many_clients():
    """ten thousand clients that cannot connect are no busy loop"""
    few = ["sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"]
    for what, script, prefix in (
            ("an application that does not run", "listener web port=30000\n"
             "client c connect=web at-once=11000\nafter 1500ms launch\n", ()),
            ("no descriptors", "client c connect=127.0.0.1:9 at-once=11000\nafter 1500ms launch\n",
             few)):
        done = play_text(script, "--show=checks", prefix=prefix)
        expect(done.returncode == 0, f"{what}: saw {done.returncode}, {done.stdout}{done.stderr}")


def test_shells_limit():
    """the soft limit of descriptors that a shell has, 1,024 as a rule, changes nothing"""
    logs = []
    for limit in ("1024", "4096"):
        done = run("run", "abort-no-time-wait", "--format=jsonl",
                   prefix=["sh", "-c", f"ulimit -Sn {limit}; exec \"$@\"", "sh"])
        expect_status(done, 0)
        logs.append(done.stdout)
    expect(logs[0] == logs[1], "the log depends on the limit")


def trace_loader(*words):
    """What the dynamic linker says of the files that it has loaded, a line each."""
    done = run(*words, env=program.ENVIRONMENT | {"LD_DEBUG": "files"})
    expect_in("calling init:", done.stderr, "what the loader says")
    return done.stderr.splitlines()


def test_no_modules():
    """a run loads no module of GIO's: no proxy's, no dconf's, whatever the machine has"""
    for words in (["rebind-bug"], ["-"], ["./nowhere.life"], ["file:///nowhere.life"]):
        loaded = [line for line in trace_loader("run", "-q", *words) if "dynamically loaded" in line]
        expect(not loaded, f"{words}: " + "\n".join(loaded))


def test_no_libsoup():
    """libsoup, which brings fourteen libraries along, is loaded where HTTP is played, and else not"""
    for words in (["--version"], ["list"], ["describe", "http-client"], ["check", "pool-lock"],
                  ["run", "-q", "rebind-bug"]):
        loaded = [line for line in trace_loader(*words) if "libsoup" in line]
        expect(not loaded, f"{words}: " + "\n".join(loaded))
    loaded = [line for line in trace_loader("run", "-q", "pool-lock") if "dynamically" in line]
    expect(len(loaded) == 1 and "file=libsoup-3.0.so.0 " in loaded[0], "\n".join(loaded))


def test_lacks_libsoup():
    """without libsoup a script with HTTP is not begun, and says what is missing: status 77"""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "libsoup-3.0.so.0").write_text("no library\n", "utf-8")
        without = {"env": program.ENVIRONMENT | {"LD_LIBRARY_PATH": folder}}
        for words, status in ((["run", "pool-lock"], 77),
                              (["run", "pool-lock", "--no-isolation"], 77),
                              (["check", "--twice", "pool-lock"], 77),
                              (["compare", "pool-lock", "pool-lock-cure"], 77),
                              (["test", "pool-lock", "rebind-bug"], 1)):
            done = run(*words, **without)
            expect_status(done, status)
            expect_in("HTTP needs libsoup, which cannot be loaded: ", done.stderr + done.stdout,
                      f"what {words} says")
            expect_in("libsoup-3.0.so.0", done.stderr + done.stdout, f"what {words} says")
            expect("starts" not in done.stdout, f"{words}: {done.stdout}")
        expect_status(run("run", "-q", "rebind-bug", **without), 0)


def test_closed_input_and_error():
    """without standard input and standard error it plays all the same"""
    done = run("run", "rebind-bug", prefix=["sh", "-c", "exec \"$@\" <&- 2>&-", "sh"])
    expect_status(done, 0)
    expect_in("as expected: ", done.stdout, "the summary")
    expect_complaint(["run", "-"], 2, "-: cannot be read: EBADF",
                     prefix=["sh", "-c", "exec \"$@\" <&-", "sh"])


def main():
    cases = program.cases_of(globals())
    for words, text in WRONG:
        cases.append((f"status 2: rebound {' '.join(words)}",
                      lambda words=words, text=text: expect_complaint(words, 2, text)))
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
