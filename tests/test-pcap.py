#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The file for Wireshark, as Wireshark reads it: tshark's own account of each shipped script's
packets against the trace that the run shows, segment by segment and in the same order.

tshark shares no code with us, so what both say of a segment is what went over the loopback.
"""

import functools
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import program
from program import Failure, expect, expect_equal, expect_status, run

# A line of the text log: when, from, to, flags, numbers.
LINE = re.compile(r" *(\d+)\.(\d+)  kernel    (\S+) +> (\S+) +(\S+) +seq (\d+)(?:, ack (\d+))?, "
                  r"length (\d+)$")

FIELDS = ["frame.packet_id", "frame.time_epoch", "tcp.stream", "ip.src", "ipv6.src", "tcp.srcport",
          "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.flags.fin", "tcp.flags.syn", "tcp.flags.reset",
          "tcp.flags.push", "tcp.flags.ack", "tcp.flags.urg", "tcp.seq", "tcp.seq_raw", "tcp.ack",
          "tcp.len", "tcp.checksum.status", "ip.checksum.status", "_ws.malformed"]
LETTERS = {"fin": "F", "syn": "S", "reset": "R", "push": "P", "ack": ".", "urg": "U"}


def read_with(tool, path, *words):
    done = subprocess.run([tool, *words, str(path)], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    expect_equal(done.returncode, 0, f"status of {tool}, which said {done.stderr!r}")
    return done.stdout


def read_tshark(path, *words):
    return read_with("tshark", path, "-n", "-o", "tcp.check_checksum:TRUE",
                     "-o", "ip.check_checksum:TRUE", *words, "-r").splitlines()


def read_segments(path):
    """What tshark says of each packet, as a trace would have it."""
    words = [word for field in FIELDS for word in ("-e", field)]
    for line in read_tshark(path, "-T", "fields", "-E", "occurrence=f", *words):
        seen = dict(zip(FIELDS, line.split("\t")))
        version = "ip" if seen["ip.src"] else "ipv6"
        seconds, _, fraction = seen["frame.time_epoch"].partition(".")
        yield seen | {
            "n": int(seen["frame.packet_id"]),
            "time_usec": int(seconds) * 10**6 + int(fraction.ljust(9, "0")) // 1000,
            "flags": "".join(letter for name, letter in LETTERS.items()
                             if seen[f"tcp.flags.{name}"] == "1"),
            "ends": tuple(f"{seen[f'{version}.{side}']}:{seen[f'tcp.{side}port']}"
                          for side in ("src", "dst")),
        }


def play_into(path, script, *words):
    done = run("run", "--pcap", str(path), "--show=packets", *words, script)
    expect_status(done, 0)
    return done.stdout.splitlines()


def read_text(lines):
    """The segments of a text log, with the fields that they have in JSON Lines."""
    for seconds, fraction, source, target, flags, seq, ack, length in (
            match.groups() for match in map(LINE.match, lines) if match):
        yield {"time_usec": int(seconds) * 10**6 + int(fraction.ljust(6, "0")), "from": source,
               "to": target, "flags": flags, "seq": int(seq),
               "length": int(length)} | ({} if ack is None else {"ack": int(ack)})


class Account:
    """What is known by now of the connections that tshark tells apart."""

    def __init__(self):
        self.names = {}
        self.begun = set()

    def check_number(self, told, seen):
        """Numbers count from a side's SYN. A RST that refuses one comes from a side that has sent
        none; its number is 0, and tshark, which begins to count there, calls it 1."""
        side = seen["tcp.stream"], seen["ends"][0]
        if "S" in told["flags"]:
            self.begun.add(side)
        refuses = side not in self.begun and told["flags"] == "R."
        expect_equal(int(seen["tcp.seq_raw" if refuses else "tcp.seq"]), told["seq"], "seq")
        if "." in told["flags"]:
            expect_equal(int(seen["tcp.ack"]), told["ack"], "ack")

    def check_names(self, told, seen):
        """An end with a port of the script's goes by its address. One with another port goes by a
        name, which is its own as long as the connection lasts."""
        for name, end in zip((told["from"], told["to"]), seen["ends"]):
            if name.rpartition(":")[2].isdigit():
                expect_equal(end, name.replace("[", "").replace("]", ""), "an end's address")
                continue
            known = self.names.setdefault((seen["tcp.stream"], end), name)
            expect_equal(name, known, f"who {end} is")
        named = [name for (stream, _), name in self.names.items() if stream == seen["tcp.stream"]]
        expect_equal(len(set(named)), len(named), f"names of two ends ({named})")


def compare_segment(account, told, seen):
    for key in ("n", "time_usec", "flags"):
        expect_equal(seen[key], told[key], key)
    expect_equal(int(seen["tcp.len"]), told["length"], "length")
    account.check_number(told, seen)
    account.check_names(told, seen)
    expect("0" not in (seen["tcp.checksum.status"], seen["ip.checksum.status"]), "a bad checksum")
    expect_equal(seen["_ws.malformed"], "", "what is malformed")


def compare_logs(text, told):
    """The text says of a segment what JSON Lines does, but for its number."""
    keys = ("time_usec", "from", "to", "flags", "seq", "length")
    expect_equal(len(text), len(told), "how many segments the text log has")
    for line, event in zip(text, told):
        shown = [(key, event[key]) for key in keys]
        if "." in event["flags"]:
            shown.append(("ack", event["ack"]))
        expect_equal(line, dict(shown), f"the text of segment {event['n']}")


def compare(script):
    """Plays SCRIPT twice, into a text log and into JSON Lines, which makes no difference to the
    file, and holds both and the file against each other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pcapng"
        text = list(read_text(play_into(path, script)))
        first = path.read_bytes()
        events = map(json.loads, play_into(path, script, "--format=jsonl"))
        expect(path.read_bytes() == first, "the two plays wrote different files")
        told = [event for event in events if event["kind"] == "packet"]
        seen = list(read_segments(path))
    account = Account()
    for event, segment in zip(told, seen):
        try:
            compare_segment(account, event, segment)
        except Failure as failure:
            raise Failure(f"{failure}\ntold: {event}\nseen: {segment}") from failure
    expect_equal(len(seen), len(told), "how many segments tshark sees")
    compare_logs(text, told)
    return len(told)


