#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""On the machine's own network and in real time: other programs, nc and curl, reach the listener,
and are served, refused or left waiting as the script goes on.

Nothing here waits for time to pass. The script tells by `print` how far it is, and goes on when
somebody connects to its second listener, the gate. Only the loopback is used; where a listener is
to have all addresses it is in a namespace of its own.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager

import program
from program import Skip, expect, expect_equal, expect_in, read_until, start

REAL = ["--no-isolation", "--clock=real"]
LISTENING = "0A"  # of /proc/net/tcp

# What curl understands, and can tell the end of: it is the one to close, with everything read.
ANSWER = "HTTP/1.1 200 OK\\nContent-Length: 6\\n\\nhello\\n"

GATE = """
peer listener gate port={gate} on-accept=close
"""


def find_free_ports(count):
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Play:
    """A script that is being played in real time."""

    def __init__(self, process, ports):
        self.process = process
        self.ports = ports

    def until(self, text):
        return read_until(self.process, text)

    def go_on(self):
        """Opens the gate."""
        with socket.create_connection(("127.0.0.1", self.ports["gate"]), program.HANG_SECONDS):
            pass

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        expect_equal(self.process.wait(), 130, "status")

    def finish(self):
        """The script has come to its end, and everything was as expected."""
        rest, complaint = self.process.stdout.read(), self.process.stderr.read()
        expect_equal(self.process.wait(), 0, f"status, after\n{rest}{complaint}")


@contextmanager
def play(text, *arguments, names=("web", "gate"), prefix=()):
    """Plays TEXT, with a free port put in for each of NAMES."""
    ports = dict(zip(names, find_free_ports(len(names))))
    with tempfile.NamedTemporaryFile("w", suffix=".life", encoding="utf-8") as script:
        script.write(text.format(**ports))
        script.flush()
        with start("run", script.name, *REAL, *arguments, prefix=prefix) as process:
            try:
                yield Play(process, ports)
            finally:
                process.kill()


def need(tool):
    if shutil.which(tool) is None:
        raise Skip(f"there is no {tool}")


def talk(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=program.HANG_SECONDS, env=program.ENVIRONMENT)


def talk_nc(port):
    return talk("nc", "127.0.0.1", str(port))


def talk_curl(port):
    return talk("curl", "--silent", "--noproxy", "*", f"http://127.0.0.1:{port}/")


def served_refused_served(greeting, close_order, client, refused_status):
    """CLIENT is served, refused while the application is in the background, and served again."""
    script = f"""
listener web port={{web}} reuse-address=yes on-accept=hello greeting="{greeting}" \\
  close-order={close_order} background-policy=close-on-background {GATE}
launch
print "step: in front"
wait gate.accepted within 1h
home
print "step: in the background"
wait gate.accepted within 1h
open
print "step: in front again"
wait gate.accepted within 1h
expect web.accept-count == 2
expect web.generation == 2
"""
    with play(script) as run:
        for step in ("in front", "in the background", "in front again"):
            run.until(f"step: {step}")
            done = client(run.ports["web"])
            if step == "in the background":
                expect_equal((done.stdout, done.returncode), ("", refused_status), step)
            else:
                expect_equal((done.stdout, done.returncode), ("hello\n", 0), step)
            run.go_on()
        run.finish()


def test_nc():
    """nc is served, refused in the background, and served again"""
    need("nc")
    served_refused_served("hello\\n", "server-first", talk_nc, 1)


def test_curl():
    """curl is served, refused in the background, and served again"""
    need("curl")
    served_refused_served(ANSWER, "client-first", talk_curl, 7)


def test_curl_without_protocol():
    """curl --http0.9 gets what a client that only listens gets"""
    need("curl")
    script = f"listener web port={{web}} on-accept=hello{GATE}launch\nprint \"ready\"\n" \
             "wait gate.accepted within 1h\n"
    with play(script) as run:
        run.until("ready")
        # A telnet URL sends nothing; http0.9 is for HTTP, whose request would be left unread.
        done = talk("curl", "--silent", "--http0.9", f"telnet://127.0.0.1:{run.ports['web']}")
        expect_equal((done.stdout, done.returncode), ("hello\n", 0), "what curl got")
        run.go_on()
        run.finish()


