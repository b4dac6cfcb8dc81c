// SPDX-License-Identifier: LGPL-2.1-or-later
// Which lanes there are, how high each is, and what is in it. A lane is an actor: an application
// has the band of its states on top; then come the marks of its events, and then its sockets, as
// many bars beside each other as there are at once, up to some limit.
"use strict";

const Lanes = (() => {
  // Heights, in pixels.
  const BAND = 22;
  const MARKS = 20;
  const HEADS = 5; // between marks and bars, for the heads of arrows
  const ROW = 13;
  const PADDING = 5;
  const HEAD = 30; // a run's name, where there are two

  const MOST_ROWS = 10; // bars beside each other; what is beyond shares the last
  const SHARED_BACK = 50; // how many of these are looked at for one that lasts

  const PLACES = ["script", "device", "application", "actors", "peers", "kernel"];

  // Bars that do not meet share a row. Listening sockets last, and stand first.
  function pack(bars) {
    const rows = [];
    const ends = [];

    bars.forEach(bar => {
      let row = ends.findIndex(end => end >= 0 && end < bar.from);
      if (row < 0) row = Math.min(rows.length, MOST_ROWS - 1);
      if (row === rows.length) rows.push([]);
      else if (!(ends[row] >= 0 && ends[row] < bar.from)) rows[row].isShared = true;
      rows[row].push(bar);
      ends[row] = bar.to < 0 ? -1 : Math.max(ends[row] ?? -1, bar.to);
      bar.row = row;
    });
    return rows;
  }

  // By place; an application's own lane before those of its actors; else as they came.
  function compare(a, b) {
    return (
      a.run - b.run ||
      PLACES.indexOf(a.place) - PLACES.indexOf(b.place) ||
      a.rank - b.rank ||
      (a.states === null) - (b.states === null) ||
      a.index - b.index
    );
  }

  // Applications in the order of their first events, and everybody else behind them.
  function rank(lanes) {
    const ranks = new Map();

    for (const lane of lanes)
      if (lane.states !== null) ranks.set(`${lane.run} ${lane.actor}`, ranks.size);
    for (const lane of lanes)
      lane.rank = ranks.get(`${lane.run} ${lane.owner || lane.actor}`) ?? ranks.size;
  }

  function make(model) {
    const lives = Life.statesOf(model);
    const bars = new Map();
    const key = (run, name) => `${run} ${name}`;

    for (const bar of Sockets.barsOf(model)) {
      const of = key(bar.run, bar.end);
      if (!bars.has(of)) bars.set(of, []);
      bars.get(of).push(bar);
    }
    const lanes = model.actors.map((actor, index) => ({
      index,
      run: actor.run,
      actor: actor.name,
      place: actor.place,
      owner: actor.owner,
      states: lives.get(index) ?? null,
      rows: pack(bars.get(key(actor.run, actor.name)) ?? []),
      folded: false,
      shown: true,
      top: 0,
      height: 0,
    }));
    rank(lanes);
    return { byActor: lanes, sorted: lanes.slice().sort(compare), heads: [], height: 0 };
  }

  // Where everything is, after lanes were hidden or folded.
  function arrange(lanes, runs) {
    let top = 0;
    let run = -1;

    lanes.heads = [];
    for (const lane of lanes.sorted) {
      if (!lane.shown) continue;
      if (runs > 1 && lane.run !== run) {
        lanes.heads.push({ run: lane.run, top, height: HEAD });
        top += HEAD;
      }
      run = lane.run;
      lane.top = top;
      lane.bandTop = top + PADDING;
      lane.marksTop = lane.bandTop + (lane.states !== null ? BAND : 0);
      lane.rowsTop = lane.marksTop + MARKS + (lane.rows.length > 0 ? HEADS : 0);
      lane.height = lane.rowsTop - top + PADDING + (lane.folded ? 0 : lane.rows.length * ROW);
      top += lane.height;
    }
    lanes.visible = lanes.sorted.filter(lane => lane.shown);
    lanes.height = top;
  }

  // What is to be seen also in a crowd: each failure, and of any other trouble the first of its kind.
  function notableOf(model, trouble) {
    const known = new Set();

    return trouble.filter(g => {
      const isNew = !known.has(model.kind[g]);
      known.add(model.kind[g]);
      return isNew || model.severity[g] === Model.FAILED;
    });
  }

  // What is in each lane after the filter, as columns that are sorted by place.
  function fill(lanes, model, positions, shown) {
    const collected = lanes.byActor.map(() => []);

    for (let g = 0; g < model.length; g++) if (shown[g]) collected[model.actor[g]].push(g);
    lanes.byActor.forEach((lane, index) => {
      const events = Int32Array.from(collected[index]);
      lane.events = events;
      lane.positions = Float64Array.from(events, g => positions[g]);
      lane.trouble = events.filter(g => model.severity[g] === 1 || model.severity[g] === 2);
      lane.troublePositions = Float64Array.from(lane.trouble, g => positions[g]);
      lane.notable = notableOf(model, lane.trouble);
      lane.notablePositions = Float64Array.from(lane.notable, g => positions[g]);
    });
    return collected;
  }

  // The bars' places, which depend on the axis alone.
  function place(lanes, positions, ends) {
    const at = (g, otherwise) => (g < 0 ? otherwise : positions[g]);

    for (const lane of lanes.byActor) {
      const whole = ends[lane.run];
      if (lane.states !== null) {
        for (const state of lane.states) {
          state.start = at(state.from, 0);
          state.stop = at(state.to, whole);
        }
        const starts = Float64Array.from(lane.states, state => state.start);
        lane.band = { parts: lane.states, isShared: false, starts };
      }
      lane.parts = lane.rows.map(row => {
        const parts = [];
        for (const bar of row)
          for (const segment of bar.segments)
            parts.push({
              bar,
              state: segment.state,
              from: segment.from,
              to: segment.to,
              start: at(segment.from, 0),
              stop: at(segment.to, whole),
              last: segment.to === bar.to,
              first: segment.from === bar.from,
            });
        parts.sort((a, b) => a.start - b.start);
        const isShared = row.isShared === true;
        return { parts, isShared, starts: Float64Array.from(parts, part => part.start) };
      });
    }
  }

  // The part of a row at a place, or null; where some share the row, the one that began last.
  function partAt({ parts, starts, isShared }, position) {
    const last = Search.first(starts, position) - 1;

    for (let i = last; i >= 0 && i > last - (isShared ? SHARED_BACK : 1); i--)
      if (position <= parts[i].stop) return parts[i];
    return null;
  }

  const at = (lanes, y) =>
    lanes.visible.find(lane => y >= lane.top && y < lane.top + lane.height) ?? null;

  return { make, arrange, fill, place, partAt, at, SHARED_BACK, BAND, MARKS, ROW, HEAD };
})();
