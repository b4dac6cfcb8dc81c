// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws what goes across the lanes: segments as arrows, once they are far enough apart to be told from
// each other; failed expectations; where two runs part; the selected event.
"use strict";

const PaintOver = (() => {
  const ARROW_ROOM = 7; // pixels that an arrow needs on average
  const LABEL_ROOM = 30;

  const middleOf = (lane, view) => lane.marksTop + Lanes.MARKS / 2 - view.scrolled;

  function paintHead(context, x, y, down) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x - 3.5, y - (down ? 6 : -6));
    context.lineTo(x + 3.5, y - (down ? 6 : -6));
    context.closePath();
    context.fill();
  }

  function paintArrow(brush, palette, view, lanes, arrow, x, room) {
    const from = lanes.byActor[arrow.from], to = lanes.byActor[arrow.to];

    if (!from.shown || !to.shown || from === to) return;
    const { context } = brush, y0 = middleOf(from, view), y1 = middleOf(to, view), down = y1 > y0;
    const colour = arrow.reset ? palette.failed : palette.arrow;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 1.25;
    context.beginPath();
    context.arc(x, y0, 2, 0, Math.PI * 2);
    context.fill();
    context.beginPath();
    context.moveTo(x, y0);
    context.lineTo(x, y1 - (down ? 5 : -5));
    context.stroke();
    context.lineWidth = 1;
    paintHead(context, x, y1, down);
    brush.drawn.arrows++;
    if (room < LABEL_ROOM) return;
    const text = brush.fitted(arrow.label, room - 8), y = (y0 + y1) / 2;
    if (text === "") return;
    context.fillStyle = palette.panel;
    context.fillRect(x + 2, y - 7, brush.measure(text) + 6, 14);
    context.fillStyle = colour;
    context.fillText(text, x + 5, y);
  }

  function paintArrows(brush, palette, view, lanes, arrows) {
    const first = Search.first(arrows.positions, view.from), last = Search.first(arrows.positions, view.to);

    if ((last - first) * ARROW_ROOM > brush.width) return;
    brush.font(10, palette.font);
    for (let i = first; i < last; i++) {
      const x = view.x(arrows.positions[i]);
      const next = i + 1 < arrows.positions.length ? view.x(arrows.positions[i + 1]) : Infinity;
      paintArrow(brush, palette, view, lanes, arrows.shown[i], x, next - x);
    }
  }

  function paintFailures(brush, palette, view, positions) {
    let i = Search.first(positions, view.from - 2 / view.scale);

    brush.context.strokeStyle = palette.failed;
    while (i < positions.length && positions[i] <= view.to) {
      const x = view.x(positions[i]);
      brush.vertical(x, 0, brush.height);
      brush.drawn.failures++;
      i = Math.max(i + 1, Search.next(positions, view.at(x + 1), i));
    }
  }

  // What the two runs have in common steps back.
  function paintParting(brush, palette, view, position) {
    const x = view.x(position) - Math.min(8, view.scale / 2), { context } = brush;

    if (x > 0) {
      context.fillStyle = palette.dim;
      context.fillRect(0, 0, Math.min(x, brush.width), brush.height);
    }
    if (x < 0 || x > brush.width) return;
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.setLineDash([6, 3]);
    brush.vertical(x, 0, brush.height);
    context.setLineDash([]);
    context.lineWidth = 1;
  }

  function paintSelected(brush, palette, view, x, lane) {
    const { context } = brush;

    context.strokeStyle = palette.accent;
    context.globalAlpha = 0.5;
    brush.vertical(x - 0.5, 0, brush.height);
    context.globalAlpha = 1;
    if (!lane.shown) return;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, middleOf(lane, view), 7.5, 0, Math.PI * 2);
    context.stroke();
    context.lineWidth = 1;
  }

  return { paintArrows, paintFailures, paintParting, paintSelected };
})();