def test_echo():
    """nc gets its own words back"""
    need("nc")
    script = f"""
listener web port={{web}} on-accept=echo close-order=client-first {GATE}
launch
print "ready"
wait gate.accepted within 1h
expect web.accept-count == 1
"""
    with play(script) as run:
        run.until("ready")
        command = ["nc", "127.0.0.1", str(run.ports["web"])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as client:
            for words in ("one\n", "another\n"):
                client.stdin.write(words)
                client.stdin.flush()
                expect_equal(client.stdout.readline(), words, "the echo")
            client.kill()
        run.go_on()
        run.finish()


def test_left_waiting():
    """nc is connected and left waiting while the application is suspended, and served on open"""
    need("nc")
    script = f"""
listener web port={{web}} on-accept=hello background-policy=keep {GATE}
launch
home
print "suspended"
wait gate.accepted within 1h
expect web.accept-count == 0
expect app.state == suspended
open
wait web.accepted within 1h
"""
    with play(script) as run:
        run.until("suspended")
        command = ["nc", "-v", "127.0.0.1", str(run.ports["web"])]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as client:
            told = client.stderr.readline()  # before it is connected there is nothing to tell
            expect("succeeded" in told or "open" in told, f"nc is not connected: {told}")
            os.set_blocking(client.stdout.fileno(), False)
            expect_equal(client.stdout.buffer.read(), None, "what nc has before open")
            os.set_blocking(client.stdout.fileno(), True)
            run.go_on()
            expect_equal(client.stdout.read(), "hello\n", "what nc has after open")
        run.finish()


def list_addresses(process, port):
    """The addresses, as /proc writes them, with a listener at PORT in PROCESS's network."""
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            with open(f"/proc/{process.pid}/net/{table}", encoding="ascii") as lines:
                rows = [line.split() for line in list(lines)[1:]]
        except FileNotFoundError:  # no IPv6 here
            continue
        found |= {row[1].split(":")[0] for row in rows
                  if row[3] == LISTENING and int(row[1].split(":")[1], 16) == port}
    return found


def addresses_of(declaration, *arguments, prefix=()):
    script = f"listener web port={{web}} {declaration}\nlaunch\n" \
             "print \"web is {{web.state}}\"\nafter 1h home\n"
    with play(script, *arguments, prefix=prefix) as run:
        log = run.until("> after 1h home")
        expect_in("web is listening", log, "the log")
        addresses = list_addresses(run.process, run.ports["web"])
        run.interrupt()
        return addresses


def test_keeps_to_loopback():
    """it listens on 127.0.0.1 only, whatever the script says"""
    expect_equal(addresses_of(""), {"0100007F"}, "addresses without a word")
    expect_equal(addresses_of("address=0.0.0.0"), {"0100007F"}, "addresses instead of 0.0.0.0")


def test_keeps_to_loopback_ipv6():
    """it listens on ::1 only, whatever the script says"""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        raise Skip(f"there is no IPv6: {error.strerror}") from error
    expect_equal(addresses_of("address=::"), {"0" * 24 + "01000000"}, "addresses instead of ::")


def test_expose():
    """with --expose it listens on all addresses, if the script says so"""
    need("unshare")
    need("ip")
    private = ["unshare", "--user", "--map-root-user", "--net",
               "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]
    if subprocess.run([*private, "true"], check=False, capture_output=True).returncode != 0:
        raise Skip("no network could be had in which nobody is exposed to anything")
    expect_equal(addresses_of("address=0.0.0.0", prefix=private), {"0100007F"}, "without --expose")
    expect_equal(addresses_of("address=0.0.0.0", "--expose", prefix=private), {"00000000"},
                 "with --expose")


def test_somebody_else():
    """a port that another process has is said to be somebody else's"""
    with play("listener web port={web} on-error=report\n" + GATE + "wait gate.accepted within 1h\n"
              "launch\nexpect web.last-error == EADDRINUSE\n") as run:
        run.until("listens on port")
        with socket.socket() as other:
            other.bind(("127.0.0.1", run.ports["web"]))
            other.listen()
            run.go_on()
            expect_in("EADDRINUSE: ", run.until("cannot bind port"), "the log")
            run.finish()


def test_reclaim_not_allowed():
    """a socket that this machine does not let be taken away is told of in the log"""
    done = program.run("run", "-", *REAL, prefix=program.as_nobody() if os.geteuid() == 0 else (),
                       input="listener web port=%u background-policy=keep\nlaunch\n"
                       "set device reclaim-style=destroy\nhome\nreclaim-sockets\n"
                       "expect web.state == listening\n" % find_free_ports(1)[0])
    program.expect_status(done, 0)
    expect_in("kernel    web, web's end: cannot be taken away: EPERM", done.stdout, "the log")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
