// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws the clock above the lanes, and behind them the stretches in which nothing happens: times
// stand at the instants, above; how long a gap is stands in it, below, and whether it is folded.
"use strict";

const PaintAxis = (() => {
  const HEIGHT = 38;
  const TIMES = 11;
  const GAPS = 28;
  const BETWEEN = 10;

  // The instants in sight, at most one for so many pixels.
  function forEachInstant(axis, view, pixels, take) {
    let i = Math.max(0, Search.first(axis.starts, view.from) - 1);

    while (i < axis.instants.length && axis.starts[i] <= view.to) {
      take(axis.instants[i], i);
      i = Math.max(i + 1, Search.next(axis.starts, axis.starts[i] + pixels / view.scale, i));
    }
  }

  function paintTimes(brush, palette, axis, view) {
    let free = -Infinity;

    forEachInstant(axis, view, 4, instant => {
      const text = Text.time(instant.time);
      const width = brush.measure(text);
      const start = view.x(instant.from);
      const end = view.x(instant.to);
      // An instant that began out of sight is named at the edge; one at the other edge, left of it.
      const x =
        start < 0 ? Math.min(4, end - width) : start + width > brush.width ? start - width : start;
      if (x < free || x < -width || end < 0) return;
      brush.context.fillStyle = palette.ink;
      brush.context.fillText(text, x, TIMES);
      brush.context.strokeStyle = palette.muted;
      if (start >= 0) brush.vertical(start, TIMES + 7, HEIGHT);
      free = x + width + BETWEEN;
    });
  }

  const nameGap = gap => [`⋯ ${gap} folded`, `⋯ ${gap}`, "⋯"];

  function paintGaps(brush, palette, axis, view) {
    forEachInstant(axis, view, 4, (instant, i) => {
      const next = axis.instants[i + 1];
      if (next === undefined) return;
      const from = Math.max(0, view.x(instant.to));
      const to = Math.min(brush.width, view.x(next.from));
      const gap = Text.duration(next.time - instant.time);
      const names = next.folded ? nameGap(gap) : [gap];
      const text = names.find(name => brush.measure(name) < to - from - 8);
      if (text === undefined) return;
      brush.context.fillStyle = palette.muted;
      brush.context.fillText(text, (from + to - brush.measure(text)) / 2, GAPS);
      if (next.folded) brush.drawn.folds++;
    });
  }

  // Time to the scale of the clock: round figures.
  function paintScale(brush, palette, axis, view) {
    const least = 90 / view.scale;
    const power = 10 ** Math.floor(Math.log10(least));
    const step = Math.max(1, power * [1, 2, 5, 10].find(factor => factor * power >= least));

    for (
      let time = Math.max(0, Math.ceil(view.from / step) * step);
      time <= view.to;
      time += step
    ) {
      const text = Text.time(Math.round(time));
      const x = view.x(time);
      const width = brush.measure(text);
      brush.context.fillStyle = palette.ink;
      brush.context.fillText(text, x + 3 + width > brush.width ? x - 3 - width : x + 3, TIMES);
      brush.context.strokeStyle = palette.muted;
      brush.vertical(x, TIMES - 6, HEIGHT);
    }
  }

  function paint(brush, palette, axis, view) {
    brush.font(11, palette.font);
    if (axis.name === "linear") {
      paintScale(brush, palette, axis, view);
      return;
    }
    paintTimes(brush, palette, axis, view);
    paintGaps(brush, palette, axis, view);
  }

  // Gaps are a shade darker than instants; a folded one has torn edges.
  function paintBehind(brush, palette, axis, view) {
    const { context } = brush;

    if (axis.name === "linear") return;
    forEachInstant(axis, view, 3, (instant, i) => {
      const next = axis.instants[i + 1];
      if (next === undefined) return;
      const from = Math.max(-2, view.x(instant.to) + 5);
      const to = Math.min(brush.width + 2, view.x(next.from) - 5);
      if (to - from < 2) return;
      context.fillStyle = palette.gap;
      context.fillRect(from, 0, to - from, brush.height);
      if (!next.folded) return;
      context.strokeStyle = palette.muted;
      context.setLineDash([2, 3]);
      brush.vertical((from + to) / 2 - 2, 0, brush.height);
      brush.vertical((from + to) / 2 + 2, 0, brush.height);
      context.setLineDash([]);
    });
  }

  return { paint, paintBehind, HEIGHT };
})();
