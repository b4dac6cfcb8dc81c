#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rebound why, on real sockets: every way to have a port, beside what ss and lsof say of it.

Each case is played on the machine's own loopback, on ports that the kernel gives; what needs a
kernel that acknowledges at once, or another user, is in a namespace of its own.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys

import program
from program import Skip, expect, expect_equal, expect_in, expect_status, run

LOCAL = "127.0.0.1"
HOLDS = {"listening": "LISTEN", "bound": "BOUND", "connection": "ESTABLISHED",
         "fin-wait2": "FIN_WAIT2", "time-wait": "TIME_WAIT"}
# ss's own words for the states.
SS_STATES = {"LISTEN": "LISTEN", "ESTABLISHED": "ESTAB", "FIN_WAIT2": "FIN-WAIT-2",
             "TIME_WAIT": "TIME-WAIT"}
KEYS = ["port", "option", "free", "verdict", "fix", "binds", "holders", "unseen"]
HOLDER_KEYS = ["hold", "state", "local", "remote", "v6only", "reuse_address", "reuse_port",
               "time_left_usec", "backlog", "backlog_limit", "uid", "user", "inode", "processes",
               "in_the_way", "rule"]


def bind(address=LOCAL, port=0, reuse=False, v6only=None, reuse_port=False):
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, reuse_port)
    if v6only is not None:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    one.bind((address, port))
    return one


def listen(address=LOCAL, backlog=5, **options):
    one = bind(address, **options)
    one.listen(backlog)
    return one


def port_of(one):
    return one.getsockname()[1]


def need_ipv6():
    try:
        bind("::1").close()
    except OSError as error:
        raise Skip(f"there is no IPv6: {error.strerror}") from error


