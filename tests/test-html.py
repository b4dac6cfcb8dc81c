#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The HTML report as a file: it has every event of the run as JSON Lines has them, it is the same
to the byte each time, it allows the browser nothing but its own script and style, and whatever a
script or a peer says stays text in it. What it looks like in a browser is another test's matter."""

import base64
import hashlib
import json
import re
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import program
from program import expect, expect_equal, expect_in, expect_status, run

GROUPS = "all,packets"

# What ends a script element, begins a comment, turns the direction about, ends a line for some, or
# is not to be seen at all.
HOSTILE = ("</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u202eevil\u202c",
           "\u2028line\u2029", "<b>&amp;", "\u0007bell\u001b[31m", "@DATA@ @SCRIPT@")

# What would fetch something, or run what is data.
FETCHING = r"url\(|@import|https?:|fetch\(|XMLHttp|WebSocket|sendBeacon|innerHTML|eval\("


class Page(HTMLParser):
    """A page as a browser takes it apart, as far as that matters here."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.contents, self.policy = [], {}, None
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if tag in ("script", "style"):
            self._open = attributes.get("id") or tag
            expect(self._open not in self.contents, f"a second element {self._open}")
            self.contents[self._open] = ""

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._open = None

    def handle_data(self, data):
        if self._open is not None:
            self.contents[self._open] += data

    @property
    def run(self):
        return json.loads(self.contents["data"])["runs"][0]


def write(*words, **options):
    """Plays a script and returns the page as text; the status is the run's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.html"
        done = run("run", *words, "--output", f"html:{path}", **options)
        expect(path.exists(), f"no page was written:\n{done.stderr}")
        return path.read_text(encoding="utf-8")


def events_of(told):
    """The events of a page as JSON Lines has them."""
    columns, n, time = told["events"], 0, 0
    for i, step in enumerate(columns["n"]):
        n, time = n + step, time + columns["time"][i]
        yield {"n": n, "time_usec": time, "actor": told["actors"][columns["actor"][i]]["name"],
               "kind": told["kinds"][columns["kind"][i]]} | told["fields"][columns["fields"][i]]


def texts_of(told):
    return [told["texts"][i] for i in told["events"]["text"]]


def test_same_events():
    """A page has the events that JSON Lines has, field by field"""
    for script in ("rebind-bug", "pool-lock", "defunct-socket"):
        done = run("run", script, "--format=jsonl", f"--show={GROUPS}")
        expected = [json.loads(line) for line in done.stdout.splitlines()]
        expect_equal(list(events_of(Page(write(script)).run)), expected, f"events of {script}")


def test_summary():
    """A page says what was played and what came of it"""
    told = Page(write("rebind-fix", "--set", "reuse-address=no")).run
    expect_equal(told["name"], "rebind-fix", "name")
    expect_equal(told["settings"], ["reuse-address=no"], "settings")
    expect_equal(told["status"], 1, "status")
    expect(told["summary"]["failed"] > 0, "no expectation failed")
    expect_equal(told["summary"]["events"], len(told["events"]["n"]), "number of events")
    expect_in("phone.connected", told["ended"], "why it ended")
    expect_in("SO_REUSEADDR", told["title"], "title")
    expect_in("CFSocket", told["source"], "source")
    places = {actor["name"]: (actor["place"], actor["owner"]) for actor in told["actors"]}
    expect_equal(places["web"], ("application", "app"), "where web belongs")
    expect_equal(places["phone"], ("peers", ""), "where phone belongs")
    expect_equal(places["kernel"], ("kernel", ""), "where the kernel belongs")
    expect_equal(Page(write("rebind-bug")).run["ended"], None, "why a whole run ended")


def test_script():
    """A page has the script, what it includes, and for each event the line that was played"""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "part.life").write_text("home\n", encoding="utf-8")
        main = Path(folder) / "main.life"
        main.write_text('launch\ninclude "part.life"\nopen\n', encoding="utf-8")
        told = Page(write(str(main))).run
    expect_equal([file["lines"] for file in told["files"]],
                 [["launch", 'include "part.life"', "open"], ["home"]], "lines")
    places = {told["kinds"][kind]: told["places"][place] for kind, place
              in zip(told["events"]["kind"], told["events"]["place"])}
    expect_equal(places["will-finish-launching"], "1", "the place of a callback")
    expect_equal(places["did-enter-background"], told["files"][1]["name"] + ":1",
                 "the place of one in an included file")


def test_policy():
    """The policy allows the page's own script and style, by digest, and nothing else"""
    page = Page(write("rebind-bug"))

    def digest(name):
        raw = hashlib.sha256(page.contents[name].encode("utf-8")).digest()
        return f"'sha256-{base64.b64encode(raw).decode('ascii')}'"

    expect_equal(sorted(page.policy.split("; ")),
                 sorted(["default-src 'none'", f"script-src {digest('script')}",
                         f"style-src {digest('style')}", "base-uri 'none'", "form-action 'none'"]),
                 "policy")


def test_alone():
    """A page names nothing that would have to be fetched, and runs nothing from an attribute"""
    page = Page(write("rebind-bug"))
    for tag, attributes in page.elements:
        expect(tag not in ("img", "link", "iframe", "object", "embed", "base"), f"an element {tag}")
        for name, value in attributes.items():
            expect(name not in ("src", "style", "action") and not name.startswith("on"),
                   f"an attribute {name} of {tag}")
            expect(name != "href" or value.startswith("#"), f"a link to {value}")
    for name in ("style", "script"):
        expect(re.search(FETCHING, page.contents[name]) is None, f"what fetches, in the {name}")


def test_hostile():
    """Whatever is said in a run stays text, and is there to the last character"""
    script = "launch\n" + "".join(f"print '{words}'\n" for words in HOSTILE)
    text = write("-", input=script)
    page = Page(text)
    expect_equal([tag for tag, _ in page.elements].count("script"), 2, "script elements")
    data = page.contents["data"]
    for forbidden in "<\u2028\u2029":
        expect(forbidden not in data, f"{forbidden!r} in the data")
    expect_equal([line for line in texts_of(page.run) if line in HOSTILE], list(HOSTILE),
                 "what was printed")
    expect_equal(page.run["files"][0]["lines"][1:], [f"print '{words}'" for words in HOSTILE],
                 "lines of the script")


def test_long():
    """Ten megabytes of text are in it to the last character"""
    # A line of a script has 64 KiB at most, and 1 MiB with its variables replaced.
    word, times = "x<y" * 20000, 17
    prints = [f'print "{i} {"$word" * times}"\n' for i in range(11)]
    told = Page(write("-", input=f"let word='{word}'\nlaunch\n{''.join(prints)}")).run
    expect_equal([text.split(" ")[0] for text in texts_of(told) if text.endswith(word * times)],
                 [str(i) for i in range(11)], "what was printed and is whole")


def test_same_bytes():
    """A page is the same to the byte each time"""
    for script in ("day-in-the-life", "close-loses-data"):
        expect(write(script) == write(script), f"two pages of {script} are not the same")


def test_nothing_of_the_machine():
    """No path, no time of day and no port that was drawn is in a page"""
    text = write("rebind-bug")
    expect(str(program.TESTS.parent) not in text, "the path of this tree")
    ports = set(re.findall(r"127\.0\.0\.1:(\d+)", Page(text).contents["data"]))
    expect_equal(ports, {"30000"}, "ports")


if __name__ == "__main__":
    sys.exit(program.main(program.cases_of(globals())))
