// SPDX-License-Identifier: LGPL-2.1-or-later
// The events as a table, for reading, for those who do not see the picture, and for paper. It has
// rows for what is in sight and says how many there are; on paper it has the first few hundred.
"use strict";

class Table {
  constructor(app, keys) {
    this.app = app;
    this.keys = keys;
    this.scroller = document.getElementById("events-scroll");
    this.table = document.getElementById("table");
    this.body = this.table.tBodies[0];
    this.printed = false;
    this.range = "";
    this.buildHead();
    app.on("filter", () => this.renew());
    app.on("axis", () => this.renew());
    app.on("select", g => this.reveal(g));
    this.scroller.addEventListener("scroll", () => this.show());
    this.scroller.addEventListener("keydown", event => this.key(event));
    this.body.addEventListener("click", event => this.click(event));
    new ResizeObserver(() => this.show()).observe(this.scroller);
  }

  get columns() {
    const two = this.app.model.runs.length > 1;
    return ["n", "time", ...(two ? ["run"] : []), "actor", "kind", "what happened", "line"];
  }

  buildHead() {
    this.table.tHead.rows[0].append(
      ...this.columns.map(name =>
        Text.element("th", { scope: "col", class: `c-${name.split(" ")[0]}` }, name),
      ),
    );
    this.table.tHead.rows[0].setAttribute("aria-rowindex", "1");
  }

  cells(g) {
    const { model } = this.app;
    const two = model.runs.length > 1;
    const run = this.app.isCommon(g) ? "A B" : model.run[g] === 0 ? "A" : "B";

    return [
      String(model.n[g]),
      Text.time(model.time[g]),
      ...(two ? [run] : []),
      Text.isolated(model.actorOf(g), 60),
      Text.isolated(model.kindOf(g), 60),
      Text.isolated(model.textOf(g)),
      Text.isolated(model.placeOf(g), 60),
    ];
  }

  row(at) {
    const g = this.app.rows[at];
    const { model } = this.app;
    const columns = this.columns;
    const row = Text.element(
      "tr",
      {},
      ...this.cells(g).map((cell, i) =>
        Text.element("td", { class: `c-${columns[i].split(" ")[0]}` }, cell),
      ),
    );

    row.dataset.event = model.idOf(g);
    row.setAttribute("aria-rowindex", String(at + 2));
    if (model.severity[g] === Model.FAILED) row.classList.add("failed");
    if (model.severity[g] === Model.WARNING) row.classList.add("warning");
    if (g === this.app.rowOf(this.app.selected)) row.setAttribute("aria-current", "true");
    return row;
  }

  space(rows) {
    const cell = Text.element("td", {});

    cell.style.height = `${rows * Table.ROW}px`;
    return Text.element("tr", { class: "space", "aria-hidden": "true" }, cell);
  }

  renew() {
    const count = this.app.rows.length;
    const note = document.getElementById("print-note");

    this.range = "";
    this.table.setAttribute("aria-rowcount", String(count + 1));
    note.textContent =
      count > Table.PRINTED
        ? `The first ${Table.PRINTED} of ${Text.count(count)} events are printed.`
        : `${Text.count(count)} events.`;
    this.show();
  }

  show() {
    const { rows, selected } = this.app;
    const { scroller } = this;
    const from = this.printed ? 0 : Math.max(0, Math.floor(scroller.scrollTop / Table.ROW) - 10);
    const inSight = this.printed
      ? Table.PRINTED
      : Math.ceil(scroller.clientHeight / Table.ROW) + 20;
    const to = Math.min(rows.length, from + inSight);
    const range = `${from} ${to} ${selected}`;

    if (range === this.range) return;
    this.range = range;
    const made = [];
    for (let at = from; at < to; at++) made.push(this.row(at));
    if (this.printed) this.body.replaceChildren(...made);
    else this.body.replaceChildren(this.space(from), ...made, this.space(rows.length - to));
  }

  print(printed) {
    this.printed = printed;
    this.range = "";
    this.show();
  }

  reveal(g) {
    const at = g < 0 ? -1 : this.app.rows.indexOf(this.app.rowOf(g));
    const { scroller } = this;
    const top = at * Table.ROW;
    const room = scroller.clientHeight - 2 * Table.ROW;

    if (at >= 0 && (top < scroller.scrollTop || top > scroller.scrollTop + room))
      scroller.scrollTop = Math.max(0, top - room / 2);
    this.show();
  }

  click(event) {
    const row = event.target.closest("tr[data-event]");

    if (row !== null && getSelection().isCollapsed)
      this.app.select(this.app.model.findId(row.dataset.event));
  }

  key(event) {
    const { rows } = this.app;
    const page = Math.floor(this.scroller.clientHeight / Table.ROW) - 1;
    const steps = {
      ArrowDown: 1,
      j: 1,
      ArrowUp: -1,
      k: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };

    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.app.select(-1);
    else if (!(event.key in steps) || rows.length === 0) return;
    else {
      const at = this.app.selected < 0 ? -1 : rows.indexOf(this.app.rowOf(this.app.selected));
      this.app.select(rows[Math.max(0, Math.min(rows.length - 1, at + steps[event.key]))]);
    }
    event.preventDefault();
  }
}

Table.ROW = 26; // pixels, as the style sheet has it
Table.PRINTED = 500; // rows on paper: some ten pages
