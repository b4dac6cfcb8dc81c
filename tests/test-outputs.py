#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a run's reports go: any number of them, each whole or not there at all; and the same run
has the same events in every format, counted by what reads each of them.
"""

import collections
import functools
import json
import os
import pty
import re
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import program
import tap_text
from program import (Skip, expect, expect_equal, expect_in, expect_status, list_scripts, run,
                     start)

# A long one, so that each report is more than a buffer.
SCRIPT = "day-in-the-life"

# The formats, and which of them are not for terminals.
TEXTS = ["text", "jsonl", "tap", "junit", "trace", "html"]
BINARIES = ["pcapng"]
FORMATS = TEXTS + BINARIES

# Those that have more to say of it than fits where there is next to no room.
LONG = ["text", "jsonl", "pcapng", "trace", "html"]

SHOW_ALL = "--show=all,packets,sockets"


def output_to(folder, formats=tuple(FORMATS), prefix="run."):
    return [word for name in formats for word in ("--output", f"{name}:{folder}/{prefix}{name}")]


def expect_refused(words, *texts, **options):
    """Bad usage: status 2, a line that says what and what was expected, nothing is run."""
    done = run("run", *words, "rebind-bug", **options)
    expect_status(done, 2)
    for text in texts:
        expect_in(text, done.stderr, f"of {words}")
    expect_equal((done.stdout, done.stderr.count("\n")), ("", 1), "what else is said")


def files_of(folder):
    return sorted(os.listdir(folder))


# -- the same run has the same events in every format --


def count_lines(lines):
    """The events of JSON Lines, by actor and kind."""
    events = [json.loads(line) for line in lines.split(b"\n")[:-1]]
    return collections.Counter((event["actor"], event["kind"]) for event in events)


# A line of the text, one that was folded, and what is said of lines that were, as a group.
LINE = re.compile(r" *\d+\.\d+  (\S+) .*?"
                  r"(?:  ×(\d+)(?:, every [^,]+)?(?:, until [\d.]+)?)?")
GROUP = re.compile(r" +…  these (\d+) lines ×(\d+).*")


def count_text(path):
    """Lines by actor, those that were folded unfolded; and how many explanations stand behind
    them."""
    lines = []
    log, _, rest = path.read_text(encoding="utf-8").partition("\n\n")[2].partition("\n\n")
    for line in log.splitlines():
        if match := GROUP.fullmatch(line):
            begin = len(lines) - int(match[1])
            lines[begin:] = [(actor, number * int(match[2])) for actor, number in lines[begin:]]
        elif match := LINE.fullmatch(line):
            lines.append((match[1], int(match[2] or 1)))
    counts = collections.Counter()
    for actor, number in lines:
        counts[actor] += number
    return counts, len(re.findall(r"^  - ", rest, re.MULTILINE))


def read_pcapng(path):
    """The packets' numbers, and the comments, of the blocks of a file."""
    numbers, comments, data, at = [], [], path.read_bytes(), 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        begin = {6: 28, 5: 20}.get(kind)
        if begin is not None:
            if kind == 6:
                begin += -(-struct.unpack_from("<I", data, at + 20)[0] // 4) * 4
            options = read_options(data[at + begin:at + size - 4])
            comments += [value for code, value in options if code == 1]
            numbers += [struct.unpack("<Q", value)[0] for code, value in options
                        if kind == 6 and code == 5]
        at += size
    return numbers, [comment.rstrip(b"\0").decode("utf-8") for comment in comments]


def read_options(data):
    options, at = [], 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from("<HH", data, at)
        if code == 0:
            break
        options.append((code, data[at + 4:at + 4 + size]))
        at += 4 + -(-size // 4) * 4
    return options


def compare_text(path, events, _play):
    """Every event is a line, but for those of the end, which are counted there."""
    counts, n_explanations = count_text(path)
    expect_equal(n_explanations, events[("kernel", "explanation")], "explanations in the text")
    expected = collections.Counter()
    for (actor, kind), number in events.items():
        if kind not in ("explanation", "statistics"):
            expected[actor] += number
    expect_equal(counts, expected, "lines of the text by actor")


# The table of sockets, which belongs to what a script prints, too.
TABLE = {("kernel", "sockets"), ("kernel", "socket")}


def list_kinds(play, groups):
    """Actors and kinds of the events of some groups."""
    done = play("--format=jsonl", f"--show={groups}")
    return set(count_lines(done.stdout.encode("utf-8")))


def compare_pcapng(path, events, play):
    """Every packet, by its number; and every event of life, actors and sockets as a comment."""
    numbers, comments = read_pcapng(path)
    expect_equal(len(numbers), events[("kernel", "packet")], "packets")
    expect_equal(len(set(numbers)), len(numbers), "their numbers")
    told = list_kinds(play, "life,actors,sockets") - list_kinds(play, "script") - TABLE
    expected = collections.Counter()
    for (actor, kind), number in events.items():
        if (actor, kind) in told:
            expected[actor] += number
    told = collections.Counter(comment.partition(": ")[0] for comment in comments)
    expect_equal(told, expected, "comments by actor")


def compare_checks(n_good, n_bad, events):
    expect_equal((n_good, n_bad), (events[("script", "met")], events[("script", "failed")]),
                 "what was met, and what failed")


def compare_tap(path, events, _play):
    points = tap_text.read(path.read_bytes().decode("utf-8")).points[:-1]
    compare_checks(sum(point.good for point in points), sum(not point.good for point in points),
                   events)


def compare_junit(path, events, _play):
    cases = ElementTree.parse(path).getroot()[0].findall("testcase")[:-1]
    bad = [case for case in cases if len(case)]
    compare_checks(len(cases) - len(bad), len(bad), events)


def compare_trace(path, events, _play):
    """Every event is an instant that has its line among its args."""
    records = json.loads(path.read_bytes())["traceEvents"]
    seen = collections.Counter((record["args"]["actor"], record["args"]["kind"])
                               for record in records if record["ph"] == "i")
    expect_equal(seen, events, "instants by actor and kind")


def compare_html(path, events, _play):
    """Every event is in the data of the page."""
    page = path.read_text(encoding="utf-8")
    told = json.loads(re.search(r'<script[^>]* id="data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    (told,) = told["runs"]
    seen = collections.Counter(
        (told["actors"][actor]["name"], told["kinds"][kind])
        for actor, kind in zip(told["events"]["actor"], told["events"]["kind"]))
    expect_equal(seen, events, "events of the page by actor and kind")


# How the events of a format are counted, against those of JSON Lines. A new format is a line here.
COMPARE = {
    "text": compare_text,
    "pcapng": compare_pcapng,
    "tap": compare_tap,
    "junit": compare_junit,
    "trace": compare_trace,
    "html": compare_html,
}


def compare_folded(folder, play):
    """Without packets between them lines are folded, and none is lost by that."""
    play("--show=all", *output_to(folder, ["text", "jsonl"], "folded."))
    events = count_lines(Path(folder, "folded.jsonl").read_bytes())
    compare_text(Path(folder, "folded.text"), events, play)


def compare_reports(status, *words, **options):
    """Plays with every format at once, and holds each of them against JSON Lines."""
    def play(*more):
        return run("run", *more, *words, **options)

    with tempfile.TemporaryDirectory() as folder:
        done = play(SHOW_ALL, *output_to(folder))
        expect_status(done, status)
        expect_equal(files_of(folder), sorted(f"run.{name}" for name in FORMATS), "files")
        paths = {name: Path(folder) / f"run.{name}" for name in FORMATS}
        expect_equal(paths["text"].read_text(encoding="utf-8"), done.stdout, "the text in a file")
        events = count_lines(paths["jsonl"].read_bytes())
        for name, compare in COMPARE.items():
            compare(paths[name], events, play)
        compare_folded(folder, play)


def test_same_alone():
    """what a report says does not depend on which others there are"""
    with tempfile.TemporaryDirectory() as folder:
        expect_status(run("run", SHOW_ALL, *output_to(folder), SCRIPT), 0)
        for name in FORMATS:
            expect_status(run("run", SHOW_ALL, *output_to(folder, [name], "alone."), SCRIPT), 0)
            together, alone = (Path(folder) / f"{prefix}.{name}" for prefix in ("run", "alone"))
            expect(together.read_bytes() == alone.read_bytes(), f"{name} differs")


def test_no_format_forgotten():
    """every format that can be asked for is tried here"""
    known = run("run", "--output", "none", "rebind-bug").stderr.partition("expected one of ")[2]
    expect_equal(set(known.strip().split(", ")), set(FORMATS), "formats")
    expect_equal(set(COMPARE) | {"jsonl"}, set(FORMATS), "formats that are compared")


# -- which words are good --


def test_standard():
    """a report on standard output, alone there, and none beside it"""
    plain = run("run", "rebind-bug", "--format=jsonl").stdout
    for words in (["--output", "jsonl"], ["--output", "jsonl:-"], ["-o", "jsonl"]):
        expect_equal(run("run", "rebind-bug", *words).stdout, plain, f"{words}")
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", "rebind-bug", "--output", f"jsonl:{folder}/run")
        expect_in("as expected: ", done.stdout, "the text")
        shown = Path(folder, "run").read_text(encoding="utf-8")
        expect_equal(shown, plain, "the file")


def test_bad_usage():
    """what cannot be meant is refused, and nothing is run"""
    for words in (["-o", "text", "-o", "jsonl"], ["-o", "tap:-", "--format=jsonl"],
                  ["--format=text", "-o", "junit:-"]):
        expect_refused(words, "two outputs go to standard output")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/run"
        expect_refused(["-o", f"tap:{path}", "-o", f"junit:{path}"], f"two outputs go to {path}")
        expect_refused(["-o", f"pcapng:{path}", "--pcap", path], f"two outputs go to {path}")
        expect_refused(["-o", f"tap:{path}", "-o", f"junit:{folder}/./run"], "two outputs go to ")
        expect_equal(files_of(folder), [], "files")
    for words in (["-o", "xml"], ["-o", "xml:run"], ["-o", ""], ["-o", ":run"], ["-o", "Tap"],
                  ["--format=xml"]):
        expect_refused(words, " is no format; expected one of text, jsonl, ")
    for words in (["-o", "tap:"], ["--pcap", ""]):
        expect_refused(words, "no file is named; expected one, or - for standard output")


def test_names():
    """a file may be called what a file may be called"""
    for name in ("a:b:c", "-", " a b ", "a\nb", "ä", b"\xff\xfe", "%s%n", "--quiet", "a" * 240,
                 "text:-"):
        with tempfile.TemporaryDirectory() as folder:
            name = os.fsdecode(name)
            done = run("run", "-q", "-o", f"tap:./{name}", "rebind-bug", cwd=folder)
            expect_status(done, 0)
            expect_equal(files_of(folder), [name], "files")


def test_terminal():
    """bytes that are no text are not for a terminal"""
    controller, terminal = pty.openpty()
    try:
        for name in BINARIES:
            done = run("run", "-o", name, "rebind-bug", stdout=terminal)
            expect_equal(done.returncode, 2, "status")
            expect_in(f"{name} is not for a terminal; expected a file", done.stderr, name)
    finally:
        os.close(terminal)
        os.close(controller)


# -- whole, or not at all --


def expect_unwritten(done, path, *texts):
    """Status 99, and a complaint that names option, file and errno."""
    expect_equal(done.returncode, 99, f"status; {done.stderr}")
    for text in (f"rebound: --output: {path} cannot be written: ", *texts):
        expect_in(text, done.stderr, "the complaint")


def test_no_place():
    """a missing folder, a folder in the file's place, a folder without rights"""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/sub")
        for path, error in ((f"{folder}/none/run", "ENOENT"), (f"{folder}/sub", "EISDIR"),
                            (f"{folder}/sub/", "EISDIR"),
                            (f"{folder}/{'a' * 300}", "ENAMETOOLONG")):
            done = run("run", "-o", f"jsonl:{path}", "rebind-bug")
            expect_unwritten(done, path, error)
            expect_equal(done.stdout, "", "what was played")
        expect_equal((files_of(folder), files_of(f"{folder}/sub")), (["sub"], []), "files")


def test_no_rights():
    """a folder that one may not write to"""
    prefix = program.as_nobody()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        done = run("run", "-o", f"jsonl:{folder}/run", "rebind-bug", prefix=prefix)
        expect_unwritten(done, f"{folder}/run", "EACCES")
        expect_equal(files_of(folder), [], "files")


def check_kept(folder, formats, done, error):
    """Reports that could not be written have left what there was before, and nothing else."""
    for name in formats:
        path = Path(folder) / f"run.{name}"
        expect_unwritten(done, path, error)
        expect_equal(path.read_text(encoding="utf-8"), "earlier", f"what is in {path}")
    expect_equal(files_of(folder), sorted(f"run.{name}" for name in formats), "files")


def write_earlier(folder, formats=tuple(FORMATS)):
    for name in formats:
        Path(folder, f"run.{name}").write_text("earlier", encoding="utf-8")


def test_too_big():
    """a limit of a file's size: an error, the earlier file stays, and none is left beside it"""
    for blocks, formats in ((0, FORMATS), (8, LONG)):
        prefix = ["sh", "-c", f"ulimit -f {blocks}; exec \"$@\"", "sh"]
        with tempfile.TemporaryDirectory() as folder:
            write_earlier(folder, formats)
            done = run("run", SHOW_ALL, *output_to(folder, formats), SCRIPT, prefix=prefix)
            check_kept(folder, formats, done, "EFBIG (File too large)")


# A small file system, in a namespace of its own; the earlier reports are there already.
SMALL_DISK = """
mount -t tmpfs -o size=64k,nr_inodes=64 none "$1" || exit 77
folder=$1; shift
for name in $FORMATS; do printf earlier > "$folder/run.$name"; done
"$@"; echo "status $?"
for file in "$folder"/*; do echo "$file: $(cat "$file")"; done
"""


def test_full_disk():
    """a full disk: an error, the earlier files stay, and none is left beside them"""
    prefix = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"]
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", SHOW_ALL, *output_to(folder, LONG), SCRIPT, prefix=[*prefix, folder],
                   env=program.ENVIRONMENT | {"FORMATS": " ".join(LONG)})
        if "status" not in done.stdout:
            raise Skip(f"there is no small disk to be had: {done.stderr.strip()}")
        after = done.stdout[done.stdout.index("\nstatus ") + 1:]
        expect_equal(after, "status 99\n" + "".join(f"{folder}/run.{name}: earlier\n"
                                                    for name in sorted(LONG)), "what is left")
        for name in LONG:
            expect_in(f"--output: {folder}/run.{name} cannot be written: ENOSPC (No space left on "
                      "device)", done.stderr, "the complaint")


def is_device(path):
    return stat.S_ISCHR(os.stat(path).st_mode)


def test_full_device():
    """/dev/full: an error, and it stays the device that it is; /dev/null takes everything"""
    for name in FORMATS:
        done = run("run", SHOW_ALL, "-o", f"{name}:/dev/full", SCRIPT)
        expect(is_device("/dev/full"), "/dev/full is no device any more")
        expect_unwritten(done, "/dev/full", "ENOSPC (No space left on device)")
        expect_status(run("run", SHOW_ALL, "-o", f"{name}:/dev/null", SCRIPT), 0)
        expect(is_device("/dev/null"), "/dev/null is no device any more")


def test_one_of_two():
    """of two reports the one that can be written is there, and the status is 99"""
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", "-o", "jsonl:/dev/full", "-o", f"tap:{folder}/run.tap", SCRIPT)
        expect_unwritten(done, "/dev/full", "ENOSPC")
        tap_text.read(Path(folder, "run.tap").read_text(encoding="utf-8"))
        expect_equal(files_of(folder), ["run.tap"], "files")


def test_closed_pipe():
    """a pipe that nobody reads any more: status 99 and EPIPE, whatever is on its way"""
    for words in (["run", SCRIPT], *(["run", SCRIPT, "-o", name] for name in FORMATS), ["list"],
                  ["describe", "schema"], ["run", "--help"],
                  ["run", "rebind-bug", "--clock=real", "--timeout=1ms"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = run(*words, stdout=writing)
        os.close(writing)
        expect_equal(done.returncode, 99, f"status of {words}; {done.stderr}")
        expect_in("standard output could not be written: EPIPE (Broken pipe)", done.stderr,
                  f"{words}")


def test_head():
    """| head -1: the reader has its line, and the run says that the rest could not be written"""
    shell = "\"$@\" | head -1; exit ${PIPESTATUS[0]}"
    done = run("run", "--format=jsonl", SHOW_ALL, SCRIPT, prefix=["bash", "-c", shell, "bash"])
    expect_equal(json.loads(done.stdout)["n"], 1, "the line")
    expect_equal(done.returncode, 99, f"status; {done.stderr}")


def test_pipe_file():
    """a named pipe whose reader goes away: an error, and it stays a pipe"""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen(["head", "-c1", pipe], stdout=subprocess.DEVNULL):
            done = run("run", "-o", f"jsonl:{pipe}", SHOW_ALL, SCRIPT)
        expect_unwritten(done, pipe, "EPIPE")
        expect(pipe.is_fifo(), "the pipe was replaced")


def has_unnamed_files(folder):
    """Whether FOLDER's file system has files without a name, of which SIGKILL leaves nothing."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
    except OSError:
        return False
    return True


def test_killed():
    """kill -9 in the middle leaves no half of a report under its name, and nothing beside it"""
    with tempfile.TemporaryDirectory() as folder:
        write_earlier(folder)
        process = start("run", "-", "--clock=real", *output_to(folder), stdin=subprocess.PIPE)
        process.stdin.write("launch\nexpect app.state == active\nafter 1h home\n")
        process.stdin.close()
        program.read_until(process, "> after 1h home")
        process.send_signal(signal.SIGKILL)
        process.wait()
        for name in FORMATS:
            expect_equal(Path(folder, f"run.{name}").read_text(encoding="utf-8"), "earlier", name)
        if has_unnamed_files(folder):
            expect_equal(files_of(folder), sorted(f"run.{name}" for name in FORMATS), "files")


def test_unnamed():
    """where no file can be without a name, it has one beside its place; and a name is not had"""
    program.need_strace()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "run.jsonl"
        for fault in ("openat:error=EOPNOTSUPP", "?access,?faccessat,?faccessat2:error=ENOENT",
                      "linkat:error=EEXIST"):
            for earlier in (False, True):
                place.unlink(missing_ok=True)
                if earlier:
                    place.write_text("earlier", encoding="utf-8")
                # What is failed is the folder's opening, and not that of every file.
                paths = ["-P", folder] if fault.startswith("openat") else []
                prefix = ["strace", "-qq", "-o", "/dev/null", *paths, "-e", f"inject={fault}"]
                done = run("run", "-o", f"jsonl:{place}", "rebind-bug", prefix=prefix)
                if fault.startswith("linkat"):
                    expect_equal(done.returncode, 99, f"status; {done.stderr}")
                    expect_in(f"{place} cannot be put into its place: EEXIST", done.stderr, fault)
                    expect_equal(files_of(folder), ["run.jsonl"] if earlier else [], "files")
                    continue
                expect_status(done, 0)
                expect_equal(files_of(folder), ["run.jsonl"], "files")
                expect(place.read_bytes().count(b"\n") > 100, f"of {fault} there is no report")


def test_foreign_folder():
    """root's run has no rights over a folder of somebody else's: the report is whole beside it"""
    if os.geteuid() != 0:
        raise Skip("only root has a folder that it cannot write to in a namespace")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        done = run("run", "-o", f"jsonl:{folder}/run", "rebind-bug")
        expect_equal(done.returncode, 99, f"status; {done.stderr}")
        (beside,) = files_of(folder)
        expect_in(f"it is whole in {folder}/{beside}", done.stderr, "the complaint")
        expect(Path(folder, beside).read_bytes().count(b"\n") > 100, "it is not whole")


def test_not_run():
    """a run that is refused, or cannot begin, leaves what there was, and nothing beside it"""
    with tempfile.TemporaryDirectory() as folder:
        write_earlier(folder)
        for words, status in ((["none-of-that-name"], 2), (["-", "--show=nothing"], 2),
                              (["-o", "tap:/nowhere/run", "rebind-bug"], 99)):
            expect_status(run("run", *output_to(folder), *words), status)
            expect_equal(files_of(folder), sorted(f"run.{name}" for name in FORMATS), "files")
            for name in FORMATS:
                expect_equal(Path(folder, f"run.{name}").read_text(encoding="utf-8"), "earlier",
                             f"what is in {name}")


def test_failed_run():
    """a run that was not as expected has its reports all the same, and its status"""
    compare_reports(1, "-", input="launch\nexpect app.state == background\n")


def main():
    cases = [(f"{script}: every format has the same events",
              functools.partial(compare_reports, 0, script)) for script in list_scripts()]
    return program.main(cases + program.cases_of(globals()))


if __name__ == "__main__":
    sys.exit(main())
