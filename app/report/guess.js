// SPDX-License-Identifier: LGPL-2.1-or-later
// A run that was read from JSON Lines lacks what they do not have: sentences, groups, whose an actor
// is. Here it gets what its kinds and fields tell.
"use strict";

const Guess = (() => {
  const GROUPS = {
    statement: "script",
    print: "script",
    met: "checks",
    packet: "packets",
    "state-changed": "sockets",
    "remainder-expired": "sockets",
    "remainder-forgotten": "sockets",
    "socket-reclaimed": "sockets",
    sockets: "sockets",
    socket: "sockets",
    "source-destroyed": "sockets",
    explanation: "explanations",
    statistics: "statistics",
  };

  const PLACES = { script: "script", run: "script", device: "device", kernel: "kernel" };

  function groupOf(kind, fields) {
    if (kind === "failed" && "statement" in fields) return "checks";
    return GROUPS[kind] ?? (Life.isLife(kind) ? "life" : "actors");
  }

  function textOf(kind, fields) {
    const { text, statement } = fields;
    const said = typeof text === "string" ? text : statement;
    if (typeof said === "string") return kind === "statement" ? `> ${said}` : said;
    const told = Object.entries(fields).map(
      ([name, value]) => `${name.replaceAll("_", " ")} ${value}`,
    );
    return [kind.replaceAll("-", " "), ...told].join(", ");
  }

  const lineOf = fields => (typeof fields.line === "string" ? fields.line : "");

  // Makes up what a run's data lack; what they have stays as it is.
  function complete(data) {
    const { events } = data;
    const texts = new Map();

    if (!events.group.includes(0) && !events.text.includes(0)) return;
    const applications = new Set();
    const add = (list, word) => (list.includes(word) ? list.indexOf(word) : list.push(word) - 1);
    const addText = text => {
      if (!texts.has(text)) texts.set(text, data.texts.push(text) - 1);
      return texts.get(text);
    };
    for (let i = 0; i < events.kind.length; i++) {
      const kind = data.kinds[events.kind[i]];
      const fields = data.fields[events.fields[i]];
      if (events.group[i] === 0) events.group[i] = add(data.groups, groupOf(kind, fields));
      if (events.text[i] === 0) events.text[i] = addText(textOf(kind, fields));
      if (events.place[i] === 0) events.place[i] = add(data.places, lineOf(fields));
      if (data.groups[events.group[i]] === "life") applications.add(events.actor[i]);
    }
    data.actors.forEach((actor, index) => {
      actor.place ||= PLACES[actor.name] ?? (applications.has(index) ? "application" : "actors");
    });
  }

  return { complete };
})();
