// SPDX-License-Identifier: LGPL-2.1-or-later
// Which events are shown: by a word, by actor, by kind. A word is looked for in each distinct
// string once, however many events have it.
"use strict";

class Filter {
  constructor(app) {
    this.app = app;
    this.search = "";
    this.actors = new Set(); // hidden ones, by name
    this.kinds = new Set(); // hidden ones, by name
    this.input = document.getElementById("search");
    this.clear = document.getElementById("filter-clear");
    this.timer = 0;
    this.buildActors();
    this.buildKinds();
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.set({ search: this.input.value }), 120);
    });
    this.input.addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      this.set({ search: this.input.value });
      if (this.app.rows.length > 0) this.app.select(this.app.rows[0]);
    });
    this.clear.addEventListener("click", () => {
      this.set({ search: "", actors: [], kinds: [] });
      this.input.focus();
    });
    for (const menu of document.querySelectorAll("details.menu")) Filter.closeOutside(menu);
  }

  static closeOutside(menu) {
    addEventListener("pointerdown", event => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", event => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  box(label, data, changed) {
    const input = Text.element("input", { type: "checkbox", checked: true });

    Object.assign(input.dataset, data);
    input.addEventListener("change", () => changed(input.checked));
    return Text.element("label", {}, input, " ", Text.isolated(label, 60));
  }

  toggle(set, names, shown) {
    for (const name of names) {
      if (shown) set.delete(name);
      else set.add(name);
    }
    this.apply();
  }

  buildActors() {
    const places = new Map();

    for (const { name, place } of this.app.model.actors)
      places.set(place, (places.get(place) ?? new Set()).add(name));
    document
      .querySelector("#actors-menu .choices")
      .append(
        ...[...places].map(([place, names]) =>
          Text.element(
            "fieldset",
            {},
            Text.element("legend", {}, Text.brief(place)),
            ...[...names].map(actor =>
              this.box(actor, { actor }, on => this.toggle(this.actors, [actor], on)),
            ),
          ),
        ),
      );
  }

  buildKinds() {
    const { model } = this.app;
    const groups = new Map();

    for (let g = 0; g < model.length; g++) {
      const group = model.groupOf(g);
      groups.set(group, (groups.get(group) ?? new Set()).add(model.kindOf(g)));
    }
    document.querySelector("#kinds-menu .choices").append(
      ...[...groups].map(([group, kinds]) => {
        const names = [...kinds].sort();
        return Text.element(
          "fieldset",
          {},
          Text.element(
            "legend",
            {},
            this.box(group, { group }, on =>
              this.toggle(
                this.kinds,
                names.map(kind => `${group} ${kind}`),
                on,
              ),
            ),
          ),
          ...names.map(kind =>
            this.box(kind, { kind, of: group }, on =>
              this.toggle(this.kinds, [`${group} ${kind}`], on),
            ),
          ),
        );
      }),
    );
  }

  // Kinds by name are hidden in every group that has them.
  set({ search = this.search, actors = null, kinds = null }) {
    this.search = search;
    if (actors !== null) this.actors = new Set(actors);
    if (kinds !== null)
      this.kinds = new Set(
        [...document.querySelectorAll("input[data-kind]")]
          .filter(input => kinds.includes(input.dataset.kind))
          .map(input => `${input.dataset.of} ${input.dataset.kind}`),
      );
    this.apply();
  }

  showBoxes() {
    for (const input of document.querySelectorAll("input[data-actor]"))
      input.checked = !this.actors.has(input.dataset.actor);
    for (const input of document.querySelectorAll("input[data-kind]"))
      input.checked = !this.kinds.has(`${input.dataset.of} ${input.dataset.kind}`);
    for (const input of document.querySelectorAll("input[data-group]")) {
      const own = [...document.querySelectorAll("input[data-kind]")].filter(
        some => some.dataset.of === input.dataset.group,
      );
      input.checked = own.some(some => some.checked);
      input.indeterminate = input.checked && own.some(some => !some.checked);
    }
    if (this.input.value !== this.search) this.input.value = this.search;
  }

  // Fields as they are searched, made when they first are.
  fieldTexts() {
    this.searched ??= this.app.model.fields.map(fields => JSON.stringify(fields).toLowerCase());
    return this.searched;
  }

  passes() {
    const { model } = this.app;
    const sought = this.search.toLowerCase();
    const has = string => string.toLowerCase().includes(sought);
    const texts = sought === "" ? null : model.texts.map(has);
    const fields = sought === "" ? null : this.fieldTexts().map(string => string.includes(sought));
    const actors = model.actors.map(actor => ({
      hidden: this.actors.has(actor.name),
      found: has(actor.name),
    }));
    const kinds = model.kinds.map(has);
    const hidden = new Set();

    model.groups.forEach((group, i) =>
      model.kinds.forEach((kind, k) => {
        if (this.kinds.has(`${group} ${kind}`)) hidden.add(i * 65536 + k);
      }),
    );
    return g =>
      !actors[model.actor[g]].hidden &&
      (hidden.size === 0 || !hidden.has(model.group[g] * 65536 + model.kind[g])) &&
      (texts === null ||
        texts[model.text[g]] ||
        fields[model.field[g]] ||
        actors[model.actor[g]].found ||
        kinds[model.kind[g]]);
  }

  apply() {
    const { app } = this;
    const { model } = app;
    const passes = this.passes();
    const shown = new Uint8Array(model.length);

    for (let g = 0; g < model.length; g++) shown[g] = passes(g) ? 1 : 0;
    app.setShown(shown, lane => !this.actors.has(lane.actor));
    this.showBoxes();
    this.tellCount();
  }

  get isOn() {
    return this.search !== "" || this.actors.size > 0 || this.kinds.size > 0;
  }

  tellCount() {
    const { model, shown } = this.app;
    const of = Text.count(model.length);
    const count = shown.reduce((sum, some) => sum + some, 0);
    const text = this.isOn ? `${Text.count(count)} of ${of} events` : `${of} events`;

    this.clear.hidden = !this.isOn;
    document.getElementById("count").textContent = text;
    if (this.isOn) document.getElementById("announce").textContent = text;
    this.count = count;
  }
}