# -- the file as a whole --

# One that ends connections in every way, one of every word, one of more than a segment holds.
WHOLE = ("defunct-socket", "day-in-the-life", "close-proper")

COMPLAINTS = "_ws.malformed || tcp.checksum.status==0 || ip.checksum.status==0"


def test_whole():
    """capinfos and tshark find nothing wrong with a file, and tshark finds our comments in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pcapng"
        for script in WHOLE:
            n_told = len(list(read_text(play_into(path, script))))
            about = dict(line.split(":", 1) for line in read_with("capinfos", path, "-M").splitlines()
                         if ":" in line)
            expect_equal(about["Number of packets"].strip(), str(n_told), "packets of the file")
            expect_equal(about["File encapsulation"].strip(), "rawip", "what they are")
            expect_equal(about["Strict time order"].strip(), "True", "whether they are in order")
            expect_equal(read_tshark(path, "-Y", COMPLAINTS), [], "what tshark complains about")
            expect(read_tshark(path, "-Y", 'frame.comment contains "did become active"'),
                   f"tshark does not find our comments in {script}'s file")


def test_complaints():
    """The filter that finds nothing finds a byte that was changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pcapng"
        play_into(path, "write-after-close-silent")
        path.write_bytes(path.read_bytes().replace(b"three", b"thrEe"))
        changed = read_tshark(path, "-Y", 'tcp contains "thrEe"')
        expect(changed, "tshark does not find what the script writes third")
        expect_equal(read_tshark(path, "-Y", COMPLAINTS), changed, "what tshark complains about")


def why_no_tshark():
    missing = [tool for tool in ("tshark", "capinfos") if shutil.which(tool) is None]
    return f"{' and '.join(missing)}: not installed (Debian's package is tshark)" if missing else ""


def main():
    cases = [(f"{script}: each segment is what tshark reads", functools.partial(compare, script))
             for script in program.list_scripts()]
    return program.main(cases + program.cases_of(globals()))


if __name__ == "__main__":
    sys.exit(program.skip_all(why_no_tshark()) if why_no_tshark() else main())
