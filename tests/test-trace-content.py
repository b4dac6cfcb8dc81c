#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the trace's slices, arrows and counters say is what the JSON Lines of the same run say: of
states, tasks, sockets and pools what can be worked out from the lines without a look at the
program.
"""

import sys
from collections import Counter, defaultdict

import program
import trace_rules
from program import expect, expect_equal, expect_in, list_scripts
from trace_rules import lane, ns
from trace_run import (ARRIVE_NS, LEAVE_NS, MARK_NS, Run, bounds, each_run, expect_bounds, play,
                       read_both)

# What an application is after a callback, as docs/lifecycle.md has it.
STATE_AFTER = {
    "will-finish-launching": "launching", "did-become-active": "active",
    "will-resign-active": "inactive", "did-enter-background": "background",
    "will-enter-foreground": "inactive", "suspended": "suspended", "resumed": "background",
    "died": "not-running",
}


def list_states(events, application):
    """(state, the event it begins with, the event it ends with); None at the run's ends."""
    told = [(STATE_AFTER[event["kind"]], event["n"]) for event in events
            if event["actor"] == application and event["kind"] in STATE_AFTER]
    states = [("not-running", None)]
    for state, number in told:
        if states[-1][0] == "launching" and state != "launching":
            # What it was while it launched shows in what it came to.
            states[-1] = ("background" if state == "background" else "inactive", states[-1][1])
        if states[-1][0] != state:
            states.append((state, number))
    if states[-1][0] == "launching":
        states[-1] = ("inactive", states[-1][1])
    ends = [number for _, number in states[1:]] + [None]
    return [(state, begin, end) for (state, begin), end in zip(states, ends)]


def test_states():
    """an application's states are those that its callbacks tell of"""
    for a_run in each_run():
        seen = defaultdict(list)
        for record in sorted(a_run.of("X", "state"), key=lambda record: record["ts"]):
            expect_bounds(a_run, record)
            seen[a_run.lane_of(record)].append((record["name"], *bounds(record)))
        applications = {event["actor"] for event in a_run.events
                        if event["kind"] == "will-finish-launching"}
        expect_equal(set(seen), applications, f"{a_run.name}: applications")
        for application, states in seen.items():
            expect_equal([(name, begin, end) for name, begin, end in states],
                         [state for state in list_states(a_run.events, application)],
                         f"{a_run.name}: {application}")


def list_tasks(events):
    tasks, open_tasks = [], []
    for event in events:
        actor, kind = event["actor"], event["kind"]
        if kind == "task-begun":
            open_tasks.append((actor, event["name"], event["n"]))
        over = [task for task in open_tasks
                if task[0] == actor and (kind == "died"
                                         or kind == "task-ended" and task[1] == event["name"])]
        for task in over[:1] if kind == "task-ended" else over:
            open_tasks.remove(task)
            tasks.append((*task[1:], event["n"]))
    return sorted(tasks + [(*task[1:], None) for task in open_tasks], key=lambda task: task[1])


def test_tasks():
    """a background task is a slice on a lane that no other has at the time"""
    for a_run in each_run():
        tasks = sorted(a_run.of("X", "task"), key=lambda record: record["ts"])
        expect_equal([(record["name"], *bounds(record)) for record in tasks],
                     list_tasks(a_run.events), f"{a_run.name}: tasks")
        for record in tasks:
            expect_bounds(a_run, record)
    expect(play("background-task").of("X", "task"), "background-task has none")


TASKS = """listener web port=30000
launch
app.begin-task name=one
app.begin-task name=two
app.begin-task name=one
after 1s app.end-task name=one
after 1s app.begin-task name=three
after 2s kill
"""


