# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reader of TAP 13 that forgives nothing: a line that is not understood is a failure, and so are
points that are not numbered from 1 on, a plan that is not theirs and what is after “Bail out!”.

Of YAML it knows what a report may have: numbers, texts in double quotes, and lists of these.
"""

import json
import re
from dataclasses import dataclass, field

from program import Failure, expect, expect_equal

POINT = re.compile(r"(ok|not ok) (\d+)(?: - ((?:[^\\#]|\\[\\#])*?))?(?: # (SKIP|TODO) (.*))?")
ENTRY = re.compile(r"  ([a-z_]+): (.+)")
LIST = re.compile(r"  ([a-z_]+):")
ITEM = re.compile(r"    - (.+)")

# What a line must not have: what ends it for some reader, or moves the cursor.
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


# What has no picture of its own in Unicode's block of them, and is shown by its number.
NUMBERED = re.compile(r"[\x80-\x9f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef"
                      + "".join(chr(plane << 16 | 0xfffe) + chr(plane << 16 | 0xffff)
                                for plane in range(17)) + "]")


def visible(value, lines=False):
    """A text as a report shows it, on one line unless LINES; anything else as it is."""
    if not isinstance(value, str):
        return value
    pictures = {code: 0x2400 + code for code in range(32)} | {0x7f: 0x2421}
    if lines:
        del pictures[ord("\n")], pictures[ord("\t")]
    text = value.translate(pictures)
    return NUMBERED.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


# What prove can read of a text.
MOST_CHARACTERS = 60000


def shorten(value):
    """A text as TAP has it; anything else as it is."""
    if not isinstance(value, str) or len(value) <= MOST_CHARACTERS:
        return value
    return f"{value[:MOST_CHARACTERS]}… ({len(value) - MOST_CHARACTERS} characters more)"


@dataclass
class Point:
    good: bool
    description: str
    directive: str | None
    block: dict | None = None


@dataclass
class Report:
    points: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    plan: int | None = None
    bail_out: str | None = None


def read_scalar(text):
    """A number, or a text in double quotes: what is both in YAML and in JSON."""
    value = json.loads(text)
    expect(isinstance(value, (int, str)), f"a value that is neither number nor text: {text}")
    return value


def read_block(lines):
    """What stands between --- and ..., which is taken off LINES."""
    block, items = {}, None
    while lines:
        line = lines.pop(0)
        if line == "  ...":
            return block
        if match := ITEM.fullmatch(line):
            expect(items is not None, f"an item of no list: {line}")
            items.append(read_scalar(match[1]))
            continue
        match = LIST.fullmatch(line) or ENTRY.fullmatch(line)
        expect(match is not None, f"not understood in a block: {line}")
        expect(match[1] not in block, f"twice in a block: {line}")
        items = [] if match.re is LIST else None
        block[match[1]] = items if items is not None else read_scalar(match[2])
    raise Failure("a block has no end")


def read_point(report, match):
    expect(report.plan is None, "a point after the plan")
    expect_equal(int(match[2]), len(report.points) + 1, "a point's number")
    description = re.sub(r"\\([\\#])", r"\1", match[3] or "")
    report.points.append(Point(match[1] == "ok", description, match[4]))


def read_line(report, line, lines):
    expect(CONTROLS.search(line) is None, f"a control character in {line!r}")
    expect(report.bail_out is None, f"after “Bail out!”: {line}")
    if match := POINT.fullmatch(line):
        read_point(report, match)
    elif line == "  ---":
        expect(report.points and report.points[-1].block is None, "a block of no point")
        report.points[-1].block = read_block(lines)
    elif match := re.fullmatch(r"1\.\.(\d+)", line):
        expect(report.plan is None, "two plans")
        report.plan = int(match[1])
    elif line.startswith("Bail out! "):
        report.bail_out = line.removeprefix("Bail out! ")
    else:
        expect(line == "#" or line.startswith("# "), f"not understood: {line}")
        report.comments.append(line[2:])


def read(text):
    """TEXT, all of it, as a Report."""
    lines = text.split("\n")
    expect_equal(lines.pop(), "", "what is behind the last line")
    expect_equal(lines[:1], ["TAP version 13"], "the first line")
    del lines[0]
    report = Report()
    while lines:
        read_line(report, lines.pop(0), lines)
    expect_equal(report.plan, len(report.points), "the plan")
    return report
