// SPDX-License-Identifier: LGPL-2.1-or-later
// The script beside the timeline: the line that was being played when the selected event happened
// is lit, those whose expectations failed are marked, and a click on a line goes to the first event
// of it. Two runs of one script share it.
"use strict";

const LINE_CHARACTERS = 2000; // of a line of the script that are shown

class Source {
  constructor(app) {
    this.app = app;
    this.scroller = document.getElementById("script-scroll");
    this.lines = new Map(); // by run and place: the element
    this.first = new Map(); // by run and place: the first event
    this.failed = new Set();
    this.lit = null;
    this.collect();
    this.build();
    app.on("select", g => this.light(g));
    this.scroller.addEventListener("keydown", event => this.key(event));
  }

  collect() {
    const { model } = this.app;

    for (let g = 0; g < model.length; g++) {
      const place = model.placeOf(g);
      if (place === "") continue;
      const key = `${model.run[g]} ${place}`;
      if (!this.first.has(key)) this.first.set(key, g);
      if (model.severity[g] === Model.FAILED) this.failed.add(key);
    }
  }

  build() {
    const { runs } = this.app.model;
    const built = new Map();
    const several = runs.some(run => run.about.files.length > 1) || runs.length > 1;

    runs.forEach(run =>
      run.about.files.forEach((file, index) => {
        const same = JSON.stringify([file.name, index, file.lines]);
        const box = built.get(same) ?? this.buildFile(file, index, run.index, several);
        if (!built.has(same)) this.scroller.append(box.section);
        built.set(same, box);
        box.items.forEach((item, i) => this.connect(item, run.index, this.placeOf(file, index, i)));
      }),
    );
    if (built.size === 0)
      this.scroller.append(Text.element("p", { class: "hint" }, "The script is not known."));
    this.roving(this.scroller.querySelector(".played"));
  }

  // What stands in comments before the first statement is told at the top of the page.
  showBeginning() {
    const { scroller } = this;
    const begun = [...scroller.querySelectorAll(".line")].find(
      item => !item.classList.contains("comment") && item.lastChild.textContent.trim() !== "",
    );
    const played = scroller.querySelector(".played");

    if (played === null) return;
    scroller.scrollTop = Math.max(
      begun.offsetTop - 1,
      played.offsetTop - scroller.clientHeight / 2,
    );
  }

  placeOf(file, index, line) {
    return index === 0 ? String(line + 1) : `${file.name}:${line + 1}`;
  }

  buildFile(file, index, run, several) {
    const list = Text.element("ol", { class: "lines" });
    const items = [];
    const section = Text.element("section", { class: "file" });

    if (several) section.append(Text.element("h3", {}, Text.isolated(file.name, 80)));
    file.lines.forEach((line, i) => {
      const item = Text.element(
        "li",
        { class: "line" },
        Text.element("span", { class: "number" }, String(i + 1)),
        Text.element("bdi", {}, Text.brief(line, LINE_CHARACTERS)),
      );
      if (/^\s*#/.test(line)) item.classList.add("comment");
      item.dataset.place = this.placeOf(file, index, i);
      item.dataset.run = run;
      items.push(item);
      list.append(item);
    });
    section.append(list);
    return { section, items };
  }

  connect(item, run, place) {
    const key = `${run} ${place}`;

    this.lines.set(key, item);
    if (this.failed.has(key)) item.classList.add("failed");
    if (!this.first.has(key) || item.classList.contains("played")) return;
    const link = Text.element("a", { href: `#${this.app.model.idOf(this.first.get(key))}` });

    link.tabIndex = -1;
    link.append(...item.lastChild.childNodes);
    item.lastChild.append(link);
    item.classList.add("played");
    item.addEventListener("click", event => {
      event.preventDefault();
      if (getSelection().isCollapsed) this.app.select(this.first.get(key));
    });
  }

  // One of them is reached by Tab, the others from there by the arrows.
  roving(item) {
    const old = this.scroller.querySelector("[tabindex='0']");

    if (old !== null) old.tabIndex = -1;
    if (item !== null) item.querySelector("a").tabIndex = 0;
  }

  key(event) {
    const played = [...this.scroller.querySelectorAll(".played")];
    const at = played.indexOf(event.target.closest(".played"));
    const to = event.key === "ArrowDown" ? at + 1 : event.key === "ArrowUp" ? at - 1 : -1;

    if (at < 0) return;
    if (played[to] === undefined) return;
    this.roving(played[to]);
    played[to].querySelector("a").focus();
    event.preventDefault();
  }

  light(g) {
    const { model } = this.app;
    const { scroller } = this;
    const item = g < 0 ? null : (this.lines.get(`${model.run[g]} ${model.placeOf(g)}`) ?? null);

    if (this.lit !== null) {
      this.lit.classList.remove("current");
      this.lit.removeAttribute("aria-current");
    }
    this.lit = item;
    if (item === null) return;
    item.classList.add("current");
    item.setAttribute("aria-current", "true");
    if (item.classList.contains("played")) this.roving(item);
    const top = item.offsetTop;
    const room = scroller.clientHeight;
    if (top < scroller.scrollTop + 20 || top > scroller.scrollTop + room - 40)
      scroller.scrollTop = top - room / 3;
  }
}