def test_tasks_at_once():
    """tasks that there are at the same time have a lane each, which is used again"""
    a_run = Run("tasks", *read_both("-", input=TASKS))
    expect_equal(trace_rules.check(a_run.text), [], "the rules")
    lanes = sorted((bounds(record), record["name"], a_run.lane_of(record).rpartition(" ")[2])
                   for record in a_run.of("X", "task"))
    expect_equal([lane[1:] for lane in lanes],
                 [("one", "1"), ("two", "2"), ("one", "3"), ("three", "1")], "whose lane is whose")
    expect_equal([(lane[1], *lane[0]) for lane in lanes], list_tasks(a_run.events), "when")
    orders = {record["args"]["sort_index"] for record in a_run.of("M")
              if record["name"] == "thread_sort_index"}
    expect_equal(len(orders), len(a_run.lanes), "places of the lanes")


def test_busy():
    """a handler that was busy is a slice of its length, within a state"""
    a_run = play("watchdog-launch")
    busy = [round(record["dur"] / 1000000) for record in a_run.of("X", "busy")]
    expect_equal(busy, [event["duration_usec"] // 1000000 for event in a_run.events
                        if event["kind"] == "busy"], "seconds")


def list_time_waits(events):
    """(connection, end, the event it began with, the one it ended with), by the kernel's words.
    Those of one name end in the order in which they began, for they last equally long."""
    waits, over = defaultdict(list), []
    for event in events:
        if event["kind"] == "state-changed" and event["to"] == "TIME_WAIT":
            waits[event["connection"], event["end"]].append(event["n"])
        elif (event["kind"] == "state-changed" and event["from"] == "TIME_WAIT"
              or event["kind"] in ("remainder-expired", "remainder-forgotten")
              and event["state"] == "TIME_WAIT"):
            key = event["connection"], event["end"]
            over.append((*key, waits[key].pop(0), event["n"]))
    return over + [(*key, begin, None) for key, begins in waits.items() for begin in begins]


def test_time_wait():
    """every TIME_WAIT of the kernel's is a slice of its length"""
    n_seen = 0
    for a_run in each_run():
        slices = [record for record in a_run.of("X", "socket") if record["name"] == "TIME_WAIT"]
        seen = [(record["args"]["connection"], record["args"]["end"], *bounds(record))
                for record in slices]
        expect_equal(Counter(seen), Counter(list_time_waits(a_run.events)), a_run.name)
        for record in slices:
            begin, end = bounds(record)
            expect_bounds(a_run, record)
            if end is not None and a_run.place_ns[end] == a_run.time(end) * 1000:
                expect(0 <= a_run.time(end) - a_run.time(begin) - record["dur"] < 1000,
                       f"{a_run.name}: the length of {record}")
        n_seen += len(seen)
    expect(n_seen > 1000, f"only {n_seen} were seen")


def test_socket_states():
    """every change of a socket's state is the end of a slice and the beginning of another"""
    for a_run in each_run():
        begun, ended = defaultdict(list), defaultdict(list)
        for record in a_run.of("X", "socket"):
            expect_bounds(a_run, record)
            begin, end = bounds(record)
            key = record["args"]["connection"], record["args"]["end"]
            expect_in(key[0] if key[0] != key[1] else "listening", a_run.lane_of(record), "a lane")
            begun[(*key, record["name"])].append(begin)
            ended[(*key, record["name"], end)].append(record)
        for event in a_run.events:
            if event["kind"] != "state-changed":
                continue
            key = event["connection"], event["end"]
            if event["to"] != "CLOSED":
                expect(any(a_run.time(begin) == event["time_usec"] and begin <= event["n"]
                           for begin in begun[(*key, event["to"])]),
                       f"{a_run.name}: no slice begins with {event}")
            if event["from"] == "CLOSED":
                expect(not ended[(*key, "open", event["n"])] or event["to"] != "ESTABLISHED",
                       f"{a_run.name}: it was open, and then {event}")
            else:
                expect_equal(len(ended[(*key, event["from"], event["n"])]), 1,
                             f"{a_run.name}: slices that end with {event}")


