# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the trace format (Chrome trace events, as Perfetto reads them). Nobody ships a
validator for it, and readers drop what they do not understand without a word; so what they would
drop, or draw wrongly, is a breakage here.

check(text) lists the breakages, each with the number of its record, from 0, and the rule.
"""

import json
from bisect import bisect_right
from collections import defaultdict
from decimal import Decimal
from itertools import accumulate

PHASES = {"M", "X", "i", "s", "t", "f", "C"}
NAMES = {"process_name": ("name", str), "thread_name": ("name", str),
         "process_sort_index": ("sort_index", int), "thread_sort_index": ("sort_index", int)}
SCOPES = {"g", "p", "t"}
NS_PER_USEC = 1000


class Breakages(list):
    def add(self, where, what):
        self.append(f"{where}: {what}" if isinstance(where, str) else f"record {where}: {what}")


def no_twins(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key stands twice in {keys}")
    return dict(pairs)


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


def parse(text):
    """The file's object; numbers with a point are exact."""
    return json.loads(text, parse_float=Decimal, parse_constant=no_constant,
                      object_pairs_hook=no_twins)


def is_number(value):
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def ns(usec):
    return int(usec * NS_PER_USEC)


def is_exact(usec):
    """Readers compute with floating-point numbers, and Perfetto cuts what they have come to down to
    nanoseconds. An eighth of a microsecond is exact in both; of a thousandth the sum of a begin and
    a length may be more than the next begin."""
    return usec * 8 == int(usec * 8)


def lane(record):
    return record["pid"], record["tid"]


def check_time(found, number, record, key):
    value = record.get(key)
    if not is_number(value):
        found.add(number, f"{key} is no number: {value!r}")
    elif value < 0:
        found.add(number, f"{key} is below 0: {value}")
    elif not is_exact(value):
        found.add(number, f"{key} is no number of eighths of a microsecond: {value}")


def check_name(found, number, record):
    key, kind = NAMES.get(record.get("name"), (None, None))
    if key is None:
        found.add(number, f"no metadata is called {record.get('name')!r}")
    elif not isinstance(record.get("args"), dict) or not isinstance(record["args"].get(key), kind):
        found.add(number, f"{record['name']} has no {key} in its args")
    elif key == "name" and not record["args"]["name"]:
        found.add(number, f"{record['name']} is empty")


def check_counter(found, number, record):
    args = record.get("args")
    if not isinstance(args, dict) or not args:
        found.add(number, "a counter has no args")
    elif not all(is_number(value) for value in args.values()):
        found.add(number, f"a counter has what is no number: {args}")


def check_form(found, number, record):
    """What can be said of a record by itself."""
    if not isinstance(record, dict):
        return found.add(number, "it is no object")
    phase = record.get("ph")
    if phase not in PHASES:
        return found.add(number, f"no phase is called {phase!r}")
    has_lane = phase != "C" and not str(record.get("name")).startswith("process_")
    for key in ("pid", "tid"):
        if (key in record or key == "pid" or has_lane) and not is_count(record.get(key)):
            found.add(number, f"{key} is no number from 1: {record.get(key)!r}")
    if not isinstance(record.get("name"), str):
        found.add(number, f"name is no text: {record.get('name')!r}")
    if not isinstance(record.get("args", {}), dict):
        found.add(number, "args are no object")
    if phase == "M":
        return check_name(found, number, record)
    check_time(found, number, record, "ts")
    if phase in "Xisft" and not (isinstance(record.get("cat"), str) and record["cat"]):
        found.add(number, f"cat is no text: {record.get('cat')!r}")
    if phase == "X":
        if "dur" not in record:
            found.add(number, "X without dur: it would be dropped")
        else:
            check_time(found, number, record, "dur")
            if record["dur"] == 0:
                found.add(number, "dur is 0: nobody would see it")
    if phase == "i" and record.get("s") not in SCOPES:
        found.add(number, f"an instant's s is one of g, p, t, not {record.get('s')!r}")
    if phase in "stf" and not (isinstance(record.get("id"), int)
                               and not isinstance(record["id"], bool)):
        found.add(number, f"a flow's id is no integer: {record.get('id')!r}")
    if phase == "f" and record.get("bp") != "e":
        found.add(number, 'f without "bp":"e": it would hold on to the slice that comes next')
    if phase == "C":
        check_counter(found, number, record)


