// SPDX-License-Identifier: LGPL-2.1-or-later
// The keyboard: what a key does in the timeline, and the two that work on the whole page.
"use strict";

class Keys {
  constructor(app, timeline) {
    this.app = app;
    this.timeline = timeline;
    timeline.element.addEventListener("keydown", event => this.inTimeline(event));
    addEventListener("keydown", event => this.anywhere(event));
  }

  // The next event of the table's order that passes, from the selected one on.
  step(direction, passes = () => true) {
    const { rows, model } = this.app;
    const selected = this.app.rowOf(this.app.selected);
    const order = g => this.app.positionOf(g);
    let at = rows.indexOf(selected);

    if (at < 0 && selected >= 0) {
      at = rows.findIndex(g => order(g) > order(selected));
      if (at < 0) at = rows.length;
      if (direction > 0) at--;
    } else if (at < 0) at = direction > 0 ? this.firstInSight() - 1 : rows.length;
    for (at += direction; at >= 0 && at < rows.length; at += direction)
      if (passes(rows[at], model)) {
        this.app.select(rows[at]);
        return;
      }
  }

  firstInSight() {
    const { rows } = this.app;
    const { view } = this.timeline;
    const at = rows.findIndex(g => this.app.positionOf(g) >= view.from);
    return at < 0 ? 0 : at;
  }

  // From one failure to the next, and from the last to the first.
  stepFailure(direction) {
    const { model, selected } = this.app;
    const all = model.failures;

    if (all.length === 0) {
      document.getElementById("announce").textContent = "Everything was as expected.";
      return;
    }
    const next =
      direction > 0
        ? (all.find(g => g > selected) ?? all[0])
        : (all.findLast(g => g < selected || selected < 0) ?? all[all.length - 1]);
    this.app.select(next);
    this.timeline.reveal(next);
  }

  alongLane(direction) {
    const { lanes, model, selected } = this.app;
    const lane = lanes.byActor[model.actor[selected]];
    const i =
      Search.first(lane.events, selected) +
      (direction < 0 ? -1 : lane.events[Search.first(lane.events, selected)] === selected ? 1 : 0);

    if (i >= 0 && i < lane.events.length) this.app.select(lane.events[i]);
  }

  acrossLanes(direction) {
    const { lanes, model, selected } = this.app;
    const position = this.app.positionOf(selected);
    let i = lanes.visible.indexOf(lanes.byActor[model.actor[selected]]) + direction;

    for (; i >= 0 && i < lanes.visible.length; i += direction) {
      const nearest = Search.nearest(lanes.visible[i].positions, position);
      if (nearest >= 0) {
        this.app.select(lanes.visible[i].events[nearest]);
        return;
      }
    }
  }

  closeUp() {
    const { view } = this.timeline;
    const { selected } = this.app;

    if (selected < 0) return;
    const span = Math.max(
      view.closest,
      Math.min(view.to - view.from, view.whole / 8, 60 * view.closest) / 2,
    );
    const position = this.app.positionOf(selected);
    view.set(position - span / 2, position + span / 2);
  }

  edge(last) {
    const { view } = this.timeline;
    const span = view.to - view.from;
    const { rows } = this.app;

    view.set(last ? view.whole - span : 0, last ? view.whole : span);
    if (this.app.selected >= 0 && rows.length > 0)
      this.app.select(rows[last ? rows.length - 1 : 0]);
  }

  sideways(direction, pans) {
    if (pans || this.app.selected < 0)
      this.timeline.view.pan((direction * this.timeline.view.width) / 8);
    else this.alongLane(direction);
  }

  upwards(direction) {
    if (this.app.selected >= 0) this.acrossLanes(direction);
    else this.timeline.scroller.scrollTop += direction * 60;
  }

  help() {
    const keys = document.getElementById("keys").textContent.replace(/\s+/g, " ");

    document.getElementById("announce").textContent = keys;
  }

  foldLane() {
    const { app } = this;
    const lane = app.selected < 0 ? null : app.lanes.byActor[app.model.actor[app.selected]];

    if (lane !== null && lane.rows.length > 0) this.timeline.labels.fold(lane);
  }

  actionFor(event) {
    const { view } = this.timeline;

    switch (event.key) {
      case "+":
      case "=":
        return () => view.zoom(1.5, this.centre());
      case "-":
      case "_":
        return () => view.zoom(1 / 1.5, this.centre());
      case "0":
        return () => view.showAll();
      case "ArrowLeft":
        return () => this.sideways(-1, event.shiftKey);
      case "ArrowRight":
        return () => this.sideways(1, event.shiftKey);
      case "ArrowUp":
        return () => this.upwards(-1);
      case "ArrowDown":
        return () => this.upwards(1);
      case "Home":
        return () => this.edge(false);
      case "End":
        return () => this.edge(true);
      case "j":
        return () => this.step(1);
      case "k":
        return () => this.step(-1);
      case "f":
        return () => this.stepFailure(1);
      case "F":
        return () => this.stepFailure(-1);
      case "c":
        return () => this.foldLane();
      case "?":
        return () => this.help();
      case "Enter":
        return () => this.closeUp();
      case "Escape":
        return () => this.app.select(-1);
      default:
        return null;
    }
  }

  // What is selected stays where it is, if it is in sight.
  centre() {
    const { view } = this.timeline;
    const { selected } = this.app;
    const x = selected < 0 ? -1 : view.x(this.app.positionOf(selected));
    return x >= 0 && x <= view.width ? x : view.width / 2;
  }

  inTimeline(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.actionFor(event);
    if (act === null) return;
    event.preventDefault();
    act();
  }

  anywhere(event) {
    const writes = event.target instanceof HTMLInputElement && event.target.type === "search";

    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    document.getElementById("search").focus();
  }
}
