#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""From inside a run nothing of the machine can be reached, and nothing outside reaches it.

A run is held in real time; a process that nsenter puts into its network tries what a script or a
hostile peer could want, with more rights than the run has. The same is tried outside first, where
it has to succeed. Then the run's own rights are read from /proc, and strace tells which files the
shipped scripts have opened once they were isolated. With --table all of it is printed as a table.
"""

import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

import program
from program import Failure, Skip, expect, expect_equal, expect_in, expect_status, run

PROBE = Path(program.TESTS, "isolation_probe.py")

# A port of the machine's may be in use; the script's own network has all of them.
HELD = """listener web port={port} address=0.0.0.0
launch
print "held"
after 1h
"""

CAPABILITIES = {"CapInh": set(), "CapPrm": {"NET_ADMIN"}, "CapEff": {"NET_ADMIN"},
                "CapBnd": set(), "CapAmb": set()}
BITS = {12: "NET_ADMIN", 13: "NET_RAW"}

# What a network that has a loopback and no way out says to whoever wants out.
REFUSED, NO_WAY = {"ECONNREFUSED"}, {"ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT"}

# What a run may open once it is in its namespaces, and how. Everything else is a finding.
ALLOWED = [
    (r"/proc/self/(setgroups|uid_map|gid_map)", "write"),
    (r"/proc/sys/net/(core|ipv4|ipv6)/[a-z0-9_/]+", "write"),
    (r"/proc/self(/(task|status|fd|fdinfo)(/\d+)?)?", "read"),
    (r"/proc/locks", "read"),
    (r"/dev/null", "read"),
    # A database of a script's, which is in memory alone; only whether something is called so.
    (r"/memfd:.* \(deleted\)", "read"),
]

# Of the machine, since an ordinary user may have no right to that of whoever tests.
PYTHON = shutil.which("python3", path="/usr/bin:/bin") or sys.executable

TRACED = "trace=%file,unshare,execve,execveat,socket,connect,bind,clone,clone3,fork,vfork"


class Scene:
    """What was tried in and at one run, of one user, and what came of it."""

    def __init__(self, prefix):
        self.prefix = list(prefix)
        with ExitStack() as stack:
            self.listeners = {name: stack.enter_context(one) for name, one in open_host().items()}
            self.addresses = addresses_of(self.listeners)
            self.outside = self.probe([], self.addresses)
            self.drain()
            held = stack.enter_context(hold(self.prefix))
            self.status = Path(f"/proc/{held.pid}/status").read_text("utf-8")
            self.namespaces = {name: os.readlink(f"/proc/{held.pid}/ns/{name}")
                               for name in ("net", "user")}
            self.from_outside = try_from_outside(held.port)
            self.inside = self.probe_inside(held)
            self.arrived = self.drain()

    def probe(self, prefix, connect, **orders):
        words = [*self.prefix, *prefix, PYTHON, "-B", "-", json.dumps(
            {"connect": connect} | orders)]
        descriptors = [orders["network"]] if "network" in orders else []
        done = subprocess.run(words, check=False, capture_output=True, pass_fds=descriptors,
                              input=PROBE.read_bytes(), timeout=program.HANG_SECONDS)
        if done.returncode != 0:
            raise Skip(f"nobody can be put there: {done.stderr.decode(errors='replace').strip()}")
        return json.loads(done.stdout)

    def probe_inside(self, held):
        more = {
            "own listener": ("AF_INET", "SOCK_STREAM", ["127.0.0.1", held.port]),
            "metadata": ("AF_INET", "SOCK_STREAM", ["169.254.169.254", 80]),
            "link-local": ("AF_INET6", "SOCK_STREAM", ["fe80::1", 80, 0, 1]),
            "multicast": ("AF_INET", "SOCK_DGRAM", ["224.0.0.251", 5353]),
            "broadcast": ("AF_INET", "SOCK_DGRAM", ["255.255.255.255", 9]),
            "DNS": ("AF_INET", "SOCK_DGRAM", ["192.0.2.53", 53]),
            "DNS by IPv6": ("AF_INET6", "SOCK_DGRAM", ["2001:db8::53", 53, 0, 0]),
        } | {f"own {number}": ("AF_INET", "SOCK_STREAM", [address, 9])
             for number, address in enumerate(own_addresses())}
        network = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            return self.probe(["nsenter", "--user", "--net", "--preserve-credentials",
                               f"--target={held.pid}"], self.addresses | more, network=network,
                              open=f"/proc/{os.getpid()}/ns/net")
        finally:
            os.close(network)

    def drain(self):
        """Who of the machine's listeners has been reached since the last time."""
        reached = set()
        for name, one in self.listeners.items():
            try:
                while one.recv(16) if one.type == socket.SOCK_DGRAM else close(one.accept()[0]):
                    reached.add(name)
            except BlockingIOError:
                pass
        return reached


