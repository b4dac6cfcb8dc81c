#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packets of a run: the trace that is shown, and the file for Wireshark."""

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import program
from program import expect, expect_equal, expect_in, expect_status, run

# What the server, which closes first, and the client say to each other each time.
SERVED = [
    ("phone", "web", "S", 0, 0), ("web", "phone", "S.", 0, 1), ("phone", "web", ".", 1, 1),
    ("web", "phone", "F.", 1, 1), ("phone", "web", ".", 1, 2),
    ("phone", "web", "F.", 1, 2), ("web", "phone", ".", 2, 2),
]


def read_events(*words):
    done = run("run", "--format=jsonl", *words)
    expect_status(done, 0)
    return [json.loads(line) for line in done.stdout.splitlines()]


def name_end(end):
    return "web" if end == "127.0.0.1:30000" else end.partition("#")[0]


def test_rebind_fix():
    """rebind-fix: the server closes first, every time, and keeps the TIME_WAIT."""
    connections = {}
    for event in read_events("--show=packets", "rebind-fix"):
        name = event["from"] if "#" in event["from"] else event["to"]
        if event["flags"] == "S":
            connections[name] = []
        connections[name].append((name_end(event["from"]), name_end(event["to"]),
                                  event["flags"], event["seq"], event["ack"]))
        expect_equal(event["length"], 0, "bytes of data")
    expect_equal(sorted(connections), [f"phone#{i}" for i in range(1, 7)], "connections")
    for name, segments in connections.items():
        expect_equal(segments, SERVED, name)


def test_text():
    """A segment is a line, and none is folded."""
    done = run("run", "--show=packets", "rebind-fix")
    expect_status(done, 0)
    expect_in("     0.200  kernel    phone#1         > 127.0.0.1:30000  S   seq 0, length 0\n"
              "     0.200  kernel    127.0.0.1:30000 > phone#1          S.  seq 0, ack 1, length 0\n",
              done.stdout, "the trace")
    expect("times, until" not in done.stdout, "a segment was folded")


# What is waited for, in real time, in the midst of an instant: longer than the kernel's timers for a
# window that is closed, and for what it could not send, take (TCP_RTO_MIN: 200 ms).
SLOW = {
    "close-proper": ("shutdown", ""),
    "close-queued-writes": ("connect", ""),
    "network-down-at-lock": ("connect", ":when=6"),
}


def test_slow_machine():
    """Nothing is sent because a run is slow: the kernel's own clock has no part in it."""
    program.need_strace()
    for script, (call, when) in SLOW.items():
        slow = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}",
                "-e", f"inject={call}:delay_enter=450000{when}"]
        with tempfile.TemporaryDirectory() as folder:
            plays = []
            for name, prefix in (("fast", []), ("slow", slow)):
                done = run("run", script, "--show=all,sockets,packets", "--pcap",
                           f"{folder}/{name}", prefix=prefix)
                expect_status(done, 0)
                plays.append((done.stdout, Path(folder, name).read_bytes()))
        expect_equal(plays[1][0], plays[0][0], f"{script}: the log of a slow run")
        expect(plays[1][1] == plays[0][1], f"{script}: the file of a slow run is another one")


def test_beside_the_others():
    """Packets change nothing but the numbers of the other events."""
    def strip(events):
        return [{key: value for key, value in event.items() if key != "n"} for event in events
                if event["kind"] != "packet"]
    with_packets = read_events("--show=all,packets", "day-in-the-life")
    without = read_events("--show=all", "day-in-the-life")
    expect_equal(sum(event["kind"] == "packet" for event in without), 0, "packets unasked for")
    expect(strip(with_packets) == strip(without), "the other events differ")


def test_no_isolation():
    """Without isolation the packets are everybody's, and are refused."""
    done = run("run", "--no-isolation", "--show=packets", "rebind-fix")
    expect_status(done, 2)
    expect_in("--no-isolation", done.stderr, "the refusal")


# -- pcapng, by a reader of our own, which takes nothing that the format does not allow --

def read_options(body):
    options = []
    while body:
        code, size = struct.unpack_from("<HH", body)
        if code == 0:
            expect_equal((size, len(body)), (0, 4), "the end of the options")
            return options
        padded = (size + 3) & ~3
        expect(len(body) >= 4 + padded, "an option is longer than its block")
        expect(not any(body[4 + size:4 + padded]), "the padding of an option is not zero")
        options.append((code, body[4:4 + size]))
        body = body[4 + padded:]
    raise program.Failure("the options have no end")


def read_blocks(data):
    while data:
        kind, size = struct.unpack_from("<II", data)
        expect(size % 4 == 0 and 12 <= size <= len(data), f"a block of {size} bytes")
        expect_equal(struct.unpack_from("<I", data, size - 4)[0], size, "the length at the end")
        yield kind, data[8:size - 4]
        data = data[size:]


