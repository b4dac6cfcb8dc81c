#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Failing system calls, by table: each call that the program makes, at each place that makes it,
with each errno that its man page lists there.

A scenario (scenarios.py) is played once while the preloaded library writes down the sites of its
calls, then once for every cell: a site, an errno, and whether it comes once, for ever or in the
middle. A site that an earlier scenario has had is not tried again. What a play comes to is judged
by play.py: the same log to the byte, or a message that names the errno; never a signal, a hang, a
busy loop, an open descriptor, a process or a half report left behind, or silence.

  table.py             TAP, a case for each scenario
  table.py --print     the table, in Markdown
  table.py --cells     a line for each cell
  table.py --sample    one cell for each kind of call: with any of these
"""

import argparse
import os
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import play
import sources
from areas import name_area
from failing_calls import ANSWERS, PASSING, SHORT, get_number, list_errors, name_call
from program import SANITIZED, skip_all, why_no_isolation
from scenarios import PINNED, SHORT_FORM, list_scenarios


@dataclass
class Cell:
    scenario: play.Scenario
    site: play.Site
    steps: list
    error: str
    first: int = 1
    times: int = 1
    outcome: str = ""
    is_good: bool = False
    told: str = ""

    def get_call(self):
        return name_call(self.site.call, self.site.kind)

    def __str__(self):
        how = "for ever" if self.times > 1 else "once" if self.first == 1 else f"at {self.first}"
        return (f"{'good' if self.is_good else 'BAD'}: {self.outcome}: {self.scenario.name}: "
                f"{self.get_call()} {self.error} {how}, {' < '.join(self.steps)}"
                f"{': ' + self.told if self.told else ''}")


def is_futex(site):
    """GLib's own way to wait for a thread is not ours to fail."""
    return site.call == "syscall" and not site.frames[0].startswith(("rebound", "librebound"))


def is_datagram(steps):
    """A datagram goes out whole, and comes so."""
    return any("rebound-fence" in step or "rebound-capture" in step for step in steps)


def list_errors_of(site, steps):
    answers = {error for call, error, who in ANSWERS
               if call == site.call and who in steps[0]}
    return [error for error in list_errors(site.call, site.kind)
            if error not in answers and (error != SHORT or not is_datagram(steps))]


