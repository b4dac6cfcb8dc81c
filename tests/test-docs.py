#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documents say what is so: the actors' pages and the tables of the lifecycle are what describe prints, the table of the
ways out is what this kernel answers, the scripts in them play, the README's table of scripts is the list, its log is the log, its table
of policies is a run's, and its picture is there.

Usage: test-docs.py PROGRAM SOURCE-ROOT
"""

import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

program = sys.argv[1]
root = pathlib.Path(sys.argv[2])
readme = (root / "README.md").read_text(encoding="utf-8")
number = 0


def case(name, good, why=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    for line in why.splitlines() if not good else []:
        print(f"# {line}")


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def actors_are_described():
    made = run(root / "docs" / "make-actors", program)
    written = (root / "docs" / "actors.md").read_text(encoding="utf-8")
    case("docs/actors.md is what describe prints", made.returncode == 0 and made.stdout == written,
         "make it anew: docs/make-actors PROGRAM > docs/actors.md")


def page_is_made(name):
    written = root / "docs" / name
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / name
        shutil.copy(written, page)
        made = run(root / "docs" / "make-page", program, page)
        differs = list(difflib.unified_diff(written.read_text(encoding="utf-8").splitlines(),
                                            page.read_text(encoding="utf-8").splitlines(), "page", "made", lineterm=""))
    case(f"docs/{name} has what the program prints", made.returncode == 0 and differs == [],
         f"make it anew: docs/make-page PROGRAM docs/{name}\n" + made.stderr + "\n".join(differs))


def page_is_whole(name, *commands):
    text = (root / "docs" / name).read_text(encoding="utf-8")
    missing = [words for words in commands if run(program, *words.split()).stdout not in text]
    case(f"docs/{name} has a place for each", missing == [], f"not in it: {missing}")


def lifecycle_scripts_play():
    text = (root / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```life\n(.*?)```", text, re.S)
    played = [run(program, "run", "-", "--quiet", input=block) for block in blocks]
    case("the scripts of docs/lifecycle.md play as they say",
         blocks != [] and all(done.returncode == 0 for done in played),
         "".join(done.stdout + done.stderr for done in played))


def fill_is_real():
    text = (root / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    shown = re.findall(r"```\n( +0\.000 .*?)```", text, re.S)
    log = run(program, "run", "--fill", "-", input="launch\nhome\nresign-active\n").stdout
    case("the log of --fill in docs/lifecycle.md is real", len(shown) == 1 and shown[0] in log, log)


def readme_script_plays():
    blocks = re.findall(r"```\n(# A listener that closes.*?)```", readme, re.S)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "readme.life"
        path.write_text("\n".join(blocks), encoding="utf-8")
        played = run(program, "run", path, "--quiet")
    case("the README's script plays as it says", len(blocks) == 1 and played.returncode == 0,
         played.stdout + played.stderr)


def readme_lists_scripts():
    listed = [line.split()[0] for line in run(program, "list").stdout.splitlines() if line.startswith("  ")]
    section = readme.split("| the scripts |")[1].split("\n\n")[0]
    told = re.findall(r"^\| `([a-z-]+)` \|", section, re.M)
    case("the README's table has every shipped script", sorted(told) == sorted(listed) and listed != [],
         f"README: {told}\nlist: {listed}")


def log_excerpt_is_real():
    log = set(line.rstrip() for line in run(program, "run", "rebind-bug").stdout.splitlines())
    excerpt = readme.split("$ rebound run rebind-bug\n")[1].split("```")[0]
    foreign = [line for line in excerpt.splitlines()
               if line.strip() not in ("", "…") and not line.startswith("as expected: ")
               and line.rstrip() not in log]
    case("every line of the README's log is in the log", foreign == [], "\n".join(foreign))


def json_line_is_real():
    log = run(program, "run", "rebind-bug", "--format=jsonl").stdout.splitlines()
    shown = re.findall(r"```json\n(.*?)```", (root / "docs" / "output.md").read_text(encoding="utf-8"), re.S)
    lines = "".join(shown).splitlines()
    case("the JSON line of docs/output.md is in the log", lines != [] and all(line in log for line in lines),
         "\n".join(lines))


def policies_are_those_of_the_run():
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "README.md"
        shutil.copy(root / "README.md", page)
        made = run(root / "docs" / "make-policies", program, page)
        same = page.read_text(encoding="utf-8") == readme
    case("the README's table of policies is what pool-policies prints",
         made.returncode == 0 and same and readme.count("| rebound |") == 1,
         "make it anew: docs/make-policies PROGRAM README.md\n" + made.stderr)


def day_is_drawn():
    written = (root / "app" / "scripts" / "pool-policies.life").read_text(encoding="utf-8")
    seed = re.search(r"^# the seed (\d+),", written, re.M)
    made = run(root / "docs" / "make-day", seed.group(1) if seed else "0")
    case("pool-policies is what docs/make-day draws", made.returncode == 0 and made.stdout == written,
         "make it anew: docs/make-day SEED > app/scripts/pool-policies.life\n" + made.stderr)


def pool_log_is_the_report():
    log = run(program, "run", "pool-lock", "--show=pool").stdout
    page = (root / "docs" / "http.md").read_text(encoding="utf-8")
    shown = re.findall(r"```\n( +14\.000 .*?)```", page, re.S)
    case("the ten lines of docs/http.md are pool-lock's, in their order",
         len(shown) == 1 and shown[0].count("\n") == 10 and shown[0] in log, log)


def http_script_plays():
    blocks = re.findall(r"```life\n(.*?)```", (root / "docs" / "http.md").read_text(encoding="utf-8"), re.S)
    played = run(program, "run", "-", "--quiet", input="\n".join(blocks))
    case("the script of docs/http.md plays as it says", len(blocks) == 1 and played.returncode == 0,
         played.stdout + played.stderr)


def embedded_client_is_compiled():
    section = (root / "docs" / "embedding.md").read_text(encoding="utf-8").split("\n## An HTTP client\n")[1].split("\n## ")[0]
    blocks = "\n".join(re.findall(r"```c\n(.*?)```", section, re.S)).split("\n\n")
    compiled = (root / "tests" / "test-embed-http.c").read_text(encoding="utf-8")
    foreign = [block for block in blocks if block.strip() not in compiled]
    case("the HTTP client's code in docs/embedding.md is compiled and run", len(blocks) > 4 and foreign == [], "\n".join(foreign))


def comparison_is_real():
    command = "compare rebind-fix --set reuse-address=no --with reuse-address=yes"
    text = (root / "docs" / "compare.md").read_text(encoding="utf-8")
    first, last = text.split(f"$ rebound {command}\n")[1].split("```")[0].split("           …\n")
    printed = run(program, *command.split()).stdout
    case("the comparison of docs/compare.md is what is printed, but for the lines that it leaves out",
         printed.startswith(first) and printed.endswith(last) and len(first + last) < len(printed), printed)
    excerpt = readme.split(f"$ rebound {command}\n")[1].split("```")[0]
    foreign = [line for line in excerpt.splitlines() if line.strip() != "…" and line not in printed.splitlines()]
    case("every line of the README's comparison is in it", excerpt != "" and foreign == [], "\n".join(foreign))


def picture_is_shown():
    path = root / "docs" / "rebind.png"
    data = path.read_bytes() if path.is_file() else b""
    width = int.from_bytes(data[16:20], "big") if data.startswith(b"\x89PNG\r\n\x1a\n") else 0
    case("the README shows docs/rebind.png, which is no wider than it is read and no large file",
         re.search(r"^!\[[^]]+\]\(docs/rebind\.png\)$", readme, re.M) is not None and 800 <= width <= 1200
         and len(data) < 300_000, f"{width} pixels, {len(data)} bytes; make it anew: docs/make-picture PROGRAM")


print("1..19")
picture_is_shown()
actors_are_described()
page_is_made("lifecycle.md")
page_is_whole("lifecycle.md", "describe lifecycle", "describe profiles")
page_is_made("closing.md")
page_is_whole("closing.md", "table close")
lifecycle_scripts_play()
fill_is_real()
readme_script_plays()
readme_lists_scripts()
log_excerpt_is_real()
json_line_is_real()
policies_are_those_of_the_run()
day_is_drawn()
pool_log_is_the_report()
http_script_plays()
embedded_client_is_compiled()
comparison_is_real()
