// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything about one event: what the pointer is on, in a few lines beside it; and the selected
// one, whole, in a place of its own, said aloud to whoever does not see it.
"use strict";

const Fields = {
  // A list of names and values.
  list(pairs, show) {
    const list = Text.element("dl", {});

    for (const [name, value] of pairs) {
      const term = Text.element("dt", {}, Text.isolated(name, 80));
      const detail = Text.element("dd", {}, show(name, value));
      detail.dataset.field = name;
      list.append(term, detail);
    }
    return list;
  },

  text(name, value) {
    if (name.endsWith("_usec") && typeof value === "number")
      return `${Text.count(value)} (${Text.duration(value)})`;
    return typeof value === "string" ? value : JSON.stringify(value);
  },
};

class Tooltip {
  constructor(app) {
    this.app = app;
    this.element = document.getElementById("tooltip");
    this.about = null;
  }

  hide() {
    this.element.hidden = true;
    this.about = null;
  }

  ofEvent(g) {
    const { model } = this.app;
    const fields = Object.entries(model.fieldsOf(g));

    return [
      Text.element(
        "p",
        { class: "when" },
        `${Text.time(model.time[g])} · ${model.idOf(g)} · `,
        Text.isolated(model.actorOf(g), 60),
        ` · ${Text.brief(model.kindOf(g), 60)}`,
      ),
      Text.element("p", {}, Text.isolated(model.textOf(g), 400)),
      Fields.list(fields.slice(0, 12), (name, value) =>
        Text.isolated(Fields.text(name, value), 160),
      ),
    ];
  }

  // How long a state lasted; within an instant no time passes.
  span({ from, to }) {
    const { time } = this.app.model;
    const begun = from < 0 ? 0 : time[from];

    if (to < 0) return `from ${Text.time(begun)} to the end of the run`;
    if (time[to] === begun) return `at ${Text.time(begun)}, for no time at all`;
    return `from ${Text.time(begun)} to ${Text.time(time[to])}: ${Text.duration(time[to] - begun)}`;
  }

  // Of an application's state, or of a part of a socket's bar.
  ofPart(part) {
    const { bar, state } = part;

    if (bar === undefined)
      return [Text.element("p", { class: "when" }, state), Text.element("p", {}, this.span(part))];
    const name = Text.isolated(bar.connection, 60);
    const lines = [
      Text.element("p", { class: "when" }, name, ` · ${state}`),
      Text.element("p", {}, Text.isolated(bar.end, 60), "’s end"),
      Text.element("p", {}, this.span(part)),
    ];
    if (part.last && bar.to >= 0) lines.push(Text.element("p", {}, `ended by: ${bar.ends}`));
    return lines;
  }

  ofGap({ before, after }) {
    const length = Text.duration(after.time - before.time);

    return [
      Text.element("p", { class: "when" }, `${Text.time(before.time)} to ${Text.time(after.time)}`),
      Text.element("p", {}, `${length} without an event${after.folded ? ", folded" : ""}`),
    ];
  }

  linesOf(hit) {
    if (hit.gap !== undefined) return this.ofGap(hit.gap);
    return hit.part !== undefined ? this.ofPart(hit.part) : this.ofEvent(hit.event);
  }

  show(hit, x, y) {
    const about = hit.part ?? hit.gap?.after ?? hit.event;
    const { element } = this;

    if (about !== this.about) element.replaceChildren(...this.linesOf(hit));
    this.about = about;
    element.hidden = false;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - width - 12))}px`;
    const isBelow = y + 20 + height <= innerHeight;
    element.style.top = `${isBelow ? y + 20 : Math.max(8, y - height - 14)}px`;
  }
}

class Details {
  constructor(app, keys) {
    this.app = app;
    this.keys = keys;
    this.element = document.getElementById("details");
    this.body = document.getElementById("details-body");
    this.steps = document.getElementById("details-steps");
    this.announcement = document.getElementById("announce");
    app.on("select", g => this.keepTable(() => this.show(g)));
    this.show(-1);
  }

  // There is more room for an event than for none; the row that was clicked stays where it is.
  keepTable(change) {
    const table = document.getElementById("events");
    const before = table.getBoundingClientRect().top;

    change();
    if (table.contains(document.activeElement))
      scrollBy(0, table.getBoundingClientRect().top - before);
  }

  button(id, label, direction) {
    const button = Text.element("button", { type: "button", id }, label);

    button.addEventListener("click", () => {
      this.keys.step(direction);
      document.getElementById(id).focus();
    });
    return button;
  }

  showNone() {
    this.element.classList.add("empty");
    this.steps.replaceChildren();
    this.announcement.textContent = "";
    this.body.replaceChildren(
      Text.element(
        "p",
        { class: "hint" },
        "Select an event in the timeline, the script or the table: all about it stands here.",
      ),
    );
  }

  // What tells one event from another comes first.
  pairs(g) {
    const { model } = this.app;
    const source = model.placeOf(g);
    const pairs = [
      ["time", Text.time(model.time[g])],
      ["actor", model.actorOf(g)],
      ["kind", model.kindOf(g)],
    ];

    if (source !== "") pairs.push(["source", `line ${source}`]);
    for (const [name, value] of Object.entries(model.fieldsOf(g)))
      pairs.push([name, Fields.text(name, value)]);
    pairs.push(["group", model.groupOf(g)], ["n", String(model.n[g])]);
    return pairs;
  }

  show(g) {
    const { model } = this.app;

    if (g < 0) {
      this.showNone();
      return;
    }
    const id = model.idOf(g);
    const text = model.textOf(g);
    this.steps.replaceChildren(
      this.button("details-prev", "← Previous", -1),
      this.button("details-next", "Next →", 1),
      Text.element("a", { id: "details-link", href: `#${id}` }, `#${id}`),
    );
    this.element.classList.remove("empty");
    const head = Text.element("p", { class: "said" }, Text.whole(text));
    if (model.severity[g] === Model.FAILED) head.classList.add("failed");
    this.body.replaceChildren(
      head,
      Fields.list(this.pairs(g), (name, value) => Text.whole(value)),
    );
    this.announcement.textContent =
      `Event ${model.n[g]} of ${model.runs[model.run[g]].length}, ` +
      `${Text.time(model.time[g])} seconds, ` +
      `${Text.brief(model.actorOf(g), 60)}: ${Text.brief(text)}`;
  }
}