def test_open_within_an_instant():
    """an end that came and went within an instant was open from its owner's word to its next one"""
    a_run = play("rebind-bug")
    opened = {(record["args"]["connection"], record["args"]["end"]): bounds(record)
              for record in a_run.of("X", "socket") if record["name"] == "open"}
    words = defaultdict(list)
    for event in a_run.events:
        if event["kind"] in ("connected", "accepted", "connection-closed", "closed"):
            words[event.get("connection"), event["actor"]].append(event["n"])
    expect_equal(opened, {key: tuple(numbers) for key, numbers in words.items() if key[0]}, "ends")
    expect_equal({key[0] for key in opened}, {"phone#1", "phone#2"}, "connections")


def test_listening():
    """a listening socket ends with its owner's word, or with its owner"""
    a_run = play("kill-and-relaunch")
    listening = [bounds(record) for record in a_run.of("X", "socket") if record["name"] == "LISTEN"]
    died = [event["n"] for event in a_run.events if event["kind"] == "died"]
    told = [event["n"] for event in a_run.events if event.get("to") == "LISTEN"]
    expect_equal(sorted(listening), [(told[0], died[0]), (told[1], None)], "when it listened")
    a_run = play("rebind-bug")
    listening = [record["args"] for record in a_run.of("X", "socket") if record["name"] == "LISTEN"]
    expect_equal([(args["generation"], args.get("to_event")) for args in listening],
                 [(1, 25), (3, None)], "rebind-bug: generations")


def list_listening(a_run):
    return [(record["args"]["from_event"], record["args"].get("to_event"))
            for record in sorted(a_run.of("X", "socket"), key=lambda record: record["ts"])
            if record["name"] == "LISTEN"]


REPLACED = """listener web port=30000 reuse-port=yes background-policy=keep
set web reopen=dup2 check-on-return=none
launch
home
open
after 1s
"""


def test_listening_replaced():
    """a listening socket ends with a close() that its owner calls, and with a dup2() onto it"""
    a_run = play("folk-cures")
    told = [event["n"] for event in a_run.events if event.get("to") == "LISTEN"]
    closed = [event["n"] for event in a_run.events
              if event["actor"] == "web" and event.get("call") == "close"]
    expect_equal(list_listening(a_run), list(zip(told, closed)), "folk-cures")
    a_run = Run("replaced", *read_both("-", input=REPLACED))
    told = [event["n"] for event in a_run.events if event.get("to") == "LISTEN"]
    replaced = [event["n"] for event in a_run.events if event["kind"] == "descriptor-replaced"]
    expect_equal(len(told), 2, "how often it listened")
    expect_equal(list_listening(a_run), list(zip(told, [*replaced, None])), "when it listened")


def test_endings():
    """how a socket ended is among what its slice says"""
    def endings(script):
        return Counter((record["args"].get("ended_by"), record["args"].get("reclaimed"))
                       for record in play(script).of("X", "socket")
                       if record["name"] != "LISTEN" and record["args"].get("to_event"))
    expect_equal(set(endings("rebind-bug")), {("FIN", None)}, "rebind-bug")
    expect(endings("cfsocket-accept-once")["RST", None] >= 2, "cfsocket-accept-once: no RST")
    expect({("FIN", "fin"), ("RST", "destroy")} <= set(endings("defunct-socket")),
           f"defunct-socket: {endings('defunct-socket')}")
    # Two connections of one name, of which the second comes while the first is in TIME_WAIT.
    of_name = [record for record in play("pool-policies").of("X", "socket")
               if record["args"]["connection"] == "asi#request-63"]
    waits = [record["args"] for record in of_name if record["name"] == "TIME_WAIT"]
    expect_equal([args.get("sent_by") for args in waits], ["127.0.0.1:30001"] * 2, "request-63")
    expect_equal([record["args"].get("ended_by") for record in of_name
                  if record["name"] == "ESTABLISHED"], ["FIN"] * 4, "its ends")


# -- counters --

def read_counter(a_run, name):
    values = [(record["ts"], *record["args"].values()) for record in a_run.of("C")
              if record["name"] == name]
    return [value for _, value in sorted(values)]


