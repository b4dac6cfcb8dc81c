// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws segments as arrows from lane to lane, once they are far enough apart to be told from each
// other. They pass behind bars and marks; what they say is in front, where there is room for it.
"use strict";

const PaintArrows = (() => {
  const ARROW_ROOM = 10; // pixels that an arrow needs on average
  const LABEL_ROOM = 40;

  // Where it leaves or reaches a lane: below the marks of the upper one, above those of the lower.
  function edgeOf(lane, view, isUpper) {
    return lane.marksTop - view.scrolled + (isUpper ? Lanes.MARKS - 1 : 1);
  }

  function paintHead(context, x, y, down) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x - 3.5, y - (down ? 6 : -6));
    context.lineTo(x + 3.5, y - (down ? 6 : -6));
    context.closePath();
    context.fill();
  }

  // Where its label goes, or null. A reset is dashed.
  function paintArrow(brush, palette, view, lanes, arrow, x) {
    const from = lanes.byActor[arrow.from];
    const to = lanes.byActor[arrow.to];

    if (!from.shown || !to.shown || from === to) return null;
    const { context } = brush;
    const down = to.top > from.top;
    const y0 = edgeOf(from, view, down);
    const y1 = edgeOf(to, view, !down);
    context.strokeStyle = context.fillStyle = arrow.reset ? palette.failed : palette.arrow;
    context.beginPath();
    context.arc(x, y0, 1.75, 0, Math.PI * 2);
    context.fill();
    context.setLineDash(arrow.reset ? [5, 3] : []);
    context.beginPath();
    context.moveTo(x, y0);
    context.lineTo(x, y1 - (down ? 5 : -5));
    context.stroke();
    context.setLineDash([]);
    paintHead(context, x, y1, down);
    brush.drawn.arrows++;
    return { text: arrow.label, reset: arrow.reset, x, y: (y0 + y1) / 2, room: 0 };
  }

  // Returns the labels that have room, for the end.
  function paint(brush, palette, view, lanes, arrows) {
    const { positions } = arrows;
    const labels = [];
    const first = Search.first(positions, view.from);
    const last = Search.first(positions, view.to);

    if ((last - first) * ARROW_ROOM > brush.width) return labels;
    brush.context.lineWidth = 1.25;
    for (let i = first; i < last; i++) {
      const x = view.x(positions[i]);
      const label = paintArrow(brush, palette, view, lanes, arrows.shown[i], x);
      const next = i + 1 < positions.length ? view.x(positions[i + 1]) : Infinity;
      if (label === null || label.text === "" || next - x < LABEL_ROOM) continue;
      label.room = next - x - 12;
      labels.push(label);
    }
    brush.context.lineWidth = 1;
    return labels;
  }

  function paintLabels(brush, palette, labels) {
    const { context } = brush;

    brush.font(10, palette.font);
    for (const { text, reset, x, y, room } of labels) {
      const fitted = brush.fitted(text, room);
      if (fitted === "") continue;
      context.fillStyle = palette.panel;
      context.fillRect(x + 2, y - 7, brush.measure(fitted) + 6, 14);
      context.fillStyle = reset ? palette.failed : palette.ink;
      context.fillText(fitted, x + 5, y);
    }
  }

  return { paint, paintLabels };
})();
