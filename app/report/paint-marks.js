// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws what happens: an event that has room is a mark, whose shape says what it is about, with its
// text beside it; where they crowd they become columns, the higher the more there are.
"use strict";

const PaintMarks = (() => {
  const APART = 9; // pixels that a mark needs for itself
  const COLUMN = 3; // pixels of a column
  const CROWD = 14; // and of one that stands in front of them
  const LABEL_ROOM = 34;
  const RADIUS = 4;

  const SHAPES = {
    script: (context, x, y) => {
      context.moveTo(x - 3, y - RADIUS);
      context.lineTo(x + RADIUS, y);
      context.lineTo(x - 3, y + RADIUS);
      context.closePath();
    },
    sockets: (context, x, y) => context.rect(x - 3, y - 3, 6, 6),
    packets: (context, x, y) => context.rect(x - 1, y - RADIUS, 2, RADIUS * 2),
    explanations: (context, x, y) => {
      context.moveTo(x, y - RADIUS - 1);
      context.lineTo(x + RADIUS + 1, y);
      context.lineTo(x, y + RADIUS + 1);
      context.lineTo(x - RADIUS - 1, y);
      context.closePath();
    },
    other: (context, x, y) => context.arc(x, y, RADIUS, 0, Math.PI * 2),
  };

  function paintCheck(context, palette, x, y, met) {
    context.strokeStyle = met ? palette.met : palette.failed;
    context.lineWidth = 2;
    context.beginPath();
    if (met) {
      context.moveTo(x - 4, y);
      context.lineTo(x - 1, y + 3);
      context.lineTo(x + 4, y - 4);
    } else {
      context.moveTo(x - 4, y - 4);
      context.lineTo(x + 4, y + 4);
      context.moveTo(x + 4, y - 4);
      context.lineTo(x - 4, y + 4);
    }
    context.stroke();
    context.lineWidth = 1;
  }

  function paintMark(brush, palette, model, g, x, y) {
    const { context } = brush;
    const severity = model.severity[g];
    const group = model.groupOf(g);

    brush.drawn.marks++;
    if (severity === Model.MET || severity === Model.FAILED) {
      paintCheck(context, palette, x, y, severity === Model.MET);
      return;
    }
    context.fillStyle =
      severity === Model.WARNING
        ? palette.warning
        : group === "script"
          ? palette.accent
          : palette.mark;
    context.beginPath();
    (SHAPES[group] ?? SHAPES.other)(context, x, y);
    context.fill();
    if (severity === Model.WARNING) {
      context.fillStyle = palette.panel;
      context.fillRect(x - 0.75, y - 2.5, 1.5, 3);
      context.fillRect(x - 0.75, y + 1.25, 1.5, 1.5);
    }
  }

  // Right of its mark, or left of it where the edge of the canvas would cut it; from free to end
  // there is room. Returns where it ends.
  function paintLabel(brush, palette, model, g, mark, y, free, end) {
    const whole = Text.brief(model.textOf(g));
    const edge = brush.width - 4;
    const right = Math.min(end - 11, edge) - mark - 9;
    const left = end > edge && brush.measure(whole) > right ? mark - 18 - free : 0;
    const room = mark < brush.width ? Math.max(left, right) : 0;
    const text = room > LABEL_ROOM ? brush.fitted(whole, room) : "";

    if (text === "") return mark;
    const x = left > right ? mark - 9 - brush.measure(text) : mark + 9;
    brush.context.fillStyle =
      model.severity[g] === Model.FAILED
        ? palette.failed
        : model.severity[g] === Model.WARNING
          ? palette.warning
          : palette.ink;
    // What passes behind it leaves it legible.
    brush.context.strokeStyle = palette.panel;
    brush.context.lineWidth = 3;
    brush.context.strokeText(text, x, y + 0.5);
    brush.context.lineWidth = 1;
    brush.context.fillText(text, x, y + 0.5);
    brush.drawn.labels++;
    return Math.max(mark, x + brush.measure(text));
  }

  // A column for what is in [i, end); those in trouble are the lower part of it.
  function paintColumn(brush, palette, view, lane, i, end, x, y) {
    const height = n => Math.min(15, 3 + Math.log2(n + 1) * 2);
    const from = Search.first(lane.troublePositions, lane.positions[i]);
    const trouble = Search.next(lane.troublePositions, lane.positions[end - 1] + 1e-9, from) - from;
    const { context } = brush;
    const bottom = y + 8;

    context.fillStyle = palette.mark;
    context.fillRect(x - 1, bottom - height(end - i), COLUMN - 1, height(end - i));
    if (
      trouble > 0 &&
      from < lane.trouble.length &&
      lane.troublePositions[from] <= lane.positions[end - 1]
    ) {
      context.fillStyle = palette.warning;
      context.fillRect(x - 1, bottom - height(trouble), COLUMN - 1, height(trouble));
    }
    brush.drawn.density++;
  }

  // In front of the columns, and apart from each other, a failure before other trouble. What it says
  // has room up to the first event behind its crowd.
  function paintNotable(brush, palette, view, model, lane, marked) {
    const { notable, notablePositions: at, positions } = lane;
    const y = lane.marksTop + Lanes.MARKS / 2 - view.scrolled;
    const isFailed = i => i < at.length && model.severity[notable[i]] === Model.FAILED;
    const { context } = brush;
    let before = -Infinity;

    for (let i = Search.first(at, view.from); i < at.length && at[i] <= view.to; i++) {
      const x = view.x(at[i]);
      const isMarked = marked.has(notable[i]);
      const yields = !isFailed(i) && isFailed(i + 1) && view.x(at[i + 1]) - x < CROWD;
      if (!isMarked && (yields || x - before < CROWD)) continue;
      before = x;
      if (isMarked) continue;
      context.fillStyle = palette.panel;
      context.fillRect(x - RADIUS - 2, y - 9, RADIUS * 2 + 4, 18);
      paintMark(brush, palette, model, notable[i], x, y);
      const next = Search.first(positions, view.at(x + CROWD));
      const end = next < positions.length ? view.x(positions[next]) : Infinity;
      paintLabel(brush, palette, model, notable[i], x + RADIUS, y, x, end);
    }
  }

  // Whether something notable in a crowd stands between a place and the last label before it.
  function speaksBefore(view, lane, position, free, marked) {
    const last = Search.first(lane.notablePositions, position) - 1;

    if (last < 0 || marked.has(lane.notable[last])) return false;
    return view.x(lane.notablePositions[last]) > free;
  }

  function paint(brush, palette, view, model, lane) {
    const { positions, events } = lane;
    const y = lane.marksTop + Lanes.MARKS / 2 - view.scrolled;
    const end = Search.first(positions, view.to + APART / view.scale);
    let i = Search.first(positions, view.from - 300 / view.scale);
    let before = -Infinity;
    let free = 0; // where the last label ends
    const marked = new Set();

    brush.font(11, palette.font);
    while (i < end) {
      const x = view.x(positions[i]);
      const after = i + 1 < positions.length ? view.x(positions[i + 1]) : Infinity;
      if (x - before >= APART && after - x >= APART) {
        paintMark(brush, palette, model, events[i], x, y);
        marked.add(events[i]);
        if (speaksBefore(view, lane, positions[i], free, marked)) free = x;
        free = paintLabel(brush, palette, model, events[i], x, y, Math.max(free, before), after);
        before = x;
        i++;
        continue;
      }
      const next = Search.next(positions, view.at(x + COLUMN), i, end);
      paintColumn(brush, palette, view, lane, i, Math.max(next, i + 1), x, y);
      i = Math.max(next, i + 1);
      before = view.x(positions[i - 1]);
    }
    paintNotable(brush, palette, view, model, lane, marked);
  }

  return { paint, paintMark };
})();