def test_socket_counters():
    """the counters of sockets are how many slices there are, at every instant, and at the end"""
    for a_run in each_run():
        for name, is_counted in (("TIME_WAIT", lambda state: state == "TIME_WAIT"),
                                 ("open sockets", lambda state: state != "TIME_WAIT")):
            changes = Counter()
            for record in a_run.of("X", "socket"):
                if is_counted(record["name"]):
                    begin, end = bounds(record)
                    changes[a_run.place_ns[begin]] += 1
                    changes[a_run.place_ns[end] if end else None] -= 1
            counted = {ns(record["ts"]): record["args"]["sockets"] for record in a_run.of("C")
                       if record["name"] == name}
            total = 0
            for at_ns in sorted(key for key in changes if key is not None):
                total += changes[at_ns]
                expect(changes[at_ns] == 0 or counted.get(at_ns) == total,
                       f"{a_run.name}: {name} at {at_ns} ns: expected {total}, saw "
                       f"{counted.get(at_ns)}")
            expect_equal(counted[max(counted)], -changes[None], f"{a_run.name}: {name} at the end")


NO_MORE_IDLE = {"will-use", "expired", "retired", "cleared", "server-closed", "found-dead",
                "invalidates"}


def count_idle(events, client, application):
    idle, sizes = set(), []
    for event in events:
        before = len(idle)
        if event["actor"] == client and event["kind"] in ("keeps", "keeps-as-told"):
            idle.add(event["connection"])
        elif event["actor"] == client and event["kind"] in NO_MORE_IDLE:
            idle.discard(event["connection"])
        elif event["actor"] == application and event["kind"] == "died":
            idle.clear()
        if len(idle) != before:
            sizes.append(len(idle))
    return sizes


def test_pools():
    """a pool's counter is how many connections its client keeps"""
    n_seen = 0
    for script in list_scripts():
        a_run = play(script)
        for client in {event["actor"] for event in a_run.events if event["kind"] == "keeps"}:
            expect_equal(read_counter(a_run, f"idle connections of {client}"),
                         count_idle(a_run.events, client, "app"), f"{script}: {client}")
            n_seen += 1
    expect(n_seen > 5, f"only {n_seen} pools were seen")


POOL_DIES = """peer http-server server port=30000
http-client http
http-client second
http-client third
launch
second.get uri=http://server/
third.get uri=http://server/ count=3
http.get uri=http://server/ count=2
after 1s kill
after 1s
"""


def test_pool_dies():
    """a process's pool ends with it"""
    a_run = Run("pool", *read_both("-", input=POOL_DIES))
    for client, most in (("http", 2), ("second", 1), ("third", 3)):
        sizes = read_counter(a_run, f"idle connections of {client}")
        expect_equal(sizes, count_idle(a_run.events, client, "app"), f"{client}: sizes")
        expect_equal((max(sizes), sizes[-1]), (most, 0), f"{client}: the most, and the last")
    for _ in range(5):  # addresses are others each time
        expect(read_both("-", input=POOL_DIES)[0] == a_run.text, "two runs differ")


QUEUES = """listener web port=30000 reuse-address=yes
peer socket phone
launch
phone.socket
phone.connect to=web
phone.send text=hello
print sockets
after 1s
"""


def test_queues():
    """bytes in queues are counted where the table of sockets tells of them"""
    a_run = Run("queues", *read_both("-", input=QUEUES))
    rows = [event for event in a_run.events
            if event["kind"] == "socket" and event["state"] != "LISTEN"]
    expect(rows, "the table has no rows")
    counters = [record["args"] for record in a_run.of("C") if record["name"] == "queued bytes"]
    expect_equal(counters, [{"received, not read": sum(row["recv_q"] for row in rows),
                             "sent, not acknowledged": sum(row["send_q"] for row in rows)}],
                 "the counter")
    expect_equal(trace_rules.check(a_run.text), [], "the rules")


