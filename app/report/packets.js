// SPDX-License-Identifier: LGPL-2.1-or-later
// The segments as arrows between two actors. A segment names a connection, which is its client's
// end, and an address: behind that is who accepted the connection, or else who listens on its port,
// or else nobody, and the arrow ends at the kernel.
"use strict";

const Packets = (() => {
  // Who is at which end, learnt from every event that says so; by run.
  function endsOf(model) {
    const accepted = new Map();
    const listening = new Map();

    for (let g = 0; g < model.length; g++) {
      const kind = model.kindOf(g);
      const run = model.run[g];
      if (kind === "accepted" || kind === "state-changed") {
        const fields = model.fieldsOf(g);
        const end = fields.end ?? model.actorOf(g);
        const connection = String(fields.connection);
        if (connection.split("#")[0] !== end) accepted.set(`${run} ${connection}`, end);
      } else if (kind === "listening") {
        listening.set(`${run} ${model.fieldsOf(g).port}`, model.actorOf(g));
      } else if (kind === "returned") {
        const fields = model.fieldsOf(g);
        if (fields.call === "bind" && fields.result === "0")
          listening.set(`${run} ${String(fields.arguments).split(":").pop()}`, model.actorOf(g));
      }
    }
    return { accepted, listening };
  }

  function actorsByName(model) {
    const byName = new Map();

    model.actors.forEach((actor, index) => byName.set(`${actor.run} ${actor.name}`, index));
    return byName;
  }

  const FLAGS = { S: "SYN", F: "FIN", R: "RST" };

  // A bare acknowledgement is an arrow without a word.
  function labelOf(flags, length) {
    const words = [...flags].filter(flag => flag in FLAGS).map(flag => FLAGS[flag]);

    if (length > 0) words.push(`${Text.count(length)} B`);
    return words.join(" ");
  }

  // { event, from, to, label, reset }, in order; from and to are indices of actors.
  function arrowsOf(model) {
    const ends = endsOf(model);
    const byName = actorsByName(model);
    const arrows = [];

    function actorAt(run, end, connection) {
      const name =
        end === connection
          ? end.split("#")[0]
          : (ends.accepted.get(`${run} ${connection}`) ??
            ends.listening.get(`${run} ${end.split(":").pop()}`) ??
            "kernel");
      return byName.get(`${run} ${name}`) ?? byName.get(`${run} kernel`);
    }

    for (let g = 0; g < model.length; g++) {
      if (model.kindOf(g) !== "packet") continue;
      const { from, to, flags, length } = model.fieldsOf(g);
      const run = model.run[g];
      const connection = from.includes("#") ? from : to;
      arrows.push({
        event: g,
        from: actorAt(run, from, connection),
        to: actorAt(run, to, connection),
        label: labelOf(flags, length),
        reset: flags.includes("R"),
      });
    }
    return arrows;
  }

  return { arrowsOf };
})();