class Connected:
    """A connection whose listener is closed, on the server's port."""

    def __init__(self, reuse=False):
        with listen(reuse=reuse) as listener:
            self.port = port_of(listener)
            self.client = socket.create_connection((LOCAL, self.port), program.HANG_SECONDS)
            self.server = listener.accept()[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Nothing of it is to remain: a RST ends every state.
        for one in (self.server, self.client):
            if one.fileno() >= 0:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.close()

    def close_here(self):
        """The server's FIN has arrived when the client reads the end."""
        self.server.close()
        expect_equal(self.client.recv(1), b"", "what the client reads")


def why(port, *words):
    """The object, after the text and the exit status have been held against it."""
    text = run("why", str(port), *words)
    done = run("why", str(port), *words, "--json")
    answer = json.loads(done.stdout)
    expect_equal(done.stdout.count("\n"), 1, "lines of JSON")
    expect_equal(list(answer), KEYS, "keys")
    for holder in answer["holders"]:
        expect_equal(list(holder), HOLDER_KEYS, "keys of a holder")
    expect_equal(answer["port"], port, "port")
    for one in (text, done):
        expect_status(one, 0 if answer["free"] else 1)
        expect_equal(one.stderr, "", "standard error")
    compare_text(text.stdout, answer)
    return answer


def without_times(text):
    """The two were asked one after the other."""
    return re.sub(r"\d+\.\d s", "… s", text)


def compare_text(text, answer):
    lines = without_times(text).splitlines()
    expect_equal(lines[0], without_times(answer["verdict"]), "the verdict")
    expect_equal([line for line in lines if line.startswith("fix: ")],
                 [f"fix: {without_times(answer['fix'])}"] if answer["fix"] else [], "fix")
    expect_equal([line for line in lines if line.startswith("not seen: ")],
                 [f"not seen: {one}" for one in answer["unseen"]], "what was not seen")
    for bound in answer["binds"]:
        row = [bound["address"], bound["none"] or "ok", bound["reuse_address"] or "ok"]
        expect(row in [line.split() for line in lines], f"expected {row} in:\n{text}")
    for holder in answer["holders"]:
        rows = [line for line in lines if line.split()[:2] == [holder["state"], holder["local"]]]
        expect(rows, f"expected {holder['state']} {holder['local']} in:\n{text}")
        for process in holder["processes"]:
            expect_in(f"(pid {process['pid']})", rows[0], "who has it open")
        if holder["rule"] and holder["hold"] != "backlog":
            expect_in(f"{holder['rule']}\n", text, "the rule")


def only_holder(answer, hold):
    expect_equal([one["hold"] for one in answer["holders"]], [hold], "holds")
    expect_equal(answer["holders"][0]["state"], HOLDS[hold], "state")
    return answer["holders"][0]


def binds(answer, address):
    """The errno without an option, and with SO_REUSEADDR."""
    row = [one for one in answer["binds"] if one["address"] == address][0]
    return row["none"], row["reuse_address"]


def expect_owner(holder, pids):
    expect_equal(sorted(one["pid"] for one in holder["processes"]), sorted(pids), "pids")
    expect_equal(holder["uid"], os.geteuid(), "uid")


def expect_ss(port, holder):
    """ss says the same of the socket, its state and, where it has one, its process."""
    if shutil.which("ss") is None:
        return
    done = subprocess.run(["ss", "-Hnatp", f"sport = :{port}"], capture_output=True, text=True,
                          check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    if holder["state"] not in SS_STATES:
        expect_equal(rows, [], "what ss shows of a socket that is bound and does not listen")
        return
    own = [row for row in rows if row[0] == SS_STATES[holder["state"]] and row[3] == holder["local"]]
    expect(own, f"ss does not show {holder['state']} {holder['local']}:\n{done.stdout}")
    if holder["hold"] == "listening":
        expect_equal(own[0][1:3], [str(holder["backlog"]), str(holder["backlog_limit"])], "queues")
    for process in holder["processes"]:
        expect_in(f"pid={process['pid']},", done.stdout, "ss")


def expect_lsof(port, pids):
    """lsof finds PIDS on the port; none for what nobody has open, or is only bound."""
    if shutil.which("lsof") is None:
        return
    done = subprocess.run(["lsof", "-nP", "-t", f"-iTCP:{port}"], capture_output=True, text=True,
                          check=False)
    expect(set(map(str, pids)) <= set(done.stdout.split()), f"lsof: {done.stdout}{done.stderr}")


# -- each way to have a port --


def test_free():
    """a free port is free, and 0 is the status"""
    with bind() as one:
        port = port_of(one)
    answer = why(port)
    expect_equal((answer["free"], answer["fix"], answer["holders"]), (True, None, []), "free")
    expect_equal(binds(answer, "0.0.0.0"), (None, None), "bind")
    expect_equal(why(port, "--reuse")["option"], "reuse_address", "option")


def test_listening():
    """a listener of ours, with a client in its backlog: no option helps, and who would be reset"""
    with listen(reuse=True) as one:
        port = port_of(one)
        with socket.create_connection((LOCAL, port)):
            answer = why(port, "--reuse", "--address", LOCAL)
            holder = answer["holders"][0]
            expect_equal((holder["hold"], holder["backlog"], holder["backlog_limit"]),
                         ("listening", 1, 5), "the listener")
            expect_equal(binds(answer, LOCAL), ("EADDRINUSE", "EADDRINUSE"), "bind")
            expect_owner(holder, [os.getpid()])
            expect_in("1 client in its backlog would be reset", answer["fix"], "fix")
            expect_in(f"(pid {os.getpid()}) listens on 127.0.0.1:{port}", answer["verdict"], "it")
            expect_equal(answer["holders"][1]["hold"], "backlog", "the client")
            expect_ss(port, holder)
            expect_lsof(port, [os.getpid()])


@contextlib.contextmanager
def inheriting(one):
    """A child that has ONE, and a pipe that ends it."""
    ours, its = os.pipe()
    os.set_inheritable(one.fileno(), True)
    with subprocess.Popen(["cat"], stdin=ours, pass_fds=[one.fileno()]) as child:
        os.close(ours)
        try:
            yield child.pid
        finally:
            os.close(its)


def test_child():
    """a child has inherited it: alone, or together with us"""
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(listen())
        port = port_of(one)
        pid = stack.enter_context(inheriting(one))
        answer = why(port)
        expect_owner(only_holder(answer, "listening"), [os.getpid(), pid])
        expect_in("every one of its 2 processes", answer["fix"], "fix")
        expect_in("and 1 more process listen on", answer["verdict"], "verdict")
        one.close()
        answer = why(port)
        holder = only_holder(answer, "listening")
        expect_owner(holder, [pid])
        expect_equal((holder["processes"][0]["name"], holder["processes"][0]["command"]),
                     ("cat", "cat"), "the child")
        expect_in(f"kill {pid}", answer["fix"], "fix")
        expect_lsof(port, [pid])


def test_bound():
    """bound and not listening, which ss, lsof and netstat do not show"""
    for reuse in (False, True):
        with bind(reuse=reuse) as one:
            port = port_of(one)
            answer = why(port)
            if any("Linux 6.8" in text for text in answer["unseen"]):
                expect_equal(answer["holders"], [], "holders")
                expect_in("bound and not listening", answer["verdict"], "verdict")
                continue
            holder = only_holder(answer, "bound")
            expect_owner(holder, [os.getpid()])
            expect_equal(binds(answer, "0.0.0.0"), ("EADDRINUSE", None if reuse else "EADDRINUSE"),
                         "bind")
            expect_equal(holder["reuse_address"], reuse, "its SO_REUSEADDR")
            expect_in("does not listen", answer["verdict"], "verdict")
            expect_equal(why(port, "--reuse")["free"], reuse, "free with SO_REUSEADDR")
            expect_ss(port, holder)


def test_established():
    """a connection that outlives its listener: the option of both decides"""
    for reuse in (False, True):
        with Connected(reuse) as both:
            answer = why(both.port)
            holder = only_holder(answer, "connection")
            expect_owner(holder, [os.getpid()])
            expect_equal(holder["reuse_address"], reuse, "its SO_REUSEADDR")
            expect_equal(holder["in_the_way"]["reuse_address"], not reuse, "in the way")
            expect_equal("with SO_REUSEADDR it is free" in answer["verdict"], reuse, "verdict")
            expect_equal(why(both.port, "--reuse")["free"], reuse, "free with SO_REUSEADDR")
            expect_ss(both.port, holder)
            expect_lsof(both.port, [os.getpid()])


def expect_remainder(both, hold, reuse):
    """Nobody has it open; its option follows from the tries."""
    answer = why(both.port)
    holder = only_holder(answer, hold)
    expect_equal((holder["inode"], holder["processes"]), (None, []), "who has it open")
    expect(0 < holder["time_left_usec"] <= 60_000_000, f"time left: {holder['time_left_usec']}")
    expect_equal(holder["reuse_address"], reuse, "its SO_REUSEADDR")
    expect_in("wait ", answer["fix"], "fix")
    expect_equal("set SO_REUSEADDR before" in answer["fix"], reuse, "the option as a cure")
    with_option = why(both.port, "--reuse")
    expect_equal(with_option["free"], reuse, "free with SO_REUSEADDR")
    if not reuse:
        expect_in("too late", with_option["holders"][0]["rule"], "rule")
    expect_ss(both.port, holder)


def test_fin_wait2():
    """FIN_WAIT2: without an end while somebody has it open, and then how long it has left"""
    in_namespace("fin-wait2")


def test_time_wait():
    """TIME_WAIT, and how long it has left"""
    for reuse in (False, True):
        with Connected(reuse) as both:
            both.close_here()
            both.client.close()
            expect_remainder(both, "time-wait", reuse)


def test_many():
    """what differs in its peer only shares a row, and which of them lacks the option is not known"""
    with listen() as one:
        port = port_of(one)
        for _ in range(3):
            client = socket.create_connection((LOCAL, port))
            one.accept()[0].close()
            client.recv(1)
            client.close()
    text = run("why", str(port), "--reuse").stdout
    expect_in("3 connections in TIME_WAIT", text, "verdict")
    expect(re.search(r"^  TIME_WAIT +\S+ +3 peers +\d+\.\d s +\? +\? +\? ", text, re.M), text)
    expect_in("whose option it is cannot be seen", text, "why")


def test_dual_stack():
    """[::] has IPv4 as well, unless it has IPV6_V6ONLY"""
    need_ipv6()
    for v6only in (False, True):
        with listen("::", v6only=v6only) as one:
            port = port_of(one)
            answer = why(port, "--address", LOCAL)
            holder = only_holder(answer, "listening")
            expect_equal(holder["v6only"], v6only, "IPV6_V6ONLY")
            expect_equal(answer["free"], v6only, "free for IPv4")
            expect_equal(bool(holder["rule"]) and "without IPV6_V6ONLY" in holder["rule"],
                         not v6only, "rule")
            mapped = why(port, "--address", f"::ffff:{LOCAL}")
            expect_equal(mapped["free"], v6only, "free for IPv4 within IPv6")
            answer = why(port)
            expect_equal(answer["free"], False, "free on both")
            if v6only:
                expect_in("taken on [::] and free on 0.0.0.0", answer["verdict"], "verdict")


def test_overlap():
    """a wildcard is every address, and two addresses are two"""
    with listen() as one:
        port = port_of(one)
        expect_equal(why(port, "--address", "127.0.0.2")["free"], True, "another address")
        answer = why(port, "--address", "0.0.0.0")
        expect_in("0.0.0.0 would be every address, 127.0.0.1 as well",
                  only_holder(answer, "listening")["rule"], "rule")


def test_reuse_port():
    """SO_REUSEPORT on both would be let in, and is said to be no cure"""
    with listen(reuse_port=True) as one:
        answer = why(port_of(one), "--reuse")
        holder = only_holder(answer, "listening")
        if holder["reuse_port"] is None:
            raise Skip("a parent's descriptor cannot be borrowed here (Yama)")
        expect_equal((holder["reuse_port"], holder["in_the_way"]["reuse_port"]), (True, False),
                     "SO_REUSEPORT")
        expect_in("is no cure", answer["fix"], "fix")


# -- what is disturbed, what is not seen, what is wrong --


def test_disturbs_nothing():
    """nobody can reach the sockets that try: they never listen, and none has SO_REUSEPORT"""
    if shutil.which("strace") is None or program.SANITIZED:
        raise Skip("strace is not to be had here")
    with bind() as one:
        port = port_of(one)
    done = run("why", str(port), prefix=["strace", "-f", "-e", "trace=listen,bind,setsockopt"])
    expect_status(done, 0)
    expect_in("bind(", done.stderr, "strace")
    for word in ("listen(", "SO_REUSEPORT"):
        expect(word not in done.stderr, f"{word} in:\n{done.stderr}")


def test_other_user():
    """what another user's process hides is said"""
    nobody = program.as_nobody()
    with listen() as one:
        port = port_of(one)
        done = run("why", str(port), "--json", prefix=nobody)
        expect_status(done, 1)
        answer = json.loads(done.stdout)
        holder = only_holder(answer, "listening")
        expect_equal((holder["processes"], holder["user"], holder["reuse_address"]),
                     ([], "root", None), "what is seen")
        expect_in("root sees them", " ".join(answer["unseen"]), "what is not seen")
        expect_in(f"sudo rebound why {port}", answer["fix"], "fix")


def test_no_such_address():
    """an address that is not this machine's is said to be none"""
    done = run("why", "30000", "--address", "192.0.2.1")
    expect_status(done, 1)
    expect_in("EADDRNOTAVAIL: 192.0.2.1 is no address of this machine", done.stdout, "verdict")
    expect_in("fix: ", done.stdout, "fix")


def test_usage():
    """what is no port, no address or too much is refused with 2"""
    for words, complaint in ((["99999"], "“99999” is no port"), (["x"], "“x” is no port"),
                             (["0"], "“0” is no port"), (["-1"], "-1"), (["http"], "is no port"),
                             (["1e3"], "is no port"), ([], "something is missing"),
                             (["1", "2"], "one word too many"),
                             (["1", "--address", "localhost"], "is no numeric address"),
                             (["1", "--address"], "--address"), (["1", "--what"], "--what")):
        done = run("why", *words)
        expect_status(done, 2)
        expect_in(complaint, done.stderr, f"why {words}")
        expect_equal(done.stdout, "", "standard output")


def test_page():
    """docs/why.md has every key, in its order, and none besides"""
    page = (program.TESTS.parent / "docs" / "why.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    expect_equal(told, KEYS + HOLDER_KEYS, "the keys of docs/why.md")


# -- in a namespace of its own --


def in_namespace(word):
    """This file again, where the loopback acknowledges at once and nobody else is."""
    private = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c",
               "ip link set lo up && "
               "ip route replace local 127.0.0.0/8 dev lo table local quickack 1 && "
               "ip route replace local 127.0.0.1 dev lo table local quickack 1 && exec \"$@\"", "sh"]
    for tool in ("unshare", "ip"):
        if shutil.which(tool) is None:
            raise Skip(f"there is no {tool}")
    if subprocess.run([*private, "true"], check=False, capture_output=True).returncode != 0:
        raise Skip("no namespace could be had in which the loopback acknowledges at once")
    done = subprocess.run([*private, sys.executable, "-B", __file__, word], check=False,
                          capture_output=True, text=True, env=os.environ)
    expect_equal(done.returncode, 0, f"status, after\n{done.stdout}{done.stderr}")


def play_fin_wait2():
    with Connected() as both:
        both.server.shutdown(socket.SHUT_WR)
        expect_equal(both.client.recv(1), b"", "what the client reads")
        holder = only_holder(why(both.port), "fin-wait2")
        expect_equal(holder["time_left_usec"], None, "time left of one that is open")
        expect_owner(holder, [os.getpid()])
    for reuse in (False, True):
        with Connected(reuse) as both:
            both.close_here()
            expect_remainder(both, "fin-wait2", reuse)


if __name__ == "__main__":
    if sys.argv[1:] == ["fin-wait2"]:
        play_fin_wait2()
        sys.exit(0)
    sys.exit(program.main(program.cases_of(globals()), need_isolation=False))