def check_names(found, records):
    """Every process and every lane has one name; no tid is in two processes."""
    names, used, homes = defaultdict(list), {}, {}
    for number, record in enumerate(records):
        if record["ph"] == "M" and record["name"] == "process_name":
            names[record["pid"]].append(number)
        elif record["ph"] == "M" and record["name"] == "thread_name":
            names[lane(record)].append(number)
        elif record["ph"] != "M":
            used.setdefault(record["pid"], number)
            if record["ph"] != "C":
                used.setdefault(lane(record), number)
        if "tid" in record:
            if homes.setdefault(record["tid"], record["pid"]) != record["pid"]:
                found.add(number, f"tid {record['tid']} is in two processes")
    for who, number in used.items():
        if who not in names:
            found.add(number, f"nobody says what {who} is called")
    for who, numbers in names.items():
        if len(numbers) > 1:
            found.add(numbers[1], f"{who} is named twice")


def list_slices(records):
    """Of each lane, (begin, end, record's number), in nanoseconds, as they begin."""
    slices = defaultdict(list)
    for number, record in enumerate(records):
        if record["ph"] == "X":
            begin = ns(record["ts"])
            slices[lane(record)].append((begin, begin + ns(record["dur"]), number))
    for of_lane in slices.values():
        of_lane.sort(key=lambda one: (one[0], -one[1]))
    return slices


def check_nesting(found, slices):
    for of_lane in slices.values():
        around = []
        for begin, end, number in of_lane:
            while around and around[-1][0] <= begin:
                around.pop()
            if around and end > around[-1][0]:
                found.add(number, f"it overlaps record {around[-1][1]} and is not within it")
            around.append((end, number))


class Cover:
    """Where there is a slice on a lane, whichever."""

    def __init__(self, of_lane):
        self.begins = [begin for begin, _, _ in of_lane]
        self.latest_ends = list(accumulate((end for _, end, _ in of_lane), max))

    def has(self, at_ns):
        index = bisect_right(self.begins, at_ns)
        return index > 0 and self.latest_ends[index - 1] > at_ns


def check_flows(found, records, slices):
    flows = defaultdict(list)
    covers = {who: Cover(of_lane) for who, of_lane in slices.items()}
    for number, record in enumerate(records):
        if record["ph"] in "stf":
            flows[record["cat"], record["name"], record["id"]].append((number, record))
            if lane(record) not in covers or not covers[lane(record)].has(ns(record["ts"])):
                found.add(number, f"a flow's {record['ph']} is in no slice")
    for key, ends in flows.items():
        phases = [record["ph"] for _, record in ends]
        first = ends[0][0]
        if phases.count("s") != 1:
            found.add(first, f"the flow {key} has {phases.count('s')} beginnings")
        if phases.count("f") != 1:
            found.add(first, f"the flow {key} has {phases.count('f')} ends")
        order = sorted(ends, key=lambda end: (end[1]["ts"], "stf".index(end[1]["ph"])))
        if phases.count("s") == 1 and order[0][1]["ph"] != "s":
            found.add(first, f"the flow {key} ends before it begins")
        elif phases.count("f") == 1 and order[-1][1]["ph"] != "f":
            found.add(first, f"the flow {key} goes on behind its end")


def check_counters(found, records):
    """A counter has the same series all the time, and one value at a time."""
    series, seen = {}, set()
    for number, record in enumerate(records):
        if record["ph"] != "C":
            continue
        who = record["pid"], record["name"]
        keys = sorted(record["args"])
        if series.setdefault(who, keys) != keys:
            found.add(number, f"the counter {who} has other series than before")
        if (*who, record["ts"]) in seen:
            found.add(number, f"the counter {who} has two values at {record['ts']}")
        seen.add((*who, record["ts"]))


def check(text):
    """TEXT is what is in the file, as bytes or as text."""
    found = Breakages()
    try:
        whole = parse(text.decode("utf-8") if isinstance(text, bytes) else text)
    except ValueError as error:
        found.add("the file", f"no JSON: {error}")
        return found
    if not isinstance(whole, dict) or not isinstance(whole.get("traceEvents"), list):
        found.add("the file", "there is no list traceEvents")
        return found
    if whole.get("displayTimeUnit") not in ("ms", "ns"):
        found.add("the file", f"displayTimeUnit is {whole.get('displayTimeUnit')!r}")
    records = whole["traceEvents"]
    for number, record in enumerate(records):
        check_form(found, number, record)
    if found:  # of what has no form nothing else can be said
        return found
    slices = list_slices(records)
    check_names(found, records)
    check_nesting(found, slices)
    check_flows(found, records, slices)
    check_counters(found, records)
    return found