# -- flows --

def list_flows(a_run, name):
    """Pairs of (lane, number of the event) at both ends of each flow."""
    marks = {(lane(record), ns(record["ts"])): record["args"]["event"]
             for record in a_run.of("X", "mark")}
    ends = defaultdict(dict)
    for record in a_run.records:
        if record["ph"] in "sf" and record["name"] == name:
            at_ns = ns(record["ts"]) + MARK_NS - (LEAVE_NS if record["ph"] == "s" else ARRIVE_NS)
            ends[record["id"]][record["ph"]] = a_run.lane_of(record), marks[lane(record), at_ns]
    return [(end["s"], end["f"]) for _, end in sorted(ends.items())]


def event_of(a_run, end):
    return a_run.events[end[1] - 1]


def test_flows():
    """an arrow goes from what was done to what came of it"""
    n_seen = Counter()
    for a_run in each_run():
        for name in ("connection", "end"):
            for begin, end in list_flows(a_run, name):
                first, second = event_of(a_run, begin), event_of(a_run, end)
                expect(first["connection"] == second["connection"]
                       and first["actor"] != second["actor"] and first["n"] < second["n"],
                       f"{a_run.name}: {name} from {first} to {second}")
                n_seen[name] += 1
        for begin, end in list_flows(a_run, "statement"):
            first, second = event_of(a_run, begin), event_of(a_run, end)
            expect(first["kind"] == "statement" and first["time_usec"] == second["time_usec"]
                   and first["n"] < second["n"] and second["actor"] != "script",
                   f"{a_run.name}: statement from {first} to {second}")
            n_seen["statement"] += 1
        for begin, end in list_flows(a_run, "packet"):
            packet = event_of(a_run, begin)
            expect_equal(begin[1], end[1], f"{a_run.name}: a packet is one event")
            name = packet["from"] if "#" in packet["from"] else packet["to"]
            expect(name in begin[0] and name in end[0] and begin[0] != end[0],
                   f"{a_run.name}: {packet} from {begin[0]} to {end[0]}")
            expect_equal(begin[0].startswith(name.split("#")[0] + ": "), "#" in packet["from"],
                         f"{a_run.name}: whose end has sent {packet}")
            n_seen["packet"] += 1
    expect(all(n_seen[name] > 100 for name in ("connection", "end", "statement", "packet")),
           f"few arrows were seen: {n_seen}")


def test_story():
    """rebind-bug: its arrows tell the story"""
    a_run = play("rebind-bug")
    numbers = {name: [(begin[1], end[1]) for begin, end in list_flows(a_run, name)]
               for name in ("statement", "connection", "end", "port")}
    expect_equal(numbers["connection"][:1], [(9, 10)], "connected -> accepted")
    expect_equal(numbers["end"][:1], [(11, 17)], "closed here -> closed there")
    expect_equal(numbers["port"], [(11, 33)], "the closing -> the bind that failed")
    a_killed_run = play("kill-and-relaunch")
    expect_equal([(event_of(a_killed_run, begin)["kind"], event_of(a_killed_run, end)["kind"])
                  for begin, end in list_flows(a_killed_run, "port")], [("died", "bind-failed")],
                 "the end of the process -> the bind that failed")
    expect({(3, 4), (3, 7), (22, 23), (22, 24)} <= set(numbers["statement"]),
           f"statements: {numbers['statement']}")


def test_reclaim():
    """what the system takes away is an arrow to the socket's lane"""
    a_run = play("defunct-socket")
    taken = [event for event in a_run.events if event["kind"] == "socket-reclaimed"]
    flows = list_flows(a_run, "reclaim")
    expect_equal([begin for begin, _ in flows], [("kernel", event["n"]) for event in taken], "from")
    expect_equal([end[0] for _, end in flows],
                 [f"{event['end']}: "
                  + ("listening" if event["connection"] == event["end"] else event["connection"])
                  for event in taken], "to")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