def make_cells(scenario, site, steps):
    """Each errno once; the first that stays, for ever; and the last in the middle of the run."""
    errors = list_errors_of(site, steps)
    yield from (Cell(scenario, site, steps, error) for error in errors)
    yield from (Cell(scenario, site, steps, error, times=play.FOR_EVER)
                for error in [error for error in errors if error not in PASSING][:1])
    if site.count > 2:
        yield from (Cell(scenario, site, steps, error, first=site.count // 2 + 1)
                    for error in errors[-1:])


def find_pinned(scenario, site, steps):
    """The first site of each."""
    for pin in PINNED:
        name, call, error, who = pin
        if (name == scenario.name and call == name_call(site.call, site.kind)
                and any(who in step for step in steps)):
            yield pin, error


def sample(scenario, sites, steps, known):
    """What is pinned, and a cell for each kind of call that has had none, the errno another one
    each time."""
    cells = []
    for site, its_steps in zip(sites, steps):
        for pin, error in find_pinned(scenario, site, its_steps):
            if pin not in known:
                known.add(pin)
                cells.append((site, its_steps, error))
        errors = list_errors_of(site, its_steps)
        if errors and (site.call, site.kind) not in known:
            known.add((site.call, site.kind))
            cells.append((site, its_steps, errors[len(known) % len(errors)]))
    return cells


def try_cell(cell, usual):
    played, _ = play.play(cell.scenario, site=cell.site.name, errno=get_number(cell.error),
                          times=cell.times, first=cell.first)
    cell.outcome, cell.is_good = play.judge(played, usual, cell.site, cell.error, cell.steps)
    told = play.get_told(played, usual)
    cell.told = next((line for line in told if cell.error in line), told[0] if told else "").strip()
    return cell


class Table:
    def __init__(self, arguments):
        self.arguments = arguments
        self.known = set()
        self.cells = []
        self.pool = ThreadPoolExecutor(arguments.jobs)

    def list_cells(self, scenario, sites):
        new = [site for site in sites if site.name not in self.known and not is_futex(site)
               and self.arguments.call in ("", name_call(site.call, site.kind))]
        steps = sources.locate([site.frames for site in new])
        if self.arguments.sample:
            return [Cell(scenario, site, its_steps, error)
                    for site, its_steps, error in sample(scenario, new, steps, self.known)]
        self.known |= {site.name for site in sites}
        return [cell for site, its_steps in zip(new, steps)
                for cell in make_cells(scenario, site, its_steps)]

    def try_scenario(self, scenario):
        """Whether it is the same twice without a failure, and its cells, each tried."""
        usual, sites = play.count(scenario)
        again, _ = play.play(scenario)
        is_same = (usual.status, usual.out, usual.err, usual.files) == (
            again.status, again.out, again.err, again.files)
        cells = list(self.pool.map(lambda cell: try_cell(cell, usual),
                                   self.list_cells(scenario, sites)))
        self.cells += cells
        return is_same, cells

    def print_table(self):
        """A row for each call and set of errnos: what it is made for, and what came of all."""
        rows = defaultdict(list)
        for cell in self.cells:
            rows[cell.get_call(), tuple(list_errors_of(cell.site, cell.steps))].append(cell)
        print("| call | for | fails with | what came of it | cells |")
        print("|---|---|---|---|---|")
        for (call, errors), cells in sorted(rows.items()):
            areas = sorted({name_area(cell.steps) for cell in cells})
            outcomes = Counter(cell.outcome for cell in cells)
            print(f"| `{call}` | {', '.join(areas)} | {', '.join(errors)} | "
                  f"{', '.join(f'{name}: {n}' for name, n in outcomes.most_common())} | "
                  f"{len(cells)} |")
        n_bad = sum(not cell.is_good for cell in self.cells)
        n_sites = len({cell.site.name for cell in self.cells})
        print(f"\n{len(self.cells)} cells at {n_sites} places; {n_bad or 'none'} of them bad.")


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--cells", action="store_true")
    parser.add_argument("--bad", action="store_true", help="with --cells: only those")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--only", default="", help="one scenario")
    parser.add_argument("--call", default="", help="one call")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def tell(number, scenario, is_same, cells, arguments):
    bad = [cell for cell in cells if not cell.is_good]
    if arguments.cells:
        for cell in bad if arguments.bad else cells:
            print(cell, flush=True)
    elif not arguments.print:
        print(f"{'not ok' if bad or not is_same else 'ok'} {number} {scenario.name}: "
              f"{len(cells)} cells", flush=True)
    if arguments.cells:
        return
    stream = sys.stderr if arguments.print else sys.stdout
    if not is_same:
        print(f"# {scenario.name}: two plays without a failure differ", file=stream)
    for cell in bad:
        print(f"# {cell}"[:400], file=stream, flush=True)


def main():
    arguments = parse()
    sys.stdout.reconfigure(encoding="utf-8")
    if SANITIZED:
        return skip_all("a sanitizer wants to be the first library, and so does what is preloaded")
    if why_no_isolation():
        return skip_all(why_no_isolation())
    play.adopt_orphans()
    lock = play.hold_lock()
    table = Table(arguments)
    scenarios = [one for one in list_scenarios()
                 if arguments.only in ("", one.name)
                 and (not arguments.sample or one.name in SHORT_FORM)]
    if not arguments.print and not arguments.cells:
        print(f"1..{len(scenarios)}", flush=True)
    is_good = True
    for number, scenario in enumerate(scenarios, 1):
        is_same, cells = table.try_scenario(scenario)
        is_good = is_good and is_same and all(cell.is_good for cell in cells)
        tell(number, scenario, is_same, cells, arguments)
    lock.close()
    if arguments.sample and not arguments.only:
        for pin in set(PINNED) - table.known:
            print(f"# nobody makes this call any more: {pin}", file=sys.stderr)
            is_good = False
    if arguments.print:
        table.print_table()
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
