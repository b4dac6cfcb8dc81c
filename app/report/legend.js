// SPDX-License-Identifier: LGPL-2.1-or-later
// What the colours mean: of those that this page has.
"use strict";

class Legend {
  constructor(app) {
    const states = new Set();
    const tcp = new Set();

    for (const lane of app.lanes.byActor) {
      for (const { state } of lane.states ?? []) states.add(state);
      for (const row of lane.rows)
        for (const bar of row) for (const { state } of bar.segments) tcp.add(state);
    }
    document
      .getElementById("legend")
      .append(
        this.list("Application", [...states]),
        this.list("TCP", [...tcp].sort()),
        this.ends(tcp.size),
        this.marks(),
      );
  }

  list(title, states) {
    if (states.length === 0) return "";
    return Text.element(
      "ul",
      {},
      Text.element("li", { class: "of" }, title),
      ...states.map(state =>
        Text.element(
          "li",
          {},
          Text.element("span", { class: `swatch s-${Palette.ofState(state)}` }),
          state,
        ),
      ),
    );
  }

  marks() {
    return Text.element(
      "ul",
      {},
      Text.element("li", { class: "of" }, "Events"),
      ...Legend.MARKS.map(([glyph, kind, name]) =>
        Text.element("li", {}, Text.element("span", { class: `glyph g-${kind}` }, glyph), name),
      ),
    );
  }

  ends(count) {
    if (count === 0) return "";
    return Text.element(
      "ul",
      {},
      Text.element("li", { class: "of" }, "Ends"),
      Text.element("li", {}, Text.element("span", { class: "end-fin" }), "FIN"),
      Text.element("li", {}, Text.element("span", { class: "end-rst" }, "✕"), "RST"),
    );
  }
}

// As paint-marks.js draws them.
Legend.MARKS = [
  ["▶", "script", "statement"],
  ["✓", "met", "met"],
  ["✕", "failed", "failed"],
  ["●", "event", "event"],
  ["●", "warning", "trouble"],
  ["■", "event", "socket"],
];
