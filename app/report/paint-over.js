// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws what goes across the lanes: failed expectations, behind all else, so that they go through no
// label; where two runs part; the selected event.
"use strict";

const PaintOver = (() => {
  const middleOf = (lane, view) => lane.marksTop + Lanes.MARKS / 2 - view.scrolled;

  // Over the lanes from top to bottom.
  function paintFailures(brush, palette, view, positions, top, bottom) {
    let i = Search.first(positions, view.from - 2 / view.scale);

    brush.context.strokeStyle = palette.failed;
    while (i < positions.length && positions[i] <= view.to) {
      const x = view.x(positions[i]);
      brush.vertical(x, top, bottom);
      brush.drawn.failures++;
      i = Math.max(i + 1, Search.next(positions, view.at(x + 1), i));
    }
  }

  // What the two runs have in common steps back.
  function paintParting(brush, palette, view, position) {
    // Before the first mark of the two runs, however close up the others are.
    const x = view.x(position) - Math.min(8, Math.max(6, view.scale / 2));
    const { context } = brush;

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

  return { paintFailures, paintParting, paintSelected };
})();
