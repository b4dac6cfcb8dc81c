// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws the clock above the lanes, and behind them the stretches in which nothing happens: times
// stand at the instants, above; how long a gap is stands in it, below, and whether it is folded.
"use strict";

const PaintAxis = (() => {
  const HEIGHT = 38;
  const TIMES = 11;
  const GAPS = 28;
  const BETWEEN = 10;
  const MOST_NAMED = 5; // of the longest folds, named also where they are narrow
  const TORN_ROOM = 12;
  const NAMED_APART = 90;
  const MOST_LOOKED_AT = 500; // for them

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

  const namesOf = gap => [`⋯ ${gap} folded`, `⋯ ${gap}`, "⋯"];

  // The longest folds in sight, apart from each other: { index, x }.
  function longFolds(brush, axis, view) {
    const chosen = [];

    for (const index of axis.longest.slice(0, MOST_LOOKED_AT)) {
      const x = (view.x(axis.instants[index].to) + view.x(axis.instants[index + 1].from)) / 2;
      if (x < 0 || x > brush.width) continue;
      if (chosen.some(other => Math.abs(other.x - x) < NAMED_APART)) continue;
      if (chosen.push({ index, x }) === MOST_NAMED) break;
    }
    return chosen;
  }

  // Over the lines of the times, if need be. Returns where the name stands.
  function paintName(brush, palette, text, middle) {
    const { context } = brush;
    const width = brush.measure(text);
    const x = Math.max(2, Math.min(brush.width - width - 2, middle - width / 2));

    context.fillStyle = palette.panel;
    context.fillRect(x - 3, GAPS - 7, width + 6, 14);
    context.fillStyle = palette.muted;
    context.fillText(text, x, GAPS);
    return [x - BETWEEN / 2, x + width + BETWEEN / 2];
  }

  function paintGaps(brush, palette, axis, view) {
    const taken = new Map();
    const isFree = (from, to) =>
      [...taken.values()].every(([left, right]) => to < left || from > right);
    const roomOf = i => [
      Math.max(0, view.x(axis.instants[i].to)),
      Math.min(brush.width, view.x(axis.instants[i + 1].from)),
    ];
    const durationOf = i => Text.duration(axis.instants[i + 1].time - axis.instants[i].time);

    for (const { index, x } of longFolds(brush, axis, view)) {
      const [from, to] = roomOf(index);
      const [whole, short] = namesOf(durationOf(index));
      const text = brush.measure(whole) < to - from - 8 ? whole : short;
      taken.set(index, paintName(brush, palette, text, x));
      brush.drawn.folds++;
    }
    forEachInstant(axis, view, 4, (instant, i) => {
      const next = axis.instants[i + 1];
      if (next === undefined || taken.has(i)) return;
      const [from, to] = roomOf(i);
      const names = next.folded ? namesOf(durationOf(i)) : [durationOf(i)];
      const text = names.find(name => brush.measure(name) < to - from - 8);
      const half = text === undefined ? 0 : brush.measure(text) / 2;
      const middle = (from + to) / 2;
      if (text === undefined || !isFree(middle - half, middle + half)) return;
      paintName(brush, palette, text, middle);
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

  function paintTorn(brush, palette, x, apart) {
    brush.context.strokeStyle = palette.muted;
    brush.context.setLineDash([2, 3]);
    for (const at of apart > 0 ? [x - apart, x + apart] : [x]) brush.vertical(at, 0, brush.height);
    brush.context.setLineDash([]);
  }

  // Gaps are a shade darker than instants; a long one that is folded has torn edges.
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
      if (next.long && to - from > TORN_ROOM) paintTorn(brush, palette, (from + to) / 2, 2);
    });
    for (const { index, x } of longFolds(brush, axis, view)) {
      const room = view.x(axis.instants[index + 1].from) - view.x(axis.instants[index].to) - 10;
      if (room <= TORN_ROOM) paintTorn(brush, palette, x, 0);
    }
  }

  return { paint, paintBehind, HEIGHT };
})();
