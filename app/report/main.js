// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts the page together.
"use strict";

const Page = (() => {
  function connectToolbar(app, timeline, keys) {
    const press = (id, act) => document.getElementById(id).addEventListener("click", act);
    const failed = document.getElementById("failed-next");

    press("zoom-in", () => timeline.view.zoom(1.5));
    press("zoom-out", () => timeline.view.zoom(1 / 1.5));
    press("zoom-all", () => timeline.view.showAll());
    press("failed-next", () => keys.stepFailure(1));
    failed.hidden = app.model.failures.length === 0;
    for (const input of document.querySelectorAll("input[name=axis]"))
      input.addEventListener("change", () => {
        if (input.checked) app.setAxis(input.value);
      });
  }

  function followHash(app) {
    const follow = () => {
      const g = app.model.findId(location.hash.slice(1));
      if (g >= 0) app.select(g);
    };

    addEventListener("hashchange", follow);
    follow();
  }

  function start() {
    const data = JSON.parse(document.getElementById("data").textContent);
    const model = Model.load(data);
    const app = new App(model);
    const timeline = new Timeline(app);
    const keys = new Keys(app, timeline);
    const tooltip = new Tooltip(app);
    const table = new Table(app, keys);
    const filter = new Filter(app);
    const source = new Source(app);

    new Summary(app);
    new Details(app, keys);
    new Legend(app);
    new Pointer(app, timeline, tooltip);
    new Paper(app, timeline, table);
    document.body.dataset.runs = model.runs.length;
    app.setAxis("folded");
    filter.apply();
    connectToolbar(app, timeline, keys);
    timeline.draw();
    source.showBeginning();
    followHash(app);
    window.rebound = new Hook(app, timeline, filter);
    document.body.dataset.ready = "yes";
  }

  return { start };
})();

Page.start();
