#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""JSON Lines against the schema that is shipped: every line of every shipped script, with all that
can be shown; and the schema itself, by lines that it has to refuse.

REBOUND_SCHEMA names the file that is installed; Meson sets it.
"""

import functools
import json
import os
import sys
from pathlib import Path

import program
from program import Skip, expect, expect_equal, expect_status, list_scripts, run

try:
    import jsonschema
except ImportError:
    jsonschema = None

# RFC 7493: from here on a number is not the same to every reader.
TOO_MUCH = 2**53


@functools.cache
def load_schema():
    done = run("describe", "schema")
    expect_status(done, 0)
    return json.loads(done.stdout)


@functools.cache
def make_validator(kind=None):
    """For whole lines, or for those of KIND alone, which is a hundred times as fast."""
    schema = load_schema()
    return jsonschema.Draft202012Validator(schema["$defs"][kind] if kind else schema)


def read_line(line):
    """LINE, as bytes, parsed by itself: its pairs, in their order."""
    expect(line[:1] + line[-1:] == b"{}", f"more than an object: {line}")
    pairs = json.loads(line.decode("utf-8"), object_pairs_hook=list)
    expect(isinstance(pairs, list) and all(isinstance(pair, tuple) for pair in pairs),
           f"no object: {line}")
    return pairs


def list_forms(kind):
    part = load_schema()["$defs"][kind]
    return part.get("anyOf", [part])


def check_order(pairs):
    """The keys come in the schema's order, each once."""
    keys = [key for key, _ in pairs]
    orders = [[key for key in form["properties"] if key in keys]
              for form in list_forms(dict(pairs)["kind"])]
    expect(keys in orders, f"the order of {keys}")


def check_values(pairs):
    for key, value in pairs:
        expect(not isinstance(value, float), f"{key} of {pairs} is no integer")
        expect(not isinstance(value, int) or abs(value) < TOO_MUCH, f"{key} of {pairs} is too much")


def make_form(pairs):
    return tuple((key, value if key == "kind" else type(value)) for key, value in pairs)


def check(output, seen=None):
    """Every line of OUTPUT is good. Those of a form that is not in SEEN are held against the whole
    schema too."""
    seen = set() if seen is None else seen
    expect(output.endswith(b"\n"), "the last line has no end")
    for number, line in enumerate(output[:-1].split(b"\n"), 1):
        pairs = read_line(line)
        event = dict(pairs)
        expect_equal(event["n"], number, "the number")
        check_order(pairs)
        check_values(pairs)
        validators = [make_validator(event["kind"])]
        if make_form(pairs) not in seen:
            seen.add(make_form(pairs))
            validators.append(make_validator())
        for validator in validators:
            for error in validator.iter_errors(event):
                raise program.Failure(f"{line}: {error.message}")


def check_script(script):
    done = run("run", "--format=jsonl", "--show=all,packets,sockets", script, text=False)
    expect_status(done, 0)
    check(done.stdout)


def test_rare():
    """failures, missing steps and a wrong answer"""
    done = run("run", "-", "--format=jsonl", "--show=all,packets,sockets", "--fill", text=False,
               input=b"peer listener web port=30000 on-accept=hello greeting=no\n"
                     b"client phone connect=web count=1 expected-answer=yes\nhome\n"
                     b"expect app.state == active\nwait phone.answered within 1s\n")
    expect_equal(done.returncode, 1, "status")
    check(done.stdout)
    kinds = {json.loads(line)["kind"] for line in done.stdout.splitlines()}
    expect({"filled", "failed", "wrong-answer"} <= kinds, f"kinds: {kinds}")


def test_installed():
    """the file that is installed is what “rebound describe schema” prints, and a schema"""
    jsonschema.Draft202012Validator.check_schema(load_schema())
    path = os.environ.get("REBOUND_SCHEMA")
    if path is None:
        raise Skip("REBOUND_SCHEMA names no file")
    expect_equal(Path(path).read_text(encoding="utf-8"), run("describe", "schema").stdout, "it")


