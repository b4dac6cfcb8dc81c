// SPDX-License-Identifier: LGPL-2.1-or-later
// Paper has neither scrolling nor zoom: the whole run over the whole width, every lane, and the
// first rows of the table; and afterwards everything is as it was.
"use strict";

class Paper {
  constructor(app, timeline, table) {
    this.app = app;
    this.timeline = timeline;
    this.table = table;
    this.before = null;
    addEventListener("beforeprint", () => this.begin());
    addEventListener("afterprint", () => this.end());
    matchMedia("print").addEventListener("change", ({ matches }) =>
      matches ? this.begin() : this.end(),
    );
  }

  begin() {
    const { timeline } = this;

    // The style may be the paper's only at the second of the two signals.
    this.before ??= [timeline.view.from, timeline.view.to];
    const { height } = this.app.lanes;
    timeline.paper = { width: Paper.WIDTH, height: Math.min(height, Paper.HEIGHT) };
    // A canvas is not broken over pages; lanes that do not fit on one are made smaller, by eighths:
    // in between Chromium puts a canvas into a PDF that is smaller than the names beside it.
    const fitting = Math.floor((8 * Paper.SHEET) / height) / 8;
    timeline.element.style.zoom = Math.max(Paper.SMALLEST, Math.min(1, fitting));
    this.redraw(0, timeline.view.whole);
    this.table.print(true);
  }

  end() {
    if (this.before === null) return;
    const [from, to] = this.before;
    this.before = this.timeline.paper = null;
    this.timeline.element.style.zoom = "";
    this.redraw(from, to);
    this.table.print(false);
  }

  redraw(from, to) {
    const { timeline } = this;

    timeline.overview.forget();
    timeline.labels.range = "";
    timeline.readPalette();
    timeline.view.set(from, to);
    timeline.draw();
  }
}

Paper.WIDTH = 816; // what a Letter sheet on its side has beside the names; A4 has more (report.css)
Paper.SHEET = 590; // of lanes, beside the clock, the legend and A4's margins
Paper.SMALLEST = 0.5; // letters of five pixels; what is larger still goes over several sheets
Paper.HEIGHT = 3000; // some four sheets of lanes