def close(connection):
    connection.close()
    return True


def open_host():
    """What of the machine could be reached: a listener of each kind, on its loopback."""
    listeners = {}
    for name, family, kind, address in (
            ("TCP", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("TCP by IPv6", socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            ("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, f"\0rebound-proof-{os.getpid()}")):
        one = socket.socket(family, kind)
        try:
            one.bind(address)
        except OSError:
            one.close()
            if family != socket.AF_INET6:  # a machine may have no IPv6
                raise
            continue
        one.setblocking(False)
        if kind == socket.SOCK_STREAM:
            one.listen()
        listeners[name] = one
    return listeners


def addresses_of(listeners):
    return {name: (one.family.name, one.type.name, one.getsockname()[1:].decode()
                   if one.family == socket.AF_UNIX else list(one.getsockname()))
            for name, one in listeners.items()}


def own_addresses():
    """The machine's addresses beside its loopback's."""
    if shutil.which("ip") is None:
        return []
    done = subprocess.run(["ip", "-o", "-4", "address", "show"], check=False,
                          capture_output=True, text=True)
    found = re.findall(r" inet ([0-9.]+)", done.stdout)
    return [address for address in found if not address.startswith("127.")]


def find_free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def hold(prefix, *options):
    """A run that stays as it is, in real time; its port is free outside."""
    port = find_free_port()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as script:
        script.write(HELD.format(port=port))
        script.seek(0)
        with program.start("run", "-", "--clock=real", *options, prefix=prefix,
                           stdin=script) as process:
            try:
                program.read_until(process, "held")
                process.port = port
                yield process
            finally:
                process.kill()


def try_from_outside(port):
    """The run's listener is tried from the machine's loopback, over both families."""
    with socket.socket() as one:
        return os.strerror(one.connect_ex(("127.0.0.1", port)))


# -- who plays --


@functools.cache
def scene_of(user):
    """The Scene of one user: “root”, or an ordinary one."""
    if shutil.which("nsenter") is None:
        raise Skip("there is no nsenter")
    if user == "root" and os.geteuid() != 0:
        raise Skip("this is an ordinary user's")
    return Scene(prefix_of(user))


def prefix_of(user):
    return program.as_nobody() if user != "root" and os.geteuid() == 0 else ()


def expect_one_of(seen, expected, what):
    expect(seen in expected, f"{what}: expected one of {sorted(expected)}, saw {seen!r}")
    return seen


# -- what is tried --


def try_host(name, user):
    scene = scene_of(user)
    if name not in scene.listeners:
        raise Skip("this machine has none")
    expect_equal(scene.outside[name], "reached", "outside, where it is to succeed")
    expect(name not in scene.arrived, f"{name} of the machine was reached")
    if name == "UDP":
        expect_one_of(scene.inside[name], {"reached"} | REFUSED, name)
        return "nothing arrives"
    return expect_one_of(scene.inside[name], REFUSED, name)


def try_away(names, user):
    scene = scene_of(user)
    seen = {expect_one_of(scene.inside[name], NO_WAY, name)
            for name in scene.inside if any(name.startswith(one) for one in names)}
    if not seen:
        raise Skip("this machine has none")
    return ", ".join(sorted(seen))


def try_interfaces(user):
    expect_equal(scene_of(user).inside["interfaces"], "lo", "interfaces")
    return "`lo`, and no other"


def try_back(user):
    return expect_one_of(scene_of(user).inside["enter"], {"EPERM"}, "setns")


def try_way_back(user):
    return expect_one_of(scene_of(user).inside["open"], {"EACCES", "EPERM"}, "open")


def try_listener(user):
    scene = scene_of(user)
    expect_equal(scene.inside["own listener"], "reached", "the run's listener, from inside")
    expect_equal(scene.from_outside, os.strerror(111), "the run's listener, from outside")
    return "ECONNREFUSED"


def read_status(status, field):
    return re.search(rf"^{field}:\s+(\S+)$", status, re.MULTILINE).group(1)


def read_capabilities(status, field):
    value = int(read_status(status, field), 16)
    return {BITS.get(bit, str(bit)) for bit in range(64) if value >> bit & 1}


def expect_capabilities(status, more):
    for field, expected in CAPABILITIES.items():
        extra = more if field in ("CapPrm", "CapEff") else set()
        expect_equal(read_capabilities(status, field), expected | extra, field)
    expect_equal(read_status(status, "NoNewPrivs"), "1", "NoNewPrivs")


def read_rights(user):
    expect_capabilities(scene_of(user).status, set())
    return "CAP_NET_ADMIN alone; bounding set empty; no_new_privs"


def read_rights_with_packets(user):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        with hold(prefix_of(user), f"--pcap={folder}/packets") as held:
            expect_capabilities(Path(f"/proc/{held.pid}/status").read_text("utf-8"), {"NET_RAW"})
    return "CAP_NET_ADMIN and CAP_NET_RAW; bounding set empty; no_new_privs"


def read_namespaces(user):
    for name, seen in scene_of(user).namespaces.items():
        expect(seen != os.readlink(f"/proc/self/ns/{name}"), f"the {name} namespace is ours")
    return "its own"


# -- files --


def try_name(user):
    text = "http-client c\nlaunch\nc.get uri=http://rebound.invalid/\nwait c.failed\n"
    done = run("run", "-", input=text, prefix=prefix_of(user))
    expect_status(done, 0)
    expect_in("in a network of its own a run looks none up", done.stdout, "the log")
    return "refused; nobody is asked"


def try_include(path, user):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        Path(folder, "own").mkdir()
        Path(folder, "secret.life").write_text("launch\n", "utf-8")
        Path(folder, "own/link.life").symlink_to("../secret.life")
        Path(folder, "own/main.life").write_text(f'include "{path}"\n', "utf-8")
        for words in (("run",), ("check",), ("compare", "own/main.life")):
            done = run(*words, "own/main.life", cwd=folder, prefix=prefix_of(user))
            expect_status(done, 2)
            expect_in("own/main.life:1:9: ", done.stderr, "the message")
            expect_in("; expected ", done.stderr, "the message")
    return "refused, status 2"


def classify(call, words):
    """How a call that names a file uses it."""
    if call in ("open", "openat", "openat2", "creat"):
        return "write" if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", words) else "read"
    return "read" if call in ("stat", "lstat", "newfstatat", "statx", "access", "faccessat",
                              "faccessat2", "readlink", "readlinkat", "getcwd", "statfs") else call


def path_of(pid, words):
    """The path that a call names; one in a folder that is open, with that folder's."""
    found = re.search(r'(?:\d+<([^>]*)>, )?"((?:[^"\\]|\\.)*)"', words)
    folder, path = found.groups() if found else (None, "")
    if folder and path and not path.startswith("/"):
        path = f"{folder}/{path}"
    return re.sub(rf"^/proc/{pid}\b", "/proc/self", path)


def find_forbidden(trace):
    """The calls of an isolated run that are not on the list, and how many were."""
    forbidden, allowed, isolated = [], 0, set()
    for line in trace.splitlines():
        found = re.match(r"(\d+) +(\w+)\((.*)", line)
        if not found:
            continue
        pid, call, words = found.groups()
        if call == "unshare":
            isolated.add(pid)
        path = path_of(pid, words)
        if pid not in isolated or call in ("unshare", "fork", "vfork", "clone", "clone3", "bind"):
            continue
        if call in ("socket", "connect"):
            is_good = "AF_UNIX" not in words
        elif path == "":  # of a descriptor that it has, AT_EMPTY_PATH
            continue
        else:
            is_good = any(re.fullmatch(pattern, path) and classify(call, words)
                          in ("read", how) for pattern, how in ALLOWED)
        allowed += is_good
        if not is_good:
            forbidden.append(line)
    return forbidden, allowed


def trace(script):
    with tempfile.NamedTemporaryFile() as log:
        done = run("run", script, prefix=["strace", "-f", "--seccomp-bpf", "-y", "-s", "400", "-qq",
                                          "-e", TRACED, "-e", "signal=none", "-o", log.name])
        expect_status(done, 0)
        return Path(log.name).read_text("utf-8", errors="replace")


def try_files(scripts, user):
    """As any user: which files are opened is not a matter of who plays."""
    program.need_strace()
    if user != "root" and os.geteuid() == 0:
        raise Skip("the same program was traced as root")
    for script in scripts:
        forbidden, allowed = find_forbidden(trace(script))
        expect(allowed > 0, f"{script}: the trace does not tell when it was isolated")
        expect(not forbidden, f"{script} uses what is not on the list:\n" + "\n".join(forbidden))
    return "none but those of the list; no program is started and no file written"


# -- the rows --

INSIDE, OUTSIDE, SCRIPT = "the run's network", "the machine", "a script"


def list_rows(scripts):
    return [
        ("a TCP listener on the machine's 127.0.0.1", INSIDE, functools.partial(try_host, "TCP")),
        ("a TCP listener on the machine's ::1", INSIDE, functools.partial(try_host, "TCP by IPv6")),
        ("a UDP socket on the machine's 127.0.0.1", INSIDE, functools.partial(try_host, "UDP")),
        ("an abstract Unix socket of the machine's", INSIDE,
         functools.partial(try_host, "abstract")),
        ("the machine's other addresses", INSIDE, functools.partial(try_away, ["own 0", "own 1"])),
        ("link-local: 169.254.169.254, fe80::1", INSIDE,
         functools.partial(try_away, ["metadata", "link-local"])),
        ("multicast and broadcast: 224.0.0.251, 255.255.255.255", INSIDE,
         functools.partial(try_away, ["multicast", "broadcast"])),
        ("DNS by UDP: 192.0.2.53, 2001:db8::53", INSIDE, functools.partial(try_away, ["DNS"])),
        ("the interfaces", INSIDE, try_interfaces),
        ("setns() with a descriptor of the machine's network", INSIDE, try_back),
        ("open() of the machine's network under /proc", INSIDE, try_way_back),
        ("a listener of the run's on 0.0.0.0", OUTSIDE, try_listener),
        ("/proc/PID/ns/net and user", OUTSIDE, read_namespaces),
        ("/proc/PID/status", OUTSIDE, read_rights),
        ("/proc/PID/status of a run that captures packets", OUTSIDE, read_rights_with_packets),
        ("a host name in a URI", SCRIPT, try_name),
        ("`include` of an absolute path", SCRIPT, functools.partial(try_include, "/etc/hostname")),
        ("`include` with `..`", SCRIPT, functools.partial(try_include, "../secret.life")),
        ("`include` of a symbolic link that leads out", SCRIPT,
         functools.partial(try_include, "link.life")),
        (f"files, programs and Unix sockets of {len(scripts)} shipped scripts, by strace", SCRIPT,
         functools.partial(try_files, scripts)),
    ]


# Of each kind one: a database's lock, a child process, changed settings, the HTTP pool.
FEW = ["file-lock-at-suspend", "write-after-close", "folk-cures", "pool-lock"]


def describe(row):
    """What came of a row, for each user or for both."""
    results = {}
    for user in ("root", "an ordinary user"):
        try:
            results[user] = row(user)
        except Skip as why:
            results[user] = None if results.get("root") else f"not tried: {why}"
    told = {user: result for user, result in results.items() if result is not None}
    if os.geteuid() != 0:
        told.pop("root")
    if len(told) == 2 and len(set(told.values())) == 1:
        return f"{told['root']} (root, ordinary user)"
    return "; ".join(f"{result} ({user})" for user, result in told.items())


def print_table():
    if program.why_no_isolation():
        print(program.why_no_isolation(), file=sys.stderr)
        return 77
    is_good = True
    print("| what was tried | from where | what came of it |\n|---|---|---|")
    for what, where, row in list_rows(list(program.list_scripts())):
        try:
            result = describe(row)
        except Failure as failure:
            is_good, result = False, f"**{str(failure).splitlines()[0]}**"
        print(f"| {what} | {where} | {result} |", flush=True)
    return 0 if is_good else 1


def main():
    if "--table" in sys.argv[1:]:
        return print_table()
    scripts = list(program.list_scripts()) if "--all" in sys.argv[1:] else FEW
    cases = [(f"{what}, from {where}, {user}", functools.partial(row, user))
             for what, where, row in list_rows(scripts) for user in ("root", "an ordinary user")]
    return program.main(cases)


if __name__ == "__main__":
    sys.exit(main())
