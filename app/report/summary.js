// SPDX-License-Identifier: LGPL-2.1-or-later
// The top of the page: what was played, what came of it, and why.
"use strict";

class Summary {
  constructor(app) {
    this.app = app;
    const { runs } = app.model;
    const [first] = runs;

    document.title = `${Text.brief(runs.map(run => run.about.name).join(" and "), 120)} · Rebound`;
    this.title = runs.every(run => run.about.title === first.about.title)
      ? first.about.title || first.about.name
      : "Two runs side by side";
    document.getElementById("title").append(Text.isolated(this.title, 600));
    document.getElementById("runs").append(...runs.map(run => this.section(run)));
    if (app.model.parting !== null) this.tellParting();
  }

  line(name, text) {
    return text === "" || text === null
      ? ""
      : Text.element("p", { class: `about ${name}` }, Text.isolated(text, 600));
  }

  // Of two runs of one script what holds for both is said once.
  unlessBefore({ index, about }, name) {
    const before = this.app.model.runs[index - 1];
    return before?.about[name] === about[name] ? "" : this.line(name, about[name]);
  }

  section(run) {
    const { about } = run;
    const two = this.app.model.runs.length > 1;
    const name = Text.element(
      "p",
      { class: "name" },
      two ? Text.element("b", { class: "letter" }, run.index === 0 ? "A" : "B") : "",
      Text.isolated(about.name, 120),
    );
    const told = Text.element(
      "div",
      { class: "told" },
      Text.element("div", { class: "head" }, this.verdict(about), name, this.settings(about)),
      this.title === about.title ? "" : this.line("title", about.title),
      this.numbers(about),
      this.line("ended", about.ended),
      this.failures(run),
      this.why(run),
    );
    const section = Text.element(
      "section",
      { class: "run" },
      told,
      Text.element(
        "div",
        { class: "origin" },
        this.unlessBefore(run, "source"),
        this.unlessBefore(run, "problem"),
      ),
      Statistics.tableOf(this.app.model, run),
    );

    section.dataset.run = run.index;
    section.setAttribute("aria-label", two ? `Run ${run.index === 0 ? "A" : "B"}` : "The run");
    return section;
  }

  verdict(about) {
    const verdict = Text.element(
      "strong",
      { class: "verdict" },
      Summary.VERDICTS[about.status] ?? "broken off",
    );

    verdict.dataset.status = about.status;
    return verdict;
  }

  settings(about) {
    return about.settings.length === 0
      ? ""
      : Text.element(
          "ul",
          { class: "settings", "aria-label": "Settings" },
          ...about.settings.map(setting => Text.element("li", {}, Text.isolated(setting, 120))),
        );
  }

  numbers({ summary }) {
    const list = Text.element("dl", { class: "numbers" });
    const noun = (word, count) => (count === 1 ? word : `${word}s`);
    const long = summary.virtual_usec > 120e6 ? ` (${Text.duration(summary.virtual_usec)})` : "";
    const shown = [
      ["virtual_usec", `of virtual time${long}`, `${Text.time(summary.virtual_usec)} s`],
      ["events", noun("event", summary.events), Text.count(summary.events)],
      ["connections", noun("connection", summary.connections), Text.count(summary.connections)],
      ["expectations", noun("expectation", summary.expectations), Text.count(summary.expectations)],
      ["failed", "failed", Text.count(summary.failed)],
    ];

    for (const [name, label, value] of shown) {
      const detail = Text.element("dd", {}, value);
      detail.dataset.number = name;
      list.append(
        Text.element(
          "div",
          { class: name === "failed" && summary.failed > 0 ? "bad" : "" },
          Text.element("dt", {}, label),
          detail,
        ),
      );
    }
    return list;
  }

  link(g, text) {
    const { model } = this.app;
    return Text.element("a", { href: `#${model.idOf(g)}` }, Text.isolated(text, 400));
  }

  failures(run) {
    const { model } = this.app;
    const all = model.failures.filter(g => model.run[g] === run.index);
    const items = all
      .slice(0, Summary.MOST)
      .map(g => Text.element("li", {}, this.link(g, model.textOf(g))));

    if (all.length === 0) return "";
    if (all.length > items.length)
      items.push(
        Text.element("li", { class: "more" }, `and ${Text.count(all.length - items.length)} more`),
      );
    return Text.element(
      "ol",
      { class: "failures", "aria-label": "What was not as expected" },
      ...items,
    );
  }

  // An explanation leads to the first event of what it explains.
  why(run) {
    const { model } = this.app;
    const items = [];

    for (let g = run.first; g < run.first + run.length; g++) {
      if (model.groupOf(g) !== "explanations") continue;
      items.push(
        Text.element(
          "li",
          {},
          Text.isolated(model.textOf(g), 4000),
          " ",
          Text.element(
            "a",
            { class: "jump", href: `#${model.idOf(this.firstOf(g, run))}` },
            "show",
          ),
        ),
      );
    }
    return items.length === 0
      ? ""
      : Text.element(
          "section",
          { class: "why" },
          Text.element("h2", {}, "Why"),
          Text.element("ul", {}, ...items),
        );
  }

  // How well an event fits an explanation: trouble, of whom and of which connection it speaks, and
  // the line that it begins with.
  fitOf(g, { name, connection, line, isFirst }) {
    const { model } = this.app;
    let fit = model.severity[g] === Model.WARNING ? 4 : 0;

    if (model.actorOf(g) === name) fit += 2;
    if (model.fieldsOf(g).connection === connection) fit += 2;
    if (model.placeOf(g) === line) fit += isFirst ? 8 : 1;
    return fit;
  }

  // Of the events of its first instant the one that fits an explanation best.
  firstOf(g, run) {
    const { model } = this.app;
    const { first_usec: time = model.time[g], text = "" } = model.fieldsOf(g);
    const [, before = "", line = ""] = /^(.*?)\(line ([^)]*)\)/s.exec(text) ?? [];
    const [connection = ""] = /[a-z][a-z0-9-]*#\d+/.exec(text) ?? [];
    const sought = { name: text.split(" ")[0], connection, line, isFirst: !before.includes(":") };
    const end = run.first + run.length;
    const first = Search.first(model.time, time, run.first, end);
    let best = Math.min(first, g);

    for (let i = best; i < end && model.time[i] === time; i++)
      if (this.fitOf(i, sought) > this.fitOf(best, sought)) best = i;
    return best;
  }

  tellParting() {
    const { model } = this.app;
    const note = document.getElementById("parting");
    const parts = model.parting.map((g, run) => {
      const letter = run === 0 ? "A: " : "B: ";
      return [letter, g < 0 ? "has ended" : this.link(g, `${model.actorOf(g)} ${model.textOf(g)}`)];
    });
    const at = Math.min(...model.parting.filter(g => g >= 0).map(g => model.time[g]));

    note.hidden = false;
    if (at === Infinity) note.append("The two runs do not part: every event is the same.");
    else note.append(`The runs part at ${Text.time(at)}. `, ...parts[0], " · ", ...parts[1]);
  }
}

// The program's exit status, in its own words.
Summary.VERDICTS = { 0: "as expected", 1: "NOT as expected", 130: "interrupted" };

Summary.MOST = 12; // failures that are listed at the top; all are in the table
