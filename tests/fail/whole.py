# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether a report is all of one: what a run that could not write it must not leave behind."""

import json
import struct
import xml.etree.ElementTree as ElementTree


def is_json(text):
    json.loads(text)
    return True


def is_lines(text):
    lines = text.decode("utf-8").split("\n")
    return lines.pop() == "" and all(isinstance(json.loads(line), dict) for line in lines)


def is_xml(text):
    ElementTree.fromstring(text)
    return True


def is_tap(text):
    """The plan, first or last, has as many tests as there are, or it is said that it does not."""
    lines = text.decode("utf-8").splitlines()
    plans = [line for line in lines if line.startswith("1..")]
    tests = [line for line in lines if line.startswith(("ok ", "not ok "))]
    return (any(line.startswith("Bail out!") for line in lines)
            or len(plans) == 1 and int(plans[0][3:].split()[0]) == len(tests))


def is_html(text):
    return text.rstrip().endswith(b"</html>")


def is_packets(text):
    """Blocks of a length that stands at either end of each."""
    at = 0
    while at < len(text):
        length, = struct.unpack_from("<I", text, at + 4)
        if length < 12 or struct.unpack_from("<I", text, at + length - 4)[0] != length:
            return False
        at += length
    return at > 0


KINDS = {".json": is_json, ".jsonl": is_lines, ".xml": is_xml, ".tap": is_tap, ".html": is_html,
         ".pcapng": is_packets}


def is_whole(name, text):
    """By the end of its name; what has no form of its own is."""
    for end, check in KINDS.items():
        if name.endswith(end):
            try:
                return check(text)
            except (ValueError, struct.error, ElementTree.ParseError):
                return False
    return True
