// SPDX-License-Identifier: LGPL-2.1-or-later
// What a test, or somebody at the browser's console, may ask of the page, as window.rebound.
"use strict";

class Hook {
  #app;
  #timeline;
  #filter;

  constructor(app, timeline, filter) {
    this.#app = app;
    this.#timeline = timeline;
    this.#filter = filter;
  }

  get runs() {
    return this.#app.model.runs.length;
  }

  get events() {
    return this.#app.model.length;
  }

  get frame() {
    return this.#timeline.frame;
  }

  get drawn() {
    return this.#timeline.drawn;
  }

  draw() {
    return this.#timeline.draw();
  }

  view() {
    const { from, to, whole } = this.#timeline.view;
    return { from, to, whole, zoom: whole / (to - from), axis: this.#app.axis.name };
  }

  setView(from, to) {
    this.#timeline.view.set(from, to);
    this.#timeline.draw();
  }

  select(n, run = 0) {
    this.#app.select(n === null ? -1 : this.#app.model.find(n, run));
    this.#timeline.draw();
  }

  selected() {
    const { model, selected: g } = this.#app;
    return g < 0
      ? null
      : {
          n: model.n[g],
          run: model.run[g],
          time_usec: model.time[g],
          actor: model.actorOf(g),
          kind: model.kindOf(g),
          text: model.textOf(g),
        };
  }

  filter(about) {
    this.#filter.set(about);
    this.#timeline.draw();
  }

  visible() {
    return { events: this.#filter.count, of: this.events, lanes: this.#app.lanes.visible.length };
  }

  at(n, run = 0) {
    const g = this.#app.model.find(n, run);
    if (g < 0) return null;
    const lane = this.#app.lanes.byActor[this.#app.model.actor[g]];
    const { view } = this.#timeline;
    const box = this.#timeline.brush.canvas.getBoundingClientRect();
    return !lane.shown
      ? null
      : {
          x: box.left + view.x(this.#app.positionOf(g)),
          y: box.top + lane.marksTop + Lanes.MARKS / 2 - view.scrolled,
        };
  }

  lanes() {
    const { model, lanes } = this.#app;
    const number = g => (g < 0 ? null : model.n[g]);
    const part = ({ state, from, to }) => ({ state, from_n: number(from), to_n: number(to) });

    return lanes.visible.map(lane => ({
      run: lane.run,
      actor: lane.actor,
      place: lane.place,
      top: lane.top,
      height: lane.height,
      states: (lane.states ?? []).map(part),
      sockets: lane.rows
        .flat()
        .map(bar => ({
          connection: bar.connection,
          end: bar.end,
          row: bar.row,
          ends: bar.ends,
          segments: bar.segments.map(part),
        })),
    }));
  }
}