def add_up(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def check_sums(packet):
    """As a receiver does: with the checksum in it, the sum is all ones."""
    if packet[0] >> 4 == 4:
        size = (packet[0] & 15) * 4
        expect_equal(add_up(packet[:size]), 0xffff, "the IP checksum")
        addresses = packet[12:20]
    else:
        size, addresses = 40, packet[8:40]
    segment = packet[size:]
    expect_equal(add_up(addresses + struct.pack(">II", 6, len(segment)) + segment), 0xffff,
                 "the TCP checksum")


def read_pcapng(path):
    """The packets of the file: time, bytes, length on the wire, number, comments."""
    blocks = list(read_blocks(path.read_bytes()))
    expect_equal([kind for kind, _ in blocks[:2]], [0x0A0D0D0A, 1], "the first two blocks")
    expect_equal(blocks[-1][0], 5, "the last block")
    expect_equal(struct.unpack_from("<IHHq", blocks[0][1]), (0x1A2B3C4D, 1, 0, -1), "the section")
    about = dict(read_options(blocks[0][1][16:]))
    expect_equal(sorted(about), [1, 4], "the section's options")
    expect(about[4].startswith(b"rebound "), "the section does not say who wrote it")
    expect_equal(struct.unpack_from("<HHI", blocks[1][1]), (101, 0, 0), "the interface")
    expect_equal(read_options(blocks[1][1][8:]), [(2, b"lo"), (9, b"\x09")], "its options")
    packets = []
    for kind, body in blocks[2:-1]:
        expect_equal(kind, 6, "the kind of a block")
        interface, high, low, captured, wire = struct.unpack_from("<IIIII", body)
        padded = (captured + 3) & ~3
        options = read_options(body[20 + padded:])
        expect_equal((interface, dict(options)[2]), (0, b"\2\0\0\0"), "interface and direction")
        packets.append((high << 32 | low, body[20:20 + captured], wire,
                        struct.unpack("<Q", dict(options)[5])[0],
                        [value.decode() for code, value in options if code == 1]))
    return packets


def play_into(folder, script, *words, **options):
    path = Path(folder) / "run.pcapng"
    done = run("run", "--pcap", str(path), "--format=jsonl", "--show=all,packets", *words, script,
               **options)
    expect_status(done, 0)
    expect_equal(os.listdir(folder), ["run.pcapng"], "the files")
    return read_pcapng(path), [json.loads(line) for line in done.stdout.splitlines()]


def test_pcap():
    """The file has every packet, at its event's time and under its number, with good checksums."""
    with tempfile.TemporaryDirectory() as folder:
        packets, events = play_into(folder, "rebind-fix")
        told = [event for event in events if event["kind"] == "packet"]
        expect_equal([(time, number) for time, _, _, number, _ in packets],
                     [(event["time_usec"] * 1000, event["n"]) for event in told], "the packets")
        for _, packet, wire, _, _ in packets:
            expect_equal(len(packet), wire, "bytes of a packet")
            check_sums(packet)
        comments = "\n".join(text for packet in packets for text in packet[4])
        expect_in("app: did enter background", comments, "the comments")
        expect_in("web: closed (generation 1), at will-resign-active", comments, "the comments")
        expect_in("kernel: phone#1, web's end: CLOSED -> TIME_WAIT", comments, "the comments")


def test_pcap_payload():
    """What is sent is in the file, over IPv6 as well; the checksum of an odd length is good."""
    script = ("peer listener web address=:: port=30000 on-accept=echo\n"
              "client phone connect=[::1]:30000 count=1 message=hello expected-answer=hello\n")
    with tempfile.TemporaryDirectory() as folder:
        packets, _ = play_into(folder, "-", input=script)
        for _, packet, _, _, _ in packets:
            expect_equal(packet[0] >> 4, 6, "the version of IP")
            check_sums(packet)
        expect_equal(sum(packet.endswith(b"hello") for _, packet, _, _, _ in packets), 2, "hellos")


def test_pcap_cannot_be_written():
    """A file that cannot be written is named with the errno, and nothing is played."""
    done = run("run", "--pcap", "/nowhere/run.pcapng", "rebind-fix")
    expect_status(done, 99)
    expect_equal(done.stderr, "rebound: --pcap: /nowhere/run.pcapng cannot be written: ENOENT "
                 "(No such file or directory)\n", "the complaint")
    expect_equal(done.stdout, "", "what was shown")


def test_pcap_into_pipe():
    """--pcap: a pipe, or a device, is written to, and not replaced by a file"""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
            expect_status(run("run", "--quiet", "--pcap", str(pipe), "rebind-fix"), 0)
            expect(pipe.is_fifo(), "the pipe was replaced")
            seen = reader.stdout.read()
        path = Path(folder) / "run.pcapng"
        expect_status(run("run", "--quiet", "--pcap", str(path), "rebind-fix"), 0)
        expect(seen == path.read_bytes(), "what came through the pipe is not the file")


def test_pcap_out_of_place():
    """Where the place is out of reach at the end, it is said where the whole file is."""
    if os.geteuid() != 0:
        raise program.Skip("only root makes files in folders that a run has no rights over")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        os.chmod(folder, 0o755)
        done = run("run", "--quiet", "--pcap", f"{folder}/run.pcapng", "rebind-fix")
        expect_status(done, 99)
        expect_in("cannot be put into its place: EACCES", done.stderr, "the complaint")
        beside = Path(done.stderr.strip().rpartition(" ")[2])
        expect_equal(os.listdir(folder), [beside.name], "the files")
        expect(read_pcapng(beside), "the file beside has no packets")


def test_pcap_not_replaced():
    """A run that is not begun leaves the file as it was, and none beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pcapng"
        path.write_text("earlier")
        expect_status(run("run", "--pcap", str(path), "-", input="lunch\n"), 2)
        expect_equal(path.read_text(), "earlier", "the earlier file")
        expect_equal(os.listdir(folder), ["run.pcapng"], "the files")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(dict(globals()))))
