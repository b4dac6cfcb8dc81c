# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run can meet with, a function each: it disturbs one run, at a moment that DICE choose,
holds what is seen against what has to be seen, and returns what came of it in a word or two.

A moment within a run is a part of the time that it takes undisturbed. Nothing depends on which
moment it is: each is as good as the others.
"""

import contextlib
import fcntl
import functools
import json
import os
import resource
import select
import signal
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import chaos_life
import program
import tap_text
from program import Skip, expect, expect_equal, expect_in, run, start

# A critical, or a warning, ends the program by a signal, which no kind takes for good.
STRICT = program.ENVIRONMENT | {"G_DEBUG": "fatal-warnings"}

# One that has every sort of event in it, and reports longer than a buffer.
SCRIPT = "day-in-the-life"

ALL = "--show=all,packets,sockets"
LOG = ("--format=jsonl", "--show=all")

# The library that sets the clock on the wall.
CLOCK_STEP = os.environ.get("CLOCK_STEP", str(program.TESTS.parent / "_build/tests/clock-step.so"))

FORMATS = program.list_formats()


def play(*words, **options):
    return run("run", *words, env=STRICT, **options)


@functools.cache
def seconds_of(*words):
    """How long a run takes here and now; the median of three."""
    def measure():
        before = os.times().elapsed
        play(*words)
        return os.times().elapsed - before
    return sorted(measure() for _ in range(3))[1]


def wait_for(process, seconds):
    """Waits for its end, or so long. Whether it has ended."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def wait_for_moment(process, dice, *words):
    wait_for(process, dice.random() * seconds_of(*words))


def expect_quiet(complaint):
    """What is on standard error is said by the program, not by GLib."""
    for line in complaint.splitlines():
        expect(line.startswith("rebound: "), f"standard error has {line!r}")


# -- random acts on sockets, the link and the descriptors --


def live(dice):
    """A random life: as expected or not, without a critical, a busy loop or a hang, and the same
    log twice."""
    seed = dice.randrange(1 << 31)
    script = chaos_life.make_script(seed)
    plays = [play("-", *LOG, input=script) for _ in range(2)]
    first, second = plays
    where = f"life {seed} (tests/test-chaos.py --life {seed})"
    expect(first.returncode in (0, 1), f"{where}: status {first.returncode}: {first.stderr}")
    expect_quiet(first.stderr)
    expect('"kind":"spin"' not in first.stdout, f"{where}: a busy loop")
    expect_equal((second.returncode, second.stderr), (first.returncode, first.stderr), where)
    expect(first.stdout == second.stdout, f"{where}: its two logs differ")
    return "played to its end" if first.returncode == 0 else "broken off by an impossible statement"


# -- descriptors --


def starve(dice):
    """A limit of descriptors that is lowered from outside while a run goes on, to a number at
    random, and at another moment taken back: the run ends by itself, and says what it had to."""
    script = chaos_life.make_script(dice.randrange(1 << 31))
    process = start("run", "-", *LOG, stdin=subprocess.PIPE, env=STRICT)
    process.stdin.write(script)
    process.stdin.close()
    # What is told first is told when the run has begun, and its own limit is set.
    told = [process.stdout.readline()]
    with contextlib.suppress(ProcessLookupError):
        before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (dice.randrange(3, 40), before[1]))
        told += [line for _, line in zip(range(dice.randrange(1000)), process.stdout)]
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)
    told += process.stdout.readlines()
    complaint = process.stderr.read()
    status = process.wait(program.HANG_SECONDS)
    expect_quiet(complaint)
    expect(status in (0, 1, 99), f"status {status}: {complaint}")
    expect('"kind":"spin"' not in "".join(told), "a busy loop")
    if status == 99:
        # What poll() says where it is to look at more than the limit now allows.
        if "poll: EINVAL" in complaint:
            expect_in("RLIMIT_NOFILE", complaint, "of status 99")
            return "99, naming EINVAL and RLIMIT_NOFILE"
        expect_in("EMFILE", complaint, "of status 99")
        return "99, naming EMFILE"
    return "EMFILE in its log" if "EMFILE" in "".join(told) + complaint else "not touched by it"


# -- ends --


def write_earlier(folder, dice):
    for name in FORMATS:
        if dice.random() < 0.5:
            Path(folder, name).write_text("earlier", encoding="utf-8")


def output_to(folder):
    return [f"--output={name}:{folder}/{name}" for name in FORMATS]


