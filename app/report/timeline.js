// SPDX-License-Identifier: LGPL-2.1-or-later
// The timeline: the canvases with their sizes, what is drawn in which order, and what is at a
// place.
"use strict";

class Timeline {
  constructor(app) {
    const byId = id => document.getElementById(id);

    this.app = app;
    this.element = byId("timeline");
    this.scroller = byId("lanes");
    this.spacer = byId("spacer");
    this.brush = new Brush(byId("canvas"));
    this.axisBrush = new Brush(byId("axis"));
    this.view = new View(() => this.ask());
    this.labels = new Labels(app, byId("labels"));
    this.overview = new Overview(app, this.view, byId("overview"));
    this.frame = 0; // how long the last one took to draw, in milliseconds
    this.asked = 0;
    this.paper = null; // { width, height } while it is printed
    this.listen();
  }

  listen() {
    const { app } = this;
    const redraw = () => this.ask();

    this.readPalette();
    this.scroller.addEventListener("scroll", redraw);
    new ResizeObserver(redraw).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.readPalette());
    app.on("arrange", () => {
      this.spacer.style.height = `${app.lanes.height}px`;
      this.ask();
    });
    app.on("filter", redraw);
    app.on("axis", () => this.takeAxis());
    app.on("select", g => this.reveal(g));
  }

  readPalette() {
    this.palette = Palette.read(this.brush.context);
    this.ask();
  }

  // Another axis shows the same stretch of time, or all where all was seen.
  takeAxis() {
    const { axis } = this.app;
    const { view } = this;
    const all = view.isWhole;
    const times =
      this.axis === undefined ? null : [this.axis.timeAt(view.from), this.axis.timeAt(view.to)];

    this.axis = axis;
    view.whole = axis.whole;
    view.closest = axis.closest;
    this.overview.forget();
    if (all || times === null) view.showAll();
    else view.set(axis.placeOf(times[0]), Math.max(axis.placeOf(times[1]), axis.placeOf(times[0])));
  }

  ask() {
    if (this.asked === 0) this.asked = requestAnimationFrame(() => this.draw());
  }

  reveal(g) {
    if (g < 0) {
      this.ask();
      return;
    }
    const lane = this.app.lanes.byActor[this.app.model.actor[g]];
    const { scroller } = this;
    this.view.reveal(this.app.positionOf(g));
    if (!lane.shown) return;
    if (lane.top < scroller.scrollTop) scroller.scrollTop = lane.top - 8;
    else if (lane.top + lane.height > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = Math.min(
        lane.top - 8,
        lane.top + lane.height - scroller.clientHeight + 8,
      );
  }

  measure() {
    const gutter = (this.gutter = parseFloat(
      getComputedStyle(this.element).getPropertyValue("--gutter"),
    ));
    const width = this.paper?.width ?? Math.max(40, this.scroller.clientWidth - gutter);
    const height =
      this.paper?.height ??
      Math.max(Math.min(this.scroller.clientHeight, 4000), Math.min(this.app.lanes.height, 60));

    this.view.width = width;
    this.view.scrolled = this.paper === null ? this.scroller.scrollTop : 0;
    this.brush.fit(width, height, this.paper === null ? undefined : 2);
    this.axisBrush.fit(width, PaintAxis.HEIGHT, this.paper === null ? undefined : 2);
    this.brush.drawn = this.axisBrush.drawn = {
      marks: 0,
      density: 0,
      bars: 0,
      arrows: 0,
      folds: 0,
      labels: 0,
      failures: 0,
    };
  }

  draw() {
    const started = performance.now();

    if (this.asked !== 0) cancelAnimationFrame(this.asked);
    this.asked = 0;
    this.measure();
    this.drawLanes();
    PaintAxis.paint(this.axisBrush, this.palette, this.app.axis, this.view);
    this.drawOver();
    this.drawn = this.brush.drawn;
    this.labels.show(this.view.scrolled, this.brush.height);
    this.overview.draw(this.palette);
    this.frame = performance.now() - started;
    return this.frame;
  }

  inSight(item) {
    const top = item.top - this.view.scrolled;
    return top < this.brush.height && top + item.height > 0;
  }

  drawLanes() {
    const { brush, palette, view, app } = this;
    const { context } = brush;

    PaintAxis.paintBehind(brush, palette, app.axis, view);
    context.fillStyle = palette.line;
    for (const lane of app.lanes.visible)
      if (this.inSight(lane))
        context.fillRect(0, Math.round(lane.top + lane.height - view.scrolled) - 1, brush.width, 1);
    for (const head of app.lanes.heads) {
      if (!this.inSight(head)) continue;
      context.fillStyle = palette.grid;
      context.fillRect(0, head.top - view.scrolled, brush.width, head.height);
    }
    this.drawFailures();
    const lanes = app.lanes.visible.filter(lane => this.inSight(lane));
    const labels = PaintArrows.paint(brush, palette, view, app.lanes, app.arrows);
    for (const lane of lanes) PaintBars.paint(brush, palette, view, lane);
    for (const lane of lanes) PaintMarks.paint(brush, palette, view, app.model, lane);
    PaintArrows.paintLabels(brush, palette, labels);
  }

  // Only the lanes of the run that has them.
  drawFailures() {
    const { brush, palette, view, app } = this;

    app.failures.forEach((positions, run) => {
      const lanes = app.lanes.visible.filter(lane => lane.run === run);
      if (lanes.length === 0) return;
      const last = lanes[lanes.length - 1];
      const top = lanes[0].top - view.scrolled;
      const bottom = last.top + last.height - view.scrolled;
      PaintOver.paintFailures(brush, palette, view, positions, top, bottom);
    });
  }

  drawOver() {
    const { brush, palette, view, app } = this;
    const { model } = app;

    if (model.parting?.some(g => g >= 0))
      PaintOver.paintParting(brush, palette, view, this.partingAt());
    if (app.selected >= 0)
      PaintOver.paintSelected(
        brush,
        palette,
        view,
        view.x(app.positionOf(app.selected)),
        app.lanes.byActor[model.actor[app.selected]],
      );
  }

  partingAt() {
    const { parting } = this.app.model;
    return Math.min(...parting.map(g => (g < 0 ? this.app.axis.whole : this.app.positionOf(g))));
  }

  // What is under a point of the canvas: { lane, event, part, arrow }, or null.
  hit(x, y) {
    const { app, view } = this;
    const below = y + view.scrolled;
    const lane = Lanes.at(app.lanes, below);

    if (lane === null) return null;
    const arrow = this.hitArrow(x, y);
    if (
      (below >= lane.marksTop && below < lane.marksTop + Lanes.MARKS) ||
      this.isPlain(lane, below)
    ) {
      const event = this.nearest(lane, x);
      if (event >= 0) return { lane, event };
    }
    if (arrow !== null) return { lane, event: arrow.event, arrow };
    const part = this.hitPart(lane, view.at(x), below);
    return part === null ? null : { lane, part, event: part.from };
  }

  // The stretch without events that is there, as two instants, or null.
  gapAt(x) {
    const { axis } = this.app;
    const i = Search.first(axis.starts, this.view.at(x));
    const before = axis.instants[i - 1];
    const after = axis.instants[i];

    if (axis.name === "linear" || before === undefined || after === undefined) return null;
    return this.view.at(x) > before.to + 5 / this.view.scale ? { before, after } : null;
  }

  isPlain(lane, y) {
    return y >= lane.rowsTop && (lane.folded || lane.rows.length === 0);
  }

  nearest(lane, x) {
    const i = Search.nearest(lane.positions, this.view.at(x));
    return i >= 0 && Math.abs(this.view.x(lane.positions[i]) - x) < 9 ? lane.events[i] : -1;
  }

  hitArrow(x, y) {
    if (this.drawn === undefined || this.drawn.arrows === 0) return null;
    const { arrows, lanes } = this.app;
    const i = Search.nearest(arrows.positions, this.view.at(x));
    if (i < 0 || Math.abs(this.view.x(arrows.positions[i]) - x) > 5) return null;
    const arrow = arrows.shown[i];
    const below = y + this.view.scrolled;
    const ends = [lanes.byActor[arrow.from], lanes.byActor[arrow.to]].map(lane => lane.marksTop);
    return below >= Math.min(...ends) && below <= Math.max(...ends) + Lanes.MARKS ? arrow : null;
  }

  hitPart(lane, position, y) {
    const isBand = lane.states !== null && y >= lane.bandTop && y < lane.marksTop;

    if (!isBand && (lane.folded || y < lane.rowsTop)) return null;
    const row = isBand ? lane.band : lane.parts[Math.floor((y - lane.rowsTop) / Lanes.ROW)];
    return row === undefined ? null : Lanes.partAt(row, position);
  }
}
