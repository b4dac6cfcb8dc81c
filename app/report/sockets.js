// SPDX-License-Identifier: LGPL-2.1-or-later
// Each end of each connection as a bar of TCP states. What the kernel says is looked at when an
// instant has settled, so a connection that comes and goes within one shows the kernel nothing but
// its remains: there the actors' own words, connected, accepted, closed, are what its bar begins
// and ends with. Such a part is called open, and not by a name of TCP's.
"use strict";

const Sockets = (() => {
  const OPENED = new Set(["connected", "accepted"]);
  const CLOSED = new Set(["closed", "connection-closed", "failed"]);

  const ENDS = { "remainder-expired": "expired", "remainder-forgotten": "forgotten" };

  function endOf(wire, how) {
    if (wire !== undefined && wire.reset) return "RST";
    if (/reset|abort|ECONNRESET/i.test(how)) return "RST";
    if ((wire !== undefined && wire.fin) || /closed first|end of/.test(how)) return "FIN";
    return "closed";
  }

  class Book {
    constructor(model) {
      this.model = model;
      this.bars = [];
      this.open = new Map(); // by run, end and connection
      this.wires = new Map(); // by run and connection: the flags that were seen
      this.closing = []; // bars whose actor is done with them, in this instant
    }

    key(run, end, connection) {
      return `${run} ${end} ${connection}`;
    }

    begin(g, end, connection, state, told) {
      const run = this.model.run[g];
      const bar = {
        run,
        end,
        connection,
        from: g,
        to: -1,
        ends: "",
        marks: [],
        segments: [{ state, from: g, to: -1, told }],
      };
      this.open.set(this.key(run, end, connection), bar);
      this.bars.push(bar);
      return bar;
    }

    change(bar, g, state, told) {
      const last = bar.segments[bar.segments.length - 1];

      if (last.state === state) return;
      // What was told and then seen within the same breath is one.
      if (last.told && state === "ESTABLISHED") {
        last.state = state;
        last.told = false;
        return;
      }
      last.to = g;
      bar.segments.push({ state, from: g, to: -1, told });
    }

    finish(bar, g, ends) {
      bar.segments[bar.segments.length - 1].to = g;
      bar.to = g;
      bar.ends = ends;
      bar.closing = false;
      this.open.delete(this.key(bar.run, bar.end, bar.connection));
    }

    wireOf(bar) {
      return this.wires.get(`${bar.run} ${bar.connection}`);
    }

    // What was closed and of which the kernel says nothing more has gone by then.
    settle() {
      for (const bar of this.closing)
        if (bar.closing) this.finish(bar, bar.closedAt, endOf(this.wireOf(bar), bar.how));
      this.closing.length = 0;
    }

    seen(g, { connection, end, from, to }) {
      const bar = this.open.get(this.key(this.model.run[g], end, connection));

      if (bar !== undefined) bar.closing = false;
      if (to === "CLOSED") {
        if (bar !== undefined)
          this.finish(
            bar,
            g,
            from === "LISTEN" ? "closed" : endOf(this.wireOf(bar), bar.how ?? ""),
          );
      } else if (bar !== undefined) this.change(bar, g, to, false);
      else this.begin(g, end, connection, to, false);
    }

    opened(g, actor, connection) {
      const run = this.model.run[g];

      if (!this.open.has(this.key(run, actor, connection)))
        this.begin(g, actor, connection, "open", true);
    }

    closed(g, actor, fields) {
      const bar = this.open.get(this.key(this.model.run[g], actor, fields.connection ?? actor));

      if (bar === undefined) return;
      bar.how = String(fields.how ?? fields.error ?? fields.reason ?? "");
      bar.closedAt = g;
      bar.closing = true;
      this.closing.push(bar);
    }

    over(g, { connection, end }, ends) {
      const bar = this.open.get(this.key(this.model.run[g], end, connection));

      if (bar !== undefined) this.finish(bar, g, ends);
    }

    reclaimed(g, { connection, end }) {
      const bar = this.open.get(this.key(this.model.run[g], end, connection));

      if (bar !== undefined) bar.marks.push(g);
    }

    segment(g, { from, to, flags }) {
      const connection = from.includes("#") ? from : to;
      const key = `${this.model.run[g]} ${connection}`;

      if (!this.wires.has(key) || flags === "S") this.wires.set(key, { fin: false, reset: false });
      if (flags.includes("F")) this.wires.get(key).fin = true;
      if (flags.includes("R")) this.wires.get(key).reset = true;
    }

    take(g) {
      const model = this.model;
      const kind = model.kindOf(g);
      const fields = () => model.fieldsOf(g);

      if (kind === "state-changed") this.seen(g, fields());
      else if (kind === "packet") this.segment(g, fields());
      else if (kind in ENDS) this.over(g, fields(), ENDS[kind]);
      else if (kind === "socket-reclaimed") this.reclaimed(g, fields());
      else if (OPENED.has(kind)) {
        const { connection } = fields();
        if (typeof connection === "string") this.opened(g, model.actorOf(g), connection);
      } else if (CLOSED.has(kind) && model.groupOf(g) === "actors")
        this.closed(g, model.actorOf(g), fields());
    }
  }

  // The bars, in order of their beginnings.
  function barsOf(model) {
    const book = new Book(model);
    let time = 0;

    for (let g = 0; g < model.length; g++) {
      if (model.time[g] !== time) book.settle();
      time = model.time[g];
      book.take(g);
    }
    book.settle();
    return book.bars;
  }

  return { barsOf };
})();
