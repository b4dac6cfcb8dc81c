// SPDX-License-Identifier: LGPL-2.1-or-later
// The whole run in a strip, with the part that is in sight as a window that can be dragged. What is
// behind the window does not change with it and is drawn once.
"use strict";

class Overview {
  constructor(app, view, canvas) {
    this.app = app;
    this.view = view;
    this.brush = new Brush(canvas);
    this.still = null; // the strip without its window
    this.listen(canvas);
    app.on("filter", () => this.forget());
  }

  forget() {
    this.still = null;
  }

  listen(canvas) {
    const centre = event => {
      const { view } = this;
      const half = (view.to - view.from) / 2;
      const at =
        ((event.clientX - canvas.getBoundingClientRect().left) / this.brush.width) * view.whole;
      view.set(at - half, at + half);
    };

    canvas.addEventListener("pointerdown", event => {
      canvas.setPointerCapture(event.pointerId);
      centre(event);
    });
    canvas.addEventListener("pointermove", event => {
      if (event.buttons === 1) centre(event);
    });
  }

  // How many events stand in each pixel; the only look at all of them, after a filter.
  count(width) {
    const counts = new Uint32Array(Math.ceil(width));
    const { axis, shown, model } = this.app;
    const scale = (counts.length - 1) / axis.whole;

    for (let g = 0; g < model.length; g++)
      if (shown[g]) counts[Math.floor(axis.positions[g] * scale)]++;
    return counts;
  }

  drawStill(palette) {
    const { width, height, context, canvas } = this.brush;
    const counts = this.count(width);

    context.fillStyle = palette.grid;
    context.fillRect(0, 0, width, height);
    for (const lane of this.app.lanes.visible.filter(some => some.states !== null).slice(0, 1)) {
      for (const { state, start, stop } of lane.states) {
        context.fillStyle = palette.fill[Palette.ofState(state)];
        context.fillRect(
          (start / this.view.whole) * width,
          height - 5,
          ((stop - start) / this.view.whole) * width + 0.5,
          5,
        );
      }
    }
    context.fillStyle = palette.mark;
    counts.forEach((n, x) => {
      const high = n > 0 ? Math.min(height - 8, 2 + Math.log2(n + 1) * 2.5) : 0;
      context.fillRect(x, height - 6 - high, 1, high);
    });
    context.fillStyle = palette.failed;
    for (const at of this.app.failures.flatMap(failures => [...failures]))
      context.fillRect((at / this.view.whole) * width - 0.5, 0, 2, height);
    this.key = `${width} ${palette.paper}`;
    this.still = document.createElement("canvas");
    this.still.width = canvas.width;
    this.still.height = canvas.height;
    this.still.getContext("2d").drawImage(canvas, 0, 0);
  }

  drawWindow(palette) {
    const { width, height, context } = this.brush;
    const { view } = this;
    const from = (view.from / view.whole) * width;
    const to = Math.max((view.to / view.whole) * width, from + 3);

    if (view.isWhole) return;
    context.fillStyle = palette.dim;
    context.fillRect(0, 0, from, height);
    context.fillRect(to, 0, width - to, height);
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.strokeRect(from + 1, 1, Math.max(1, to - from - 2), height - 2);
    context.lineWidth = 1;
  }

  draw(palette) {
    const { canvas, context } = this.brush;

    this.brush.fit(this.view.width, 30);
    if (this.still !== null && this.key === `${this.brush.width} ${palette.paper}`)
      context.drawImage(
        this.still,
        0,
        0,
        canvas.width,
        canvas.height,
        0,
        0,
        this.brush.width,
        this.brush.height,
      );
    else this.drawStill(palette);
    this.drawWindow(palette);
  }
}
