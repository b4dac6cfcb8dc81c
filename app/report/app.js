// SPDX-License-Identifier: LGPL-2.1-or-later
// What the parts of the page have in common: the run, the axis, what the filter lets through, which
// event is selected. Whoever changes one of these says so here, and whoever shows it listens.
"use strict";

class App {
  constructor(model) {
    this.model = model;
    this.lanes = Lanes.make(model);
    this.arrows = Packets.arrowsOf(model);
    this.shown = new Uint8Array(model.length).fill(1);
    this.rows = new Int32Array(0); // the events of the table, in its order
    this.selected = -1;
    this.listeners = new Map();
    this.axes = new Map();
  }

  on(what, listener) {
    if (!this.listeners.has(what)) this.listeners.set(what, []);
    this.listeners.get(what).push(listener);
  }

  tell(what, ...about) {
    for (const listener of this.listeners.get(what) ?? []) listener(...about);
  }

  setAxis(name) {
    if (!this.axes.has(name)) this.axes.set(name, Axis.make(this.model, name));
    this.axis = this.axes.get(name);
    Lanes.place(this.lanes, this.axis.positions, this.ends());
    this.fill();
    this.tell("axis");
  }

  // Where each run ends: the longer one with the axis, the other one as far behind its last event.
  ends() {
    const { runs } = this.model;
    const { positions, whole } = this.axis;
    const last = runs.map(run => (run.length > 0 ? positions[run.first + run.length - 1] : 0));
    const behind = whole - Math.max(...last);

    return last.map(position => position + behind);
  }

  // What is before the parting is the same in both runs, and one row.
  isCommon(g) {
    const { parting, run } = this.model;
    return parting !== null && (parting[run[g]] < 0 || g < parting[run[g]]);
  }

  // The event whose row in the table stands for this one.
  rowOf(g) {
    const { model } = this;
    return g >= 0 && model.run[g] === 1 && this.isCommon(g) ? g - model.runs[1].first : g;
  }

  fill() {
    const { model, axis, shown } = this;
    const rows = [];

    Lanes.fill(this.lanes, model, axis.positions, shown);
    this.arrows.shown = this.arrows.filter(arrow => shown[arrow.event]);
    this.arrows.positions = Float64Array.from(
      this.arrows.shown,
      arrow => axis.positions[arrow.event],
    );
    // By run: where its failures are.
    this.failures = model.runs.map(({ index }) =>
      Float64Array.from(
        model.failures.filter(g => model.run[g] === index),
        g => axis.positions[g],
      ).sort(),
    );
    for (let g = 0; g < model.length; g++)
      if (shown[g] && !(model.run[g] === 1 && this.isCommon(g))) rows.push(g);
    if (model.runs.length > 1) rows.sort((a, b) => axis.positions[a] - axis.positions[b] || a - b);
    this.rows = Int32Array.from(rows);
  }

  // A mask of events, and which actors have a lane.
  setShown(shown, hasLane) {
    this.shown = shown;
    for (const lane of this.lanes.byActor) lane.shown = hasLane(lane);
    this.arrange();
    this.fill();
    this.tell("filter");
  }

  arrange() {
    Lanes.arrange(this.lanes, this.model.runs.length);
    this.tell("arrange");
  }

  // -1: none. An event of the common part of two runs is that of the first.
  select(g) {
    if (g === this.selected) return;
    this.selected = g;
    history.replaceState(
      null,
      "",
      g < 0 ? location.pathname + location.search : `#${this.model.idOf(g)}`,
    );
    this.tell("select", g);
  }

  positionOf(g) {
    return this.axis.positions[g];
  }
}
