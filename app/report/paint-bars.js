// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws what lasts: the states of applications as bands, the states of sockets as bars. What is
// narrower than a pixel is passed over together with all that starts in the same pixel.
"use strict";

const PaintBars = (() => {
  const HATCH_ROOM = 14; // as much of a hatched bar stays to be seen
  const NAME_ROOM = 120; // a later part of a bar has its name too
  const LABEL_ROOM = 26; // less than that has no label

  // What is in sight, but for what is hidden by something in the same pixel. The part before the
  // first that starts in sight may reach into it, however early it began; and of those that start in
  // one pixel the last. In the row that the rest shares they meet, and more than one may.
  function forEachPart(brush, view, row, take) {
    const { parts, starts, isShared } = row;
    let i = Math.max(0, Search.first(starts, view.from) - (isShared ? Lanes.SHARED_BACK : 1));

    while (i < parts.length && starts[i] < view.to) {
      const x = Math.max(-3, view.x(starts[i]));
      const end = Math.min(brush.width + 3, view.x(parts[i].stop));
      if (end >= 0) take(parts[i], x, end);
      brush.drawn.bars++;
      i = end - x < 1.5 ? Math.max(i + 1, Search.next(starts, view.at(x + 1.5), i) - 1) : i + 1;
    }
  }

  // What is pale has an outline.
  function fill(brush, palette, name, x, top, width, height) {
    const { context } = brush;

    context.fillStyle = palette.fill[name] ?? palette.muted;
    context.fillRect(x, top, Math.max(1.5, width), height);
    if (!palette.pale[name] || width < 4) return;
    context.strokeStyle = palette.outline;
    context.strokeRect(x + 0.5, top + 0.5, width - 1, height - 1);
  }

  function paintBand(brush, palette, view, lane, top) {
    const height = Lanes.BAND - 3;

    forEachPart(brush, view, lane.band, (part, x, end) => {
      const name = Palette.ofState(part.state);
      fill(brush, palette, name, x, top, end - x, height);
      if (end - x > 3) {
        brush.context.fillStyle = palette.panel;
        brush.context.fillRect(x, top, 1, height);
      }
      label(brush, palette, [part.state], name, x, end, top + height / 2);
    });
  }

  // The first of the texts that has room; the colour says the state also without one. On a hatched
  // ground a text stands on a patch of its own.
  function label(brush, palette, texts, name, x, end, y) {
    const from = Math.max(x, 0) + 6;
    const hatched = Palette.HATCHED.has(name);
    const room = Math.min(end, brush.width) - from - 4 - (hatched ? HATCH_ROOM : 0);
    const shown = texts.find(text => brush.measure(text) <= room);

    if (shown === undefined) return;
    if (hatched) {
      brush.context.fillStyle = palette.panel;
      brush.context.fillRect(from - 3, y - 6, brush.measure(shown) + 6, 12);
    }
    brush.context.fillStyle = name === "not-running" ? palette.muted : palette.text[name];
    brush.context.fillText(shown, from, y + 0.5);
  }

  // FIN ends a bar with a wall, RST with a cross. What has expired has no mark, nor has a listener, or
  // a connection of which no segment was seen.
  function paintEnd(brush, palette, part, x, top, height) {
    const { context } = brush;
    const middle = top + height / 2;

    context.lineWidth = 2;
    if (part.bar.ends === "RST") {
      context.strokeStyle = palette.failed;
      context.beginPath();
      context.moveTo(x - 1, middle - 4);
      context.lineTo(x + 7, middle + 4);
      context.moveTo(x + 7, middle - 4);
      context.lineTo(x - 1, middle + 4);
      context.stroke();
    } else if (part.bar.ends === "FIN") {
      context.strokeStyle = palette.ink;
      context.beginPath();
      context.moveTo(x, top - 1);
      context.lineTo(x, top + height + 1);
      context.stroke();
    }
    context.lineWidth = 1;
  }

  function paintPart(brush, palette, part, x, end, top, isLabelled) {
    const height = Lanes.ROW - 3;
    const name = Palette.ofState(part.state);

    fill(brush, palette, name, x, top, end - x, height);
    if (end - x > LABEL_ROOM && isLabelled) {
      const connection = Text.brief(part.bar.connection, 40);
      const isNamed = part.first || x < 0 || end - x > NAME_ROOM;
      const texts = isNamed ? [`${connection} ${part.state}`, connection] : [];
      label(brush, palette, [...texts, part.state], name, x, end, top + height / 2);
    }
    if (part.last && part.bar.to >= 0 && end - x > 2)
      paintEnd(brush, palette, part, end, top, height);
  }

  function paint(brush, palette, view, lane) {
    const shift = -view.scrolled;

    brush.font(11, palette.font);
    if (lane.states !== null) paintBand(brush, palette, view, lane, lane.bandTop + shift);
    brush.font(10, palette.font);
    if (!lane.folded)
      lane.parts.forEach((row, i) =>
        forEachPart(brush, view, row, (part, x, end) =>
          paintPart(
            brush,
            palette,
            part,
            x,
            end,
            lane.rowsTop + shift + i * Lanes.ROW + 1,
            !row.isShared,
          ),
        ),
      );
  }

  return { paint };
})();
