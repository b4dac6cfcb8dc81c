// SPDX-License-Identifier: LGPL-2.1-or-later
// The states of the applications, from the callbacks that they were told: a segment lasts from the
// event that began it to the one that began the next.
"use strict";

const Life = (() => {
  const NEXT = {
    "will-finish-launching": "inactive",
    "did-finish-launching": "inactive",
    "did-become-active": "active",
    "will-resign-active": "inactive",
    "did-enter-background": "background",
    suspended: "suspended",
    resumed: "background",
    "will-enter-foreground": "inactive",
    died: "not running",
  };

  // What else an application is told, which changes no state.
  const OTHERS = new Set(["will-terminate", "did-receive-memory-warning"]);

  // A launch that leads to no activity is one into the background, from its first callback on.
  function mendLaunches(segments) {
    for (let i = 0; i < segments.length; i++) {
      const next = segments[i + 1];
      if (!segments[i].launch || next?.state === "active" || next?.state === "not running")
        continue;
      segments[i].state = "background";
      if (next?.state === "background") {
        segments[i].to = next.to;
        segments.splice(i + 1, 1);
      }
    }
  }

  // By index of actor: the segments { state, from, to } with events' indices; to is -1 at the end.
  function statesOf(model) {
    const lives = new Map();

    for (let g = 0; g < model.length; g++) {
      if (model.groupOf(g) !== "life") continue;
      const state = NEXT[model.kindOf(g)];
      const actor = model.actor[g];
      if (state === undefined || model.actors[actor].place === "device") continue;
      if (!lives.has(actor))
        lives.set(actor, [{ state: "not running", from: -1, to: -1, launch: false }]);
      const segments = lives.get(actor);
      const last = segments[segments.length - 1];
      if (last.state === state) continue;
      last.to = g;
      segments.push({ state, from: g, to: -1, launch: last.state === "not running" });
    }
    lives.forEach(mendLaunches);
    return lives;
  }

  const isLife = kind => kind in NEXT || OTHERS.has(kind);

  return { statesOf, isLife };
})();
