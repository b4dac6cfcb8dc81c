// SPDX-License-Identifier: LGPL-2.1-or-later
// The names beside the lanes. They are elements, for those who select or magnify text; only lanes
// in sight have one. A name with sockets below it folds them away.
"use strict";

class Labels {
  constructor(app, element) {
    this.app = app;
    this.element = element;
    this.range = "";
    app.on("arrange", () => {
      this.range = "";
    });
  }

  make(lane) {
    const { model } = this.app;
    const sockets = lane.rows.length;
    const isOwn = lane.place === lane.actor; // the script and the kernel are a place each
    const name = Text.element("span", { class: "name" }, Text.isolated(lane.actor, 60));
    const label = Text.element(
      sockets > 0 ? "button" : "div",
      { class: "lane" },
      name,
      isOwn ? "" : Text.element("span", { class: "place" }, lane.place),
    );

    label.dataset.actor = lane.actor;
    label.dataset.run = lane.run;
    label.title = Text.brief(lane.actor) + (isOwn ? "" : ` (${lane.place})`);
    label.style.top = `${lane.top}px`;
    label.style.height = `${lane.height}px`;
    if (sockets > 0) {
      label.type = "button";
      label.tabIndex = -1;
      label.setAttribute("aria-expanded", String(!lane.folded));
      label.addEventListener("click", () => this.fold(lane));
    }
    if (model.runs.length > 1) label.classList.add("of-two");
    return label;
  }

  fold(lane) {
    lane.folded = !lane.folded;
    this.app.arrange();
  }

  makeHead(head) {
    const { name, settings } = this.app.model.runs[head.run].about;
    const label = Text.element(
      "div",
      { class: "head" },
      Text.element("b", {}, head.run === 0 ? "A" : "B"),
      " ",
      Text.isolated([name, ...settings].join(" "), 120),
    );

    label.style.top = `${head.top}px`;
    label.style.height = `${head.height}px`;
    return label;
  }

  show(top, height) {
    const near = item => item.top < top + height + 300 && item.top + item.height > top - 300;
    const lanes = this.app.lanes.visible.filter(near);
    const heads = this.app.lanes.heads.filter(near);
    const range = `${lanes[0]?.index} ${lanes.length} ${heads.length}`;

    if (range === this.range) return;
    this.range = range;
    this.element.replaceChildren(
      ...heads.map(head => this.makeHead(head)),
      ...lanes.map(lane => this.make(lane)),
    );
  }
}