@functools.cache
def reports_of(script):
    """What each report of a script has in it, undisturbed."""
    with tempfile.TemporaryDirectory() as folder:
        program.expect_status(play(ALL, *output_to(folder), script), 0)
        return {name: Path(folder, name).read_bytes() for name in FORMATS}


def list_descendants(pid):
    found = [pid]
    for parent in found:
        try:
            text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found += map(int, text.split())
    return found


def read_network(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None


def list_networks():
    return {read_network(pid) for pid in os.listdir("/proc") if pid.isdigit()}


def open_process(pid):
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


COMMANDS = (
    ("run", SCRIPT),
    ("check", "--twice", SCRIPT),
    ("compare", "rebind-fix", "--set", "reuse-address=no", "--with", "reuse-address=yes"),
    ("test", "-j2", str(program.TESTS.parent / "app/scripts/rebind-bug.life"),
     str(program.TESTS.parent / f"app/scripts/{SCRIPT}.life")),
)


def kill(dice):
    """SIGKILL: no process is left, nobody is in its network any more, there is no file of it, and
    what was there before is as it was, or is the whole report."""
    command = dice.choice(COMMANDS)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as scratch:
        words = list(command)
        if command[0] == "run":
            write_earlier(folder, dice)
            words[1:1] = [ALL, *output_to(folder)]
        earlier = set(os.listdir(folder))
        process = start(*words, env=STRICT | {"TMPDIR": scratch}, stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL)
        wait_for_moment(process, dice, ALL, SCRIPT)
        family = list_descendants(process.pid)
        networks = set(map(read_network, family)) - {None, read_network(os.getpid())}
        handles = [handle for handle in map(open_process, family) if handle is not None]
        process.kill()
        for handle in handles:
            gone, _, _ = select.select([handle], [], [], program.HANG_SECONDS)
            os.close(handle)
            expect(gone, f"{words}: a process is still there")
        status = process.wait()
        expect(not networks & list_networks(), f"{words}: somebody is in its network")
        expect_equal(os.listdir(scratch), [], "temporary files")
        check_reports(folder, earlier)
    return "nothing left" if status == -signal.SIGKILL else "had ended before"


def check_reports(folder, earlier):
    """Each is what was there before, or whole; at the moment at which it is put in an earlier one's
    place it is whole beside it."""
    whole = reports_of(SCRIPT)
    for name in os.listdir(folder):
        text, report = Path(folder, name).read_bytes(), whole[name.partition(".")[0]]
        expect(text == report or (name in earlier and text == b"earlier"), f"a half of {name}")
    expect(earlier <= set(os.listdir(folder)), "an earlier report is gone")


def stop(dice):
    """SIGSTOP and SIGCONT, again and again: time is virtual, and the log the same."""
    with tempfile.TemporaryFile() as log:
        process = start("run", *LOG, SCRIPT, env=STRICT, stdout=log, stderr=subprocess.DEVNULL)
        n_stops = 0
        while not wait_for(process, dice.random() * 0.01):
            process.send_signal(signal.SIGSTOP)
            n_stops += 1
            # Long enough, now and then, for the kernel's own timers.
            wait_for(process, dice.choice((0.0001, 0.001, 0.01, 0.01, 0.3)) * 2 * dice.random())
            process.send_signal(signal.SIGCONT)
        expect_equal(process.returncode, 0, "status")
        log.seek(0)
        expect(log.read().decode("utf-8") == log_of(SCRIPT), f"another log, of {n_stops} stops")
    return "the same log" if n_stops else "had ended before"


@functools.cache
def log_of(script):
    return play(*LOG, script).stdout


def read_blocks(data):
    """Whether DATA is whole blocks of pcapng."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 4:at + 8], "little")
        expect(size >= 12 and data[at + size - 4:at + size] == data[at + 4:at + 8], "half a block")
        at += size


def check_interrupted(folder, whole):
    """Each report is well formed, and says what it is."""
    def read(name):
        return Path(folder, name).read_bytes().decode("utf-8")

    expect_in("interrupted: ", read("text"), "the text")
    lines = read("jsonl").splitlines()
    events = [json.loads(line) for line in lines]
    expect(all(line == other for line, other, event in
               zip(lines, whole["jsonl"].decode("utf-8").splitlines(), events)
               if event["kind"] not in ("explanation", "statistics")), "another log")
    expect(tap_text.read(read("tap")).bail_out is not None, "the TAP does not bail out")
    root = ElementTree.fromstring(read("junit"))
    expect_equal([error.get("type") for error in root.iter("error")], ["interrupted"], "JUnit")
    json.loads(read("trace"))
    expect_in("</html>", read("html"), "the page")
    read_blocks(Path(folder, "pcapng").read_bytes())


def interrupt(dice):
    """SIGINT, SIGTERM or SIGHUP: status 130 and whole reports that say so; or there is no run yet,
    and nothing of one."""
    number = dice.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    whole = reports_of(SCRIPT)
    with tempfile.TemporaryDirectory() as folder:
        write_earlier(folder, dice)
        earlier = set(os.listdir(folder))
        process = start("run", ALL, *output_to(folder), SCRIPT, env=STRICT,
                        stdout=subprocess.DEVNULL)
        wait_for_moment(process, dice, ALL, SCRIPT)
        process.send_signal(number)
        complaint = process.stderr.read()
        status = process.wait(program.HANG_SECONDS)
        expect_quiet(complaint)
        if status == 130:
            check_interrupted(folder, whole)
            return "130, and whole reports"
        expect(status in (0, -number), f"status {status}: {complaint}")
        check_reports(folder, earlier)
    return "had ended before" if status == 0 else "ended by the signal, outside of the run"


# -- where the output goes --

SMALL_DISK = """
mount -t tmpfs -o size="$2" none "$1" || exit 77
folder=$1; shift 2
printf earlier > "$folder/report"
"$@"; echo "status $?"
ls -A "$folder"
cmp -s "$folder/report" "$WHOLE" && echo whole
[ "$(cat "$folder/report" | head -c 7)" = earlier ] && echo earlier
"""


def fill_disk(dice):
    """A disk of so many pages, and a report of one format: it is whole, or status is 99 with ENOSPC
    and the earlier one is as it was."""
    name, pages = dice.choice(FORMATS), dice.choice((1, 2, 3, 5, 9, 20, 60, 200))
    prefix = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"]
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as whole:
        whole.write(reports_of(SCRIPT)[name])
        whole.flush()
        done = run("run", ALL, f"--output={name}:{folder}/report", SCRIPT, stderr=subprocess.PIPE,
                   prefix=[*prefix, folder, str(pages * os.sysconf("SC_PAGE_SIZE"))],
                   env=STRICT | {"WHOLE": whole.name})
    if "\nstatus " not in done.stdout:
        raise Skip(f"there is no small disk to be had: {done.stderr.strip()}")
    after = done.stdout[done.stdout.rindex("\nstatus ") + 1:]
    if after == "status 0\nreport\nwhole\n":
        return "had room, and is whole"
    expect_equal(after, "status 99\nreport\nearlier\n", f"{name} on {pages} pages")
    expect_in("cannot be written: ENOSPC (No space left on device)", done.stderr, "the complaint")
    return "99 with ENOSPC, the earlier one kept"


def close_streams(dice):
    """Standard input, output, error, or several of them closed: what would be said there is not
    said elsewhere, and what cannot be shown is 99."""
    closed = dice.sample((0, 1, 2), dice.randrange(1, 4))
    words, status = dice.choice(((("run", SCRIPT), 0), (("list",), 0), (("run", "nonesuch"), 2),
                                 (("run", "--format=jsonl", "rebind-bug"), 0),
                                 (("check", "--twice", SCRIPT), 0)))
    shell = "\"$@\" " + " ".join(f"{fd}>&-" for fd in closed)
    with tempfile.TemporaryDirectory() as folder:
        says = words[0] in ("run", "list") and status == 0
        report = ["--output=html:page"] if words == ("run", SCRIPT) else []
        done = run(*words, *report, prefix=["sh", "-c", shell, "sh"], env=STRICT, cwd=folder)
        expect_equal(done.returncode, 99 if says and 1 in closed else status,
                     f"status of {words} without {closed}")
        expect(not (1 in closed and done.stdout) and not (2 in closed and done.stderr),
               f"{words} says something without {closed}")
        if report:
            expect_in(b"</html>", Path(folder, "page").read_bytes(), "the page")
    return "99, the files whole" if done.returncode == 99 else "as ever"


def leave_early(dice):
    """A reader that goes away after so many bytes: 99 and EPIPE, unless all of it was written by
    then."""
    name = dice.choice(FORMATS)
    size = len(reports_of(SCRIPT)[name])
    reading, writing = os.pipe()
    room = 4096  # the smallest pipe that Linux has: F_SETPIPE_SZ, fcntl(2)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, room)
    process = start("run", ALL, f"--output={name}", SCRIPT, env=STRICT, stdout=writing)
    os.close(writing)
    read, wanted = 0, dice.randrange(size)
    while read < wanted and (text := os.read(reading, wanted - read)):
        read += len(text)
    os.close(reading)
    complaint = process.stderr.read()
    status = process.wait(program.HANG_SECONDS)
    if status == 0:
        expect(wanted + room >= size, f"{name}: {size} bytes were written, {wanted} read")
        return "all was written before"
    expect_equal(status, 99, f"status of {name} after {wanted} bytes")
    expect_equal(complaint, "rebound: standard output could not be written: EPIPE (Broken pipe)\n",
                 "the complaint")
    return "99 with EPIPE"


# -- the clock on the wall --


def step_clock(dice):
    """The time of day jumps by hours, back and forth, whenever somebody asks for it: the log is the
    same, and a run in real time takes the time that it takes."""
    if program.SANITIZED:
        raise Skip("the sanitizers want to be the first library")
    with tempfile.NamedTemporaryFile("r") as count:
        env = STRICT | {"LD_PRELOAD": CLOCK_STEP, "CLOCK_STEP_COUNT": count.name,
                        "CLOCK_STEP_SEED": str(dice.randrange(1 << 31))}
        days = {subprocess.run(["date", "+%s"], env=env | {"CLOCK_STEP_SEED": str(seed)}, text=True,
                               capture_output=True, check=True).stdout for seed in range(3)}
        expect_equal(len(days), 3, "days that date saw")
        count.seek(0, os.SEEK_END)
        if dice.random() < 0.5:
            done = run("run", *LOG, SCRIPT, env=env)
            expect(done.stdout == log_of(SCRIPT), "another log")
            expect_equal(done.returncode, 0, f"status; {done.stderr}")
            word = "virtual time: the same log"
        else:
            done = run("run", "--clock=real", "--timeout=1min", *LOG, "-", env=env, input=SHORT)
            seen = [{key: value for key, value in json.loads(line).items() if key != "time_usec"}
                    for line in done.stdout.splitlines()]
            expect_equal(done.returncode, 0, f"status; {done.stderr}")
            expect_equal(seen, short_events(), "events in real time")
            word = "real time: the same events"
        expect_equal(count.read().count("\n"), 1, "processes that were under the clock")
    return word


# In real time, and soon over.
SHORT = ("listener web port=30000 on-accept=hello\nlaunch\nafter 20ms home\nafter 20ms open\n"
         "after 20ms\n")


@functools.cache
def short_events():
    done = play("--clock=real", *LOG, "-", input=SHORT)
    return [{key: value for key, value in json.loads(line).items() if key != "time_usec"}
            for line in done.stdout.splitlines()]


# -- memory --


def take_memory(dice):
    """A limit of the address space. GLib ends a program that is out of memory, by design: so does
    this one, with a word of it, and leaves nothing; or it had enough, and the log is the same."""
    if program.SANITIZED:
        raise Skip("the sanitizers take terabytes of the address space")
    kib = dice.choice((8, 12, 16, 20, 24, 32, 48, 64, 128)) * 1024 + dice.randrange(4096)
    prefix = ["sh", "-c", f"ulimit -v {kib}; exec \"$@\"", "sh"]
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", *LOG, f"--output=text:{folder}/text", SCRIPT, prefix=prefix, env=STRICT)
        left = os.listdir(folder)
    if done.returncode == 0:
        expect(done.stdout == log_of(SCRIPT), "another log")
        return "enough: the same log"
    expect_equal(left, [], "files")
    expect(done.stderr.strip(), f"status {done.returncode}, without a word")
    if done.returncode == 127:
        return "not begun: the dynamic linker had none"
    if done.returncode == -signal.SIGTRAP or done.returncode == -signal.SIGABRT:
        return "ended by GLib, with a word of it"
    expect(done.returncode in (77, 99), f"status {done.returncode}: {done.stderr}")
    return f"{done.returncode}, with an errno"


KINDS = {
    "sockets, link, descriptors at random, twice each": live,
    "descriptors: a limit lowered from outside, and taken back": starve,
    "`kill -9`": kill,
    "SIGSTOP and SIGCONT": stop,
    "SIGINT, SIGTERM, SIGHUP": interrupt,
    "a full disk": fill_disk,
    "closed standard streams": close_streams,
    "a reader that goes away": leave_early,
    "the clock on the wall set, back and forth": step_clock,
    "memory: a limit of the address space": take_memory,
}
