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