def test_described():
    """every signal that is described, of whatever type, is in the schema"""
    parts = load_schema()["$defs"]
    names = [line.split()[0] for line in run("describe").stdout.splitlines()
             if line.startswith("  ")]
    for name in names:
        _, _, signals = run("describe", name).stdout.partition("\nSignals (wait, expect):\n")
        for line in signals.splitlines():
            if line.startswith("  ") and not line.startswith("   "):
                titles = [form["title"] for form in list_forms(line.strip())]
                expect(any(name in title.split(", ") for title in titles),
                       f"{name}.{line.strip()} is not among {titles}")
    for kind in ("statement", "filled", "print", "met", "failed", "spin"):
        expect("the run" in [form["title"] for form in list_forms(kind)], f"no {kind} of the run")
    for part in parts:
        for form in list_forms(part):
            expect_equal(form["additionalProperties"], False, f"other fields of {part}")
            expect_equal(list(form["properties"])[:4], ["n", "time_usec", "actor", "kind"], part)


GOOD = [
    {"n": 1, "time_usec": 0, "actor": "script", "kind": "met", "statement": "expect", "line": "1"},
    {"n": 2, "time_usec": 5, "actor": "web", "kind": "listening", "generation": 1, "port": 30000},
    {"n": 2, "time_usec": 5, "actor": "web", "kind": "listening", "port": 30000},
    {"n": 3, "time_usec": 9, "actor": "kernel", "kind": "explanation", "cause": "aborted",
     "text": "so", "count": 1, "first_usec": 1, "last_usec": 2},
    {"n": 4, "time_usec": 9, "actor": "c", "kind": "statistics", "policy": "asi"}
    | dict.fromkeys(["requests", "answered", "failed", "maybe_delivered", "retried",
                     "connections_created", "reused", "connects_saved", "expired",
                     "closed_by_server", "retired", "cleared"], 0),
]


def break_lines():
    """Lines that are wrong in one way each, and in which."""
    met, listening, _, explanation, statistics = GOOD
    for event in GOOD:
        yield "a field too many", event | {"pid": 1}
        for key in event:
            yield f"{key} is missing", {name: event[name] for name in event if name != key}
    for key in ("n", "time_usec"):
        yield f"{key} is a text", met | {key: "1"}
        yield f"{key} is a fraction", met | {key: 1.5}
        yield f"{key} is less than it can be", met | {key: -1}
        yield f"{key} is nothing", met | {key: None}
    yield "n is 0", met | {"n": 0}
    yield "n is too much", met | {"n": TOO_MUCH}
    yield "an unknown kind", met | {"kind": "mett"}
    yield "another kind", met | {"kind": "listening"}
    yield "another kind's field", listening | {"seen": "it"}
    yield "a number is a text", listening | {"port": "30000"}
    yield "a text is a number", met | {"line": 1}
    yield "a truth", listening | {"port": True}
    yield "a number below 0", listening | {"port": -1}
    yield "a list", met | {"line": ["1"]}
    yield "an unknown word of an enumeration", statistics | {"policy": "none"}
    yield "a time without its unit", {("first" if key == "first_usec" else key): explanation[key]
                                      for key in explanation}
    for line in (None, 1, "met", [met], {}):
        yield "no event", line


def test_broken():
    """lines that are wrong are refused, each for its own mistake"""
    for event in GOOD:
        errors = [error.message for error in make_validator().iter_errors(event)]
        expect_equal(errors, [], f"what is wrong with {event}")
    for what, event in break_lines():
        if event in GOOD:
            continue  # it may be without that field
        expect(not make_validator().is_valid(event), f"{what}: {event} is valid")


def test_reader():
    """what reads lines refuses other things than objects, and keys in another order"""
    line = (b'{"n":1,"time_usec":0,"actor":"script","kind":"met","statement":"a","line":"1"}')
    check(line + b"\n")
    for wrong in (line, line + line + b"\n", line + b"\n\n", b"[" + line + b"]\n",
                  line.replace(b'"n":1', b'"n":2') + b"\n",
                  line.replace(b'"n":1,', b"").replace(b"}", b',"n":1}') + b"\n",
                  line.replace(b'"a"', b'"\xff"') + b"\n", line.replace(b'"a"', b'"\x1f"') + b"\n",
                  line.replace(b'"line"', b'"n":1,"line"') + b"\n", line + b"\r\n"):
        try:
            check(wrong)
        except (program.Failure, ValueError, KeyError):
            continue
        raise program.Failure(f"it takes {wrong}")


def main():
    if jsonschema is None or not hasattr(jsonschema, "Draft202012Validator"):
        return program.skip_all("there is no jsonschema of 2020-12 (Debian: python3-jsonschema)")
    cases = [(f"{script}: every line is as the schema says",
              functools.partial(check_script, script)) for script in list_scripts()]
    return program.main(cases + program.cases_of(globals()))


if __name__ == "__main__":
    sys.exit(main())
